/* ways_to_end_test.c - a stay ends by a discharge or by death: what takes one back takes back
 * whichever was said, under the word that its receivers heard. */
#include <CUnit/CUnit.h>

#include "world.h"

#define SAY(event, source, fields) CU_ASSERT_FATAL(world_say(&world, event, source, fields))
#define STAY "header.episode=V1;name=TESTPATIENT;stay.ward=ELM;subject.nhs_number=9990000026;"
#define CANCELLED "header.action=retracts;at=9"

static void admit_a_known_person(void)
{
    SAY("Caseload.declared", TEAM, "header.episode=C1;at=-100");
    SAY("HospitalStay.admitted", WARDS, STAY "at=1");
    world.now_ms += 20 * HOUR;
}

static size_t open_stays(void)
{
    size_t n = 0;
    for (size_t i = 0; i < world.facts.relationship_count; i++)
        n += world.facts.relationships[i].is_open &&
             slice_equal_text(world.facts.relationships[i].kind, "inpatient");
    return n;
}

static bool got(const char *path, const char *wanted)
{
    struct view v;
    return world_got(&world, TEAM, 0, &v, NULL) && slice_equal_text(view_text_at(&v, path), wanted);
}

static void a_death_closes_the_stay(void)
{
    admit_a_known_person();
    CU_ASSERT_EQUAL(open_stays(), 1);
    SAY("HospitalStay.ended_by_death", WARDS, STAY "at=5");
    CU_ASSERT_EQUAL(open_stays(), 0);
    CU_ASSERT(got("header.kind", "ended_by_death"));
}

static void a_death_taken_back_opens_what_it_closed(void)
{
    admit_a_known_person();
    SAY("HospitalStay.ended_by_death", WARDS, STAY "at=5");
    SAY("HospitalStay.discharged", WARDS, STAY CANCELLED); /* A13 does not say of what */
    CU_ASSERT_EQUAL(open_stays(), 1);
    CU_ASSERT(got("header.action", "retracts"));
    CU_ASSERT(got("header.kind", "ended_by_death"));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "TESTPATIENT"));
    SAY("HospitalStay.moved", WARDS, STAY "at=12");
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
}

static void a_discharge_taken_back_swallows_no_death_before_it(void)
{
    admit_a_known_person();
    SAY("HospitalStay.discharged", WARDS, STAY "at=5");
    SAY("HospitalStay.discharged", WARDS, STAY CANCELLED);
    SAY("HospitalStay.ended_by_death", WARDS, STAY "at=4"); /* said late, of an earlier hour */
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
    CU_ASSERT_EQUAL(open_stays(), 0);
}

static void a_death_that_arrives_after_it_was_taken_back_makes_nothing_known(void)
{
    admit_a_known_person();
    SAY("HospitalStay.discharged", WARDS, STAY CANCELLED);
    SAY("HospitalStay.ended_by_death", WARDS, STAY "at=5");
    CU_ASSERT(world_decided(&world, TEAM, "retracted"));
    CU_ASSERT_EQUAL(open_stays(), 1);
}

static void the_days_of_a_clause_count_from_a_death_too(void)
{
    admit_a_known_person();
    SAY("HospitalStay.ended_by_death", WARDS, STAY "at=5");
    world.now_ms += 13 * 24 * HOUR;
    SAY("HospitalStay.moved", WARDS, STAY "at=2");
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
    world.now_ms += 2 * 24 * HOUR;
    SAY("HospitalStay.moved", WARDS, STAY "at=3");
    CU_ASSERT(world_decided(&world, TEAM, "lapsed"));
}

static CU_TestInfo cases[] = {
    { "a death closes the stay", a_death_closes_the_stay },
    { "a death taken back opens what it closed", a_death_taken_back_opens_what_it_closed },
    { "a discharge taken back swallows no death before it",
      a_discharge_taken_back_swallows_no_death_before_it },
    { "a death that arrives after it was taken back makes nothing known",
      a_death_that_arrives_after_it_was_taken_back_makes_nothing_known },
    { "the days of a clause count from a death too", the_days_of_a_clause_count_from_a_death_too },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_ways_to_end = { "ways_to_end", NULL, NULL, world_setup, world_teardown, cases };
