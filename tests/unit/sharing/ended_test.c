/* ended_test.c - who may say and end what: an end by a role that the line does not name, and one of
 * another agency, leave the relationship open, and it still counts; and what nobody of the region
 * can say or end is found beforehand. */
#include <CUnit/CUnit.h>

#include "sharing/facts/facts_query.h"
#include "sharing/tools/analyse.h"
#include "small.h"

#define SAY(event, source, fields) CU_ASSERT_FATAL(world_say(&world, event, source, fields))

/* The number of open ones of that kind with that service; they must be related, or not. */
static size_t open_with(const char *kind, const char *service)
{
    uint16_t who = (uint16_t)bundle_service(world.bundle, slice_text(service));
    struct facts_context in = { .bundle = world.bundle,
                                .facts = &world.facts,
                                .source = who,
                                .recipient = who,
                                .decided_ms = world.now_ms,
                                .arena = &world.arena };
    size_t n = 0;
    for (size_t i = 0; i < world.facts.relationship_count; i++) {
        const struct relationship *r = &world.facts.relationships[i];
        n += r->with == who && r->is_open && slice_equal_text(r->kind, kind);
    }
    CU_ASSERT_EQUAL(facts_related(&in, slice_text(kind), who), n ? TRUTH_TRUE : TRUTH_FALSE);
    return n;
}

#define CLAUSE                                                                                     \
    "  - {id: a, share: {HospitalStay: [admitted]}, from: acute-trust, to: adult-social-care, "    \
    "release: [stay.ward]}\n"

static void open_small(void)
{
    CU_ASSERT_FATAL(small_clauses(NULL, CLAUSE));
}

static void what_a_role_may_not_end_is_open_and_counts(void)
{
    open_small();
    SAY("HospitalStay.admitted", WARDS, "header.episode=V1;at=-9");
    SAY("HospitalStay.discharged", HUB, "header.episode=V1;at=-8");
    CU_ASSERT_EQUAL(open_with("inpatient", WARDS), 1);
    SAY("Caseload.declared", HUB, "header.episode=C1;at=-9");
    SAY("Caseload.ended", HUB, "header.episode=C1;at=-8");
    CU_ASSERT_EQUAL(open_with("open-case", HUB), 1);
    SAY("HospitalStay.discharged", WARDS, "header.episode=V1;at=-7");
    CU_ASSERT_EQUAL(open_with("inpatient", WARDS), 0);
}

/* Each of these may end its own. */
static void what_another_agency_ends_is_open_and_counts(void)
{
    static const char *const others[] = { GRANTS, REPAIRS, ROTA };
    open_small();
    SAY("Caseload.declared", TEAM, "header.episode=C1;at=-9");
    SAY("Caseload.declared", HUB, "header.episode=C1;at=-9");
    for (size_t i = 0; i < 3; i++) {
        SAY("Caseload.ended", others[i], "header.episode=C1;at=-8");
        CU_ASSERT_EQUAL(open_with("open-case", TEAM), 1);
        CU_ASSERT_EQUAL(open_with("open-case", HUB), 1);
    }
    SAY("Caseload.ended", TEAM, "header.episode=C1;at=-7");
    CU_ASSERT_EQUAL(open_with("open-case", TEAM), 0);
    CU_ASSERT_EQUAL(open_with("open-case", HUB), 1);
}

/* Also where the end was there first. */
static void nor_does_an_end_that_came_before(void)
{
    open_small();
    SAY("Caseload.ended", ROTA, "header.episode=C1;at=-7");
    SAY("Caseload.ended", HUB, "header.episode=C1;at=-7");
    SAY("Caseload.declared", TEAM, "header.episode=C1;at=-9");
    SAY("Caseload.declared", HUB, "header.episode=C1;at=-9");
    CU_ASSERT_EQUAL(open_with("open-case", TEAM), 1);
    CU_ASSERT_EQUAL(open_with("open-case", HUB), 1);
}

/* An end that gave itself out as a version of what turns out to be another's stands no more. */
static void what_an_end_that_was_not_its_owners_ended_goes_on(void)
{
    open_small();
    SAY("Caseload.declared", TEAM, "header.episode=C1;at=-9");
    SAY("Caseload.ended", TEAM,
        "header.episode=C1;at=-8;header.action=replaces;header.original="
        "00000000000000000000000000000007");
    CU_ASSERT_EQUAL(open_with("open-case", TEAM), 0);
    world.serial = 6;
    SAY("Caseload.ended", ROTA, "header.episode=C1;at=-8");
    CU_ASSERT_EQUAL(world.out.overstepped, 1);
    CU_ASSERT_EQUAL(open_with("open-case", TEAM), 1);
}

/* How many ends and lines of one line of facts nobody can say; word: stands in the first
 * sentence. */
static size_t count_unsayable(const char *by, const char *closed_by, const char *word)
{
    const struct small_file files[] = {
        { "facts.yaml",
          arena_format(&world.arena,
                       "facts:\n  - {on: {SocialCare: [allocated]}, by: %s, "
                       "opens: {relationship: allocated, with: source}, closed_by: {%s}, "
                       "responsible: {function: care, service: source}}\n",
                       by, closed_by) },
        { "agreements/sharing.yaml", small_agreement(NULL, CLAUSE) },
    };
    struct problems problems = { 0 }, warnings = { 0 };
    size_t n = 0;
    CU_ASSERT_FATAL(small_open(files, 2));
    const struct analyse_input in = { .bundle = world.bundle, .now_ms = T0 };
    analyse(&in, &world.arena, &problems, &warnings);
    for (size_t i = 0; i < warnings.count; i++) {
        if (strcmp(warnings.list[i].code, "check.unsayable") != 0)
            continue;
        CU_ASSERT_EQUAL(warnings.list[i].line, 2);
        CU_ASSERT(n++ > 0 || strstr(warnings.list[i].text, word) != NULL);
    }
    CU_ASSERT_EQUAL(problems.count, 0);
    problems_release(&problems);
    problems_release(&warnings);
    return n;
}

static void lines_that_nobody_can_say_or_end_are_found(void)
{
    static const char ended[] = "Caseload: [ended], by: [acute-trust, gp]";
    CU_ASSERT_EQUAL(count_unsayable("[gp, acute-trust]", ended, ""), 0);
    CU_ASSERT_EQUAL(count_unsayable("[gp, community-health]", ended, "can say this"), 1);
    CU_ASSERT_EQUAL(count_unsayable("[landlord]", "Caseload: [ended], by: [gp]", "can end what"),
                    1);
    CU_ASSERT_EQUAL(count_unsayable("[gp]", "Caseload: [ended], by: [gp]", "can say this"), 2);
    CU_ASSERT_EQUAL(count_unsayable("[landlord]", "by: [landlord]", "never ends"), 1);
    CU_ASSERT_EQUAL(count_unsayable("[landlord]", "Caseload: [ended], by: the service itself", ""),
                    0);
}

static CU_TestInfo tests[] = {
    { "what a role may not end is open and counts", what_a_role_may_not_end_is_open_and_counts },
    { "what another agency ends is open and counts", what_another_agency_ends_is_open_and_counts },
    { "nor does an end that came before", nor_does_an_end_that_came_before },
    { "what an end that was not its owner's ended goes on",
      what_an_end_that_was_not_its_owners_ended_goes_on },
    { "lines that nobody can say or end are found", lines_that_nobody_can_say_or_end_are_found },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_ended = { "ended", NULL, NULL, world_setup, world_teardown, tests };
