/* away_test.c - what waits for people outlives that the region has its service out for a while. */
#include <CUnit/CUnit.h>

#include "sharing/facts/event.h"
#include "sharing/facts/person.h"
#include "small.h"

#define SAY(event, source, fields) CU_ASSERT_FATAL(world_say(&world, event, source, fields))
#define STAY "header.episode=V1;stay.ward=ELM;"

static const char clauses[] = "  - id: one\n"
                              "    share: {HospitalStay: [admitted, moved, discharged]}\n"
                              "    from: [acute-trust]\n"
                              "    to: [adult-social-care]\n"
                              "    when: responsible(recipient, \"adult-social-care\")\n"
                              "    release: [stay]\n";

/* The facts go on under the small region with that line put otherwise. */
static void go_on_with(const char *find, const char *instead)
{
    const struct small_file files[] = {
        { "region.yaml", small_replace(small_region, find, instead) },
        { "agreements/sharing.yaml", small_agreement(NULL, clauses) },
    };
    struct problems p = { 0 };
    struct buf b;
    buf_init(&b, 1u << 20);
    CU_ASSERT_FATAL(person_encode(world.bundle, &world.facts, &b, &world.e));
    struct slice bytes = arena_copy(&world.arena, buf_slice(&b));
    buf_release(&b);
    world.bundle = small_load(files, 2, &p);
    problems_release(&p);
    CU_ASSERT_FATAL(world.bundle != NULL);
    CU_ASSERT_FATAL(person_decode(world.bundle, &world.arena, bytes, &world.facts, &world.e));
}

static void team_leaves(void)
{
    go_on_with("      hospital-team: {role: adult-social-care}\n", "");
}

static void team_is_back(void)
{
    go_on_with("partitions: 4\n", "partitions: 4\n");
}

static const struct hold *hold_for_team(void)
{
    int n = bundle_service(world.bundle, SLICE(TEAM));
    for (size_t i = 0; i < world.facts.hold_count; i++)
        if (world.facts.holds[i].service == n)
            return &world.facts.holds[i];
    return NULL;
}

static struct event_id last_id(void)
{
    struct event_id id = { { 0 } };
    CU_ASSERT(id_from_hex(view_text(&world.in.event, (size_t)plan_header(world.in.event.plan)->id),
                          id.b));
    return id;
}

/* The admission waits for the team's release alone, as what was refused once does. */
static void admit_reopened(void)
{
    CU_ASSERT_FATAL(small_clauses(NULL, clauses));
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT_FATAL(hold_for_team() != NULL);
    ((struct hold *)(uintptr_t)hold_for_team())->reopened = true;
}

/* From here on rules would let the team have everything. */
static void open_the_gate(void)
{
    SAY("Caseload.declared", TEAM, "header.episode=C1");
}

static const char *of_it(const char *first, const struct event_id *id)
{
    char hex[ID_HEX];
    id_hex(id->b, hex);
    return arena_format(&world.arena, "%sheader.original=%s", first, hex);
}

static void no_rule_lets_a_reopened_one_go_when_its_service_is_back(void)
{
    admit_reopened();
    team_leaves();
    CU_ASSERT_EQUAL(world.facts.away_hold_count, 1);
    SAY("HospitalStay.moved", WARDS, STAY); /* facts are written without the team */
    team_is_back();
    CU_ASSERT_EQUAL(world.facts.away_hold_count, 0);
    CU_ASSERT_FATAL(hold_for_team() != NULL);
    open_the_gate();
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1); /* the move alone */
    CU_ASSERT_FATAL(hold_for_team() != NULL);
    CU_ASSERT(hold_for_team()->reopened);
}

static void one_that_waits_for_a_rule_still_does(void)
{
    CU_ASSERT_FATAL(small_clauses(NULL, clauses));
    SAY("HospitalStay.admitted", WARDS, STAY);
    team_leaves();
    SAY("HospitalStay.moved", WARDS, STAY);
    team_is_back();
    CU_ASSERT_PTR_NOT_NULL(hold_for_team());
    open_the_gate();
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 2);
    CU_ASSERT_PTR_NULL(hold_for_team());
}

static void a_retraction_meanwhile_ends_it(void)
{
    admit_reopened();
    const struct event_id id = last_id();
    team_leaves();
    SAY("HospitalStay.admitted", WARDS, of_it(STAY "header.action=retracts;", &id));
    CU_ASSERT_EQUAL(world.facts.away_hold_count, 0);
    team_is_back();
    CU_ASSERT_PTR_NULL(hold_for_team());
}

static void so_does_one_long_after_its_episode(void)
{
    admit_reopened();
    const struct event_id id = last_id();
    team_leaves();
    world.facts.hold_count = 0; /* nobody else waits */
    SAY("HospitalStay.discharged", WARDS, STAY);
    world.now_ms += 200 * 24 * HOUR;
    SAY("HospitalStay.admitted", WARDS, "header.episode=V2");
    SAY("HospitalStay.admitted", WARDS, of_it(STAY "header.action=retracts;", &id));
    CU_ASSERT_EQUAL(world.facts.away_hold_count, 0);
}

static void a_correction_meanwhile_waits_in_its_place(void)
{
    admit_reopened();
    const struct event_id id = last_id();
    team_leaves();
    SAY("HospitalStay.admitted", WARDS, of_it(STAY "header.action=replaces;", &id));
    const struct event_id correction = last_id();
    CU_ASSERT_EQUAL(world.facts.away_hold_count, 1);
    team_is_back();
    CU_ASSERT_FATAL(hold_for_team() != NULL);
    CU_ASSERT(event_id_equal(&hold_for_team()->event, &correction));
    open_the_gate();
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
}

static CU_TestInfo cases[] = {
    { "no rule lets a reopened one go when its service is back",
      no_rule_lets_a_reopened_one_go_when_its_service_is_back },
    { "one that waits for a rule still does", one_that_waits_for_a_rule_still_does },
    { "a retraction meanwhile ends it", a_retraction_meanwhile_ends_it },
    { "so does one long after its episode", so_does_one_long_after_its_episode },
    { "a correction meanwhile waits in its place", a_correction_meanwhile_waits_in_its_place },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_away = { "away", NULL, NULL, world_setup, world_teardown, cases };
