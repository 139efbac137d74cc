/* analyse_ends_test.c - who is told that a stay began is told how it ends, or that it is over. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "sharing/tools/analyse.h"
#include "small.h"

/* a line that names one way to end is closed by each */
#define FACTS                                                                                      \
    "facts:\n"                                                                                     \
    "  - on: {HospitalStay: [admitted]}\n"                                                         \
    "    by: [acute-trust]\n"                                                                      \
    "    opens: {relationship: inpatient, with: source}\n"                                         \
    "    closed_by: {HospitalStay: [discharged, over], by: [acute-trust]}\n"
#define CLAUSE(id, kinds, more)                                                                    \
    "  - id: " id "\n"                                                                             \
    "    share: {HospitalStay: [" kinds "]}\n"                                                     \
    "    from: acute-trust\n"                                                                      \
    "    to: adult-social-care\n"                                                                  \
    "    release: [identity.name, " more

static bool in_force;

static bool finds(const char *clauses, const char *code)
{
    struct problems problems = { 0 }, warnings = { 0 };
    const struct small_file files[] = {
        { "facts.yaml", FACTS }, { "agreements/sharing.yaml", small_agreement(NULL, clauses) }
    };
    char line[600];
    bool found = false;
    if (!small_open(files, 2))
        return false;
    const struct analyse_input in = { .bundle = world.bundle,
                                      .now_ms = T0,
                                      .is_in_force = in_force };
    analyse(&in, &world.arena, &problems, &warnings);
    for (size_t i = 0; i < problems.count; i++) {
        found |= code && strcmp(problems.list[i].code, code) == 0;
        if (!code)
            printf("\n%s", err_print(&problems.list[i], line, sizeof line));
    }
    for (size_t i = 0; i < warnings.count; i++)
        found |= code && strcmp(warnings.list[i].code, code) == 0;
    found |= !code && problems.count == 0;
    problems_release(&problems);
    problems_release(&warnings);
    return found;
}

static void a_discharge_without_where_to_is_found(void)
{
    CU_ASSERT(finds(CLAUSE("a", "admitted, discharged, ended_by_death", "stay.times]\n"),
                    "check.misread"));
    CU_ASSERT(
        finds(CLAUSE("a", "admitted, discharged, ended_by_death", "stay.destination]\n"), NULL));
    CU_ASSERT(finds(CLAUSE("a", "admitted, discharged, ended_by_death", "stay]\n"), NULL));
    CU_ASSERT(finds(CLAUSE("a", "ended_by_death", "stay.times]\n"), NULL));
}

static void an_opening_without_each_end_is_found(void)
{
    static const char *const bad[] = {
        CLAUSE("a", "admitted", "stay.times]\n"),
        CLAUSE("a", "admitted, discharged", "stay.destination]\n"),
        CLAUSE("a", "admitted, ended_by_death", "stay.times]\n"),
        CLAUSE("a", "admitted", "stay.times]\n    death_not_told: not theirs\n"),
    };
    static const char *const good[] = {
        CLAUSE("a", "admitted, discharged, ended_by_death", "stay.destination]\n"),
        CLAUSE("a", "admitted, over", "stay.times]\n"),
        CLAUSE("a", "admitted", "stay.times]\n") CLAUSE("b", "over", "source.contact]\n"),
        CLAUSE("a", "admitted, discharged",
               "stay.destination]\n    death_not_told: another agreement tells it\n"),
        CLAUSE("a", "moved", "stay.ward]\n"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CU_ASSERT(finds(bad[i], "check.unended"));
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CU_ASSERT(finds(good[i], NULL));
}

static void what_is_in_force_is_warned_of_alone(void)
{
    static const char clause[] = CLAUSE("a", "admitted, discharged", "stay.times]\n");
    in_force = true;
    CU_ASSERT(finds(clause, "check.misread"));
    CU_ASSERT(finds(clause, "check.unended"));
    CU_ASSERT(finds(clause, NULL)); /* no problem */
    in_force = false;
    CU_ASSERT_FALSE(finds(clause, NULL));
}

static CU_TestInfo cases[] = {
    { "what is in force is warned of alone", what_is_in_force_is_warned_of_alone },
    { "a discharge without where to is found", a_discharge_without_where_to_is_found },
    { "an opening without each end is found", an_opening_without_each_end_is_found },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_analyse_ends = {
    "analyse_ends", NULL, NULL, world_setup, world_teardown, cases
};
