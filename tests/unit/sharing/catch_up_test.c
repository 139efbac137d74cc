/* catch_up_test.c - law 9 by slot: who has an event gets it again when it is told something new. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "sharing/facts/person.h"
#include "small.h"

#define SAY(event, source, fields) CU_ASSERT_FATAL(world_say(&world, event, source, fields))
#define STAY "header.episode=E1;name=TESTPATIENT;stay.ward=W9;"

static const char aliases[] = "aliases:\n  stay.ward: {W9: Ward 9, W7: \"7\"}\n";

/* One clause for strangers and one for whom the person knows; each says what it releases, and
 * how. */
static bool open_gates(const char *stranger, const char *known)
{
    const char *clauses = arena_format(&world.arena,
                                       "  - id: stranger\n    share: {HospitalStay: [admitted]}\n"
                                       "    from: acute-trust\n    to: adult-social-care\n"
                                       "    when: '!known(recipient)'\n    %s\n"
                                       "  - id: known\n    share: {HospitalStay: [admitted]}\n"
                                       "    from: acute-trust\n    to: adult-social-care\n"
                                       "    when: known(recipient)\n    %s\n",
                                       stranger, known);
    const struct small_file files[] = {
        { "agreements/sharing.yaml", small_agreement(NULL, clauses) },
        { "aliases.yaml", aliases },
    };
    return small_open(files, 2);
}

/* How often the team gets the admission when it takes the person's case. */
static size_t sent_again(const char *stranger, const char *known, const char *fields)
{
    CU_ASSERT_FATAL(open_gates(stranger, known));
    SAY("HospitalStay.admitted", WARDS, fields);
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
    SAY("Caseload.declared", TEAM, "header.episode=C1");
    return world_count(&world, TEAM);
}

static void another_portion_is_sent_where_as_much_is_released_as_before(void)
{
    struct view v;
    CU_ASSERT_EQUAL_FATAL(sent_again("release: [identity.name, stay.ward]",
                                     "release: [identity.name, stay.site]", STAY "stay.site=ZX9"),
                          1);
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, NULL));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "stay.site"), "ZX9"));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "header.action"), "replaces"));
    CU_ASSERT(slice_is_empty(view_text_at(&v, "stay.ward")));
    SAY("Consent.granted", TEAM, "consent.purpose=individual-care");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0); /* and then no more */
}

static void only_what_tells_something_new_is_sent(void)
{
    static const struct {
        const char *stranger, *known, *fields;
        size_t sent;
    } rows[] = {
        /* of a field that holds nothing there is nothing to be told */
        { "release: [identity.name]", "release: [identity.name, stay.site]", STAY, 0 },
        { "release: [identity.name]", "release: [identity.name, stay.site]", STAY "stay.site=X",
          1 },
        { "release: [identity.name]", "release: [identity.name, stay.site]",
          STAY "header.cleared[]=stay.site", 1 },
        { "release: [identity.name, stay.ward]", "release: [identity.name]", STAY, 0 },
        /* changed, then as it is; as it is, then changed */
        { "release: [stay.ward]\n    oblige: {flag: [stay.ward]}", "release: [stay.ward]", STAY,
          1 },
        { "release: [stay.ward]", "release: [stay.ward]\n    oblige: {flag: [stay.ward]}", STAY,
          0 },
        /* one change, then one that says more, and the other way round */
        { "release: [stay.ward]\n    oblige: {flag: [stay.ward]}",
          "release: [stay.ward]\n    oblige: {alias: [stay.ward]}", STAY, 1 },
        { "release: [stay.ward]\n    oblige: {alias: [stay.ward]}",
          "release: [stay.ward]\n    oblige: {flag: [stay.ward]}", STAY, 0 },
        /* a ward without a reviewed name tells nothing by it */
        { "release: [identity.name]",
          "release: [identity.name, stay.ward]\n    oblige: {alias: [stay.ward]}",
          "header.episode=E1;name=TESTPATIENT;stay.ward=W1", 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t sent = sent_again(rows[i].stranger, rows[i].known, rows[i].fields);
        if (sent != rows[i].sent)
            printf("row %zu: sent %zu times\n", i, sent);
        CU_ASSERT_EQUAL(sent, rows[i].sent);
    }
}

/* Extracts date by the day: in whatever order the two come, the stay is over. */
static void a_stay_that_ends_at_the_moment_it_began_is_over(void)
{
    static const char *const kinds[] = { "HospitalStay.admitted", "HospitalStay.discharged" };
    for (int first = 0; first < 2; first++) {
        world.facts = person_unknown;
        CU_ASSERT_FATAL(
            open_gates("release: [identity.name]", "release: [identity.name, stay.ward]"));
        for (int i = 0; i < 2; i++)
            SAY(kinds[(first + i) % 2], WARDS, STAY "at=-9");
        for (size_t i = 0; i < 2; i++)
            CU_ASSERT(world.facts.event_count == 2 && world.facts.events[i].closed);
        SAY("Caseload.declared", TEAM, "header.episode=C1");
        CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    }
}

static CU_TestInfo cases[] = {
    { "another portion is sent where as much is released as before",
      another_portion_is_sent_where_as_much_is_released_as_before },
    { "only what tells something new is sent", only_what_tells_something_new_is_sent },
    { "a stay that ends at the moment it began is over",
      a_stay_that_ends_at_the_moment_it_began_is_over },
    CU_TEST_INFO_NULL,
};

CU_SuiteInfo suite_catch_up = { "catch_up", NULL, NULL, world_setup, world_teardown, cases };
