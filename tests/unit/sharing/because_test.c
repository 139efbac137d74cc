/* because_test.c - header.because: what its recipient reads of why a disclosure comes now. */
#include <CUnit/CUnit.h>

#include "small.h"

#define SAY(event, source, fields) CU_ASSERT_FATAL(world_say(&world, event, source, fields))
#define STAY "header.episode=E1;name=TESTPATIENT;stay.ward=W9;stay.site=ZX9;"

static bool open_clause(const char *what)
{
    const char *clauses = arena_format(&world.arena,
                                       "  - id: stays\n    share: {HospitalStay: [admitted, "
                                       "expected_discharge_changed]}\n"
                                       "    from: acute-trust\n    to: adult-social-care\n    %s\n",
                                       what);
    return small_clauses(NULL, clauses);
}

/* What the team reads of the n-th disclosure of the last event. */
static bool reads(size_t n, const char *word)
{
    struct view v;
    CU_ASSERT_FATAL(world_got(&world, TEAM, n, &v, NULL));
    return slice_equal_text(view_text_at(&v, "header.because"), word);
}

static void what_is_shared_at_once_says_whether_it_is_old(void)
{
    static const struct {
        const char *fields, *word;
    } rows[] = {
        { STAY, "as-it-happened" },
        { STAY "at=-22", "as-it-happened" },
        { STAY "at=900", "as-it-happened" },
        { STAY "at=-26", "late" },
        { STAY "at=-960", "late" },
        /* the source means all of that day, month, year */
        { STAY "at=-40;header.occurred_precision=day", "as-it-happened" },
        { STAY "at=-50;header.occurred_precision=day", "late" },
        { STAY "at=-740;header.occurred_precision=month", "as-it-happened" },
        { STAY "at=-800;header.occurred_precision=month", "late" },
        { STAY "at=-8000;header.occurred_precision=year", "as-it-happened" },
        { STAY "at=-9000;header.occurred_precision=year", "late" },
        { STAY "at=-40;header.occurred_precision=minute", "late" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_FATAL(open_clause("release: [stay.ward]"));
        SAY("HospitalStay.admitted", WARDS, rows[i].fields);
        CU_ASSERT(reads(0, rows[i].word));
        world_teardown();
        world_setup();
    }
}

static void what_waited_for_a_relationship_is_caught_up(void)
{
    CU_ASSERT_FATAL(open_clause("release: [stay.ward]\n    when: known(recipient)"));
    SAY("HospitalStay.admitted", WARDS, STAY "at=-960");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    SAY("Caseload.declared", TEAM, "header.episode=C1");
    CU_ASSERT(reads(0, "caught-up"));
    SAY("HospitalStay.expected_discharge_changed", WARDS, STAY);
    CU_ASSERT(reads(0, "as-it-happened"));
}

/* The words are the same whatever opened the way: which it was may tell of what is withheld. */
static void what_a_person_released_is_caught_up(void)
{
    struct hold was = { .service = 0 };
    struct judged out;
    CU_ASSERT_FATAL(open_clause("release: [stay.ward]"));
    SAY("HospitalStay.admitted", WARDS, STAY "header.unknown_restriction=7");
    for (size_t i = 0; i < world.facts.hold_count; i++)
        if (slice_equal_text(world.bundle->services[world.facts.holds[i].service].name, TEAM))
            was = world.facts.holds[i];
    CU_ASSERT_FATAL(was.bytes.n > 0);
    struct judge_input in = world.in;
    in.facts = &world.facts;
    in.release = &was;
    CU_ASSERT_FATAL(world_judge(&world, &in, &out));
    world.out = out;
    CU_ASSERT(reads(0, "caught-up"));
}

static void what_tells_more_of_what_was_sent_is_sent_again(void)
{
    const char *clauses = "  - id: stranger\n    share: {HospitalStay: [admitted]}\n"
                          "    from: acute-trust\n    to: adult-social-care\n"
                          "    when: '!known(recipient)'\n    release: [stay.ward]\n"
                          "  - id: known\n    share: {HospitalStay: [admitted]}\n"
                          "    from: acute-trust\n    to: adult-social-care\n"
                          "    when: known(recipient)\n    release: [stay.ward, stay.site]\n";
    CU_ASSERT_FATAL(small_clauses(NULL, clauses));
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT(reads(0, "as-it-happened"));
    SAY("Caseload.declared", TEAM, "header.episode=C1");
    CU_ASSERT(reads(0, "sent-again"));
}

/* What its source says of it is nobody's to read: the router's word stands in its place. */
static void no_source_writes_it(void)
{
    CU_ASSERT_FATAL(open_clause("release: [stay.ward]"));
    SAY("HospitalStay.admitted", WARDS, STAY "header.because=sent-again");
    CU_ASSERT(reads(0, "as-it-happened"));
}

static CU_TestInfo tests[] = {
    { "what is shared at once says whether it is old",
      what_is_shared_at_once_says_whether_it_is_old },
    { "what waited for a relationship is caught up", what_waited_for_a_relationship_is_caught_up },
    { "what a person released is caught up", what_a_person_released_is_caught_up },
    { "what tells more of what was sent is sent again",
      what_tells_more_of_what_was_sent_is_sent_again },
    { "no source writes it", no_source_writes_it },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_because = { "because", NULL, NULL, world_setup, world_teardown, tests };
