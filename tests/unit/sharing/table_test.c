/* table_test.c - the decision tables of the example region hold, and a table can fail. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sharing/tools/table.h"
#include "sharing/rules/clause.h"
#include "small.h"

#define EXAMPLE SOURCE_DIR "/deploy/example"

static void discharge_rows_hold(void)
{
    world_run_table(EXAMPLE "/tests/discharge.decisions", 30);
}

static void housing_rows_hold(void)
{
    world_run_table(EXAMPLE "/tests/housing.decisions", 18);
}

static void prohibition_rows_hold(void)
{
    world_run_table(EXAMPLE "/tests/prohibitions.decisions", 140);
}

/* Rows as a file, run; the codes of its problems in order. */
static size_t run_file(const char *rows, struct table_seen *seen, struct problems *p,
                       struct table_result *result)
{
    char path[] = "/tmp/concordat-table-XXXXXX";
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(write(fd, rows, strlen(rows)), (ssize_t)strlen(rows));
    CU_ASSERT(table_run(world.bundle, &world.arena, path, seen, p, result));
    (void)close(fd);
    (void)unlink(path);
    return p->count;
}

static size_t run_rows(const char *rows, struct problems *p, struct table_result *result)
{
    return run_file(rows, NULL, p, result);
}

/* How many failed. */
static size_t run_seen(const char *rows, struct table_seen *seen)
{
    struct problems p = { 0 };
    struct table_result result;
    size_t failed = run_file(rows, seen, &p, &result);
    for (size_t i = 0; i < failed; i++)
        printf("%s\n", p.list[i].text);
    problems_release(&p);
    return failed;
}

#define STAY_ROW " HospitalStay.admitted " TEAM " known responsible(adult-social-care)\n"

static void a_field_is_asked_for_between_quotes(void)
{
    struct problems p = { 0 };
    struct table_result result;
    CU_ASSERT_EQUAL(run_rows("disclose name,\"field stay.ward\"" STAY_ROW
                             "disclose name,\"field stay.corridor\"" STAY_ROW,
                             &p, &result),
                    1);
    CU_ASSERT(p.count == 1 && p.list[0].line == 2);
    problems_release(&p);
}

static void a_row_that_turns_out_otherwise_fails(void)
{
    static const struct {
        const char *row, *code;
    } rows[] = {
        { "withhold no-clause" STAY_ROW, "table.outcome" },
        { "disclose address" STAY_ROW, "table.word" },
        { "disclose =name" STAY_ROW, "table.word" },
        { "disclose corridor" STAY_ROW, "table.word" },
        { "withhold objection HospitalStay.admitted " TEAM "\n", "table.reason" },
        { "withhold no-clause HospitalStay.departed " TEAM "\n", "table.word" },
        { "withhold no-clause HospitalStay.admitted nobody/here\n", "table.word" },
        { "withhold no-clause HospitalStay.admitted " TEAM " rumoured\n", "table.word" },
        { "withhold no-clause HospitalStay.admitted " TEAM " stay.corridor=1\n", "table.word" },
        { "withhold no-clause\n", "table.row" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct problems p = { 0 };
        struct table_result result;
        CU_ASSERT_EQUAL_FATAL(run_rows(rows[i].row, &p, &result), 1);
        CU_ASSERT_STRING_EQUAL(p.list[0].code, rows[i].code);
        CU_ASSERT_EQUAL(p.list[0].line, 1);
        CU_ASSERT_EQUAL(result.failed, 1);
        problems_release(&p);
    }
}

static void a_word_that_can_match_nothing_is_found_where_it_stands(void)
{
    static const struct {
        const char *rows;
        unsigned line, column;
    } wrong[] = {
        { "discloses name" STAY_ROW, 1, 1 },
        { "withhold because HospitalStay.admitted " TEAM "\n", 1, 10 },
        { "\n\tdisclose\tname,nme" STAY_ROW, 2, 16 },
        { "disclose =" STAY_ROW, 1, 10 },
        { "disclose housing" STAY_ROW, 1, 10 },
        { "forbid -ward" STAY_ROW, 1, 8 },
        { "given known\r\ngiven  rumoured\r\n\r\ndisclose name" STAY_ROW, 2, 8 },
        { "\xef\xbb\xbf# a mark that some editors write\ndisclose nme" STAY_ROW, 2, 10 },
        { "disclose name HospitalStay.admitted " TEAM " header.kind=moved\n", 1, 1 },
        { "disclose name HospitalStay.admitted " TEAM " person.address_lines="
          "1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17\n",
          1, 89 },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct problems p = { 0 };
        struct table_result result;
        CU_ASSERT_EQUAL_FATAL(run_rows(wrong[i].rows, &p, &result), 1);
        CU_ASSERT_STRING_EQUAL(p.list[0].code, "table.word");
        CU_ASSERT_EQUAL(p.list[0].line, wrong[i].line);
        CU_ASSERT_EQUAL(p.list[0].column, wrong[i].column);
        problems_release(&p);
    }
}

static void a_row_that_fails_says_why(void)
{
    static const char *const rows[][2] = {
        { "withhold no-clause" STAY_ROW,
          "the rules decide disclose (disclosed): a clause permits it" },
        { "disclose ward HospitalStay.admitted " TEAM
          " known responsible(adult-social-care) restricted(location)\n",
          "'stay.ward' is not released: the prohibition 'hidden-location' takes it" },
        { "disclose address" STAY_ROW,
          "'location.address' is not released: no clause that permits" },
        { "disclose stay.wrad" STAY_ROW, "field 'stay.wrad': it has stay.ward, " },
        { "disclose ward:yaer" STAY_ROW, "unknown obligation 'yaer': it has year, " },
        { "withhold no-clase HospitalStay.admitted " TEAM "\n", "it has no-clause, " },
        { "withhold no-clause HospitalStays.admitted " TEAM "\n", "it has HospitalStay, " },
        { "withhold no-clause HospitalStay.admited " TEAM "\n", "it has admitted, " },
        { "withhold no-clause HospitalStay.admitted " TEAM "s\n", "it has " TEAM ", " },
        { "withhold no-clause HospitalStay.admitted " TEAM " knwon\n", "it has known, " },
        { "withhold no-clause HospitalStay.admitted " TEAM " known(" TEAM "s)\n",
          "it has " TEAM ", " },
        { "withhold no-clause HospitalStay.admitted " TEAM " stay.wrad=1\n",
          "unknown field 'stay.wrad': it has stay.ward, " },
        { "withhold no-clause HospitalStay.admitted " TEAM " responsible(adult-social)\n",
          "unknown function 'adult-social': it has adult-social-care" },
        { "withhold no-clause HospitalStay.admitted " TEAM " restricted(locaton)\n",
          "unknown restriction 'locaton': it has location, " },
        { "withhold no-clause HospitalStay.admitted " TEAM " relationship(open-csae)\n",
          "unknown relationship 'open-csae': it has open-case, " },
        { "withhold no-clause HospitalStay.admitted " TEAM " consent(duty-to-reffer)\n",
          "unknown purpose 'duty-to-reffer': it has " },
        { "withhold no-clause HospitalStay.admitted " TEAM " ended(dischargd,3)\n",
          "unknown kind 'dischargd': it has discharged, " },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct problems p = { 0 };
        struct table_result result;
        CU_ASSERT_EQUAL_FATAL(run_rows(rows[i][0], &p, &result), 1);
        CU_ASSERT_PTR_NOT_NULL(strstr(p.list[0].text, rows[i][1]));
        if (!strstr(p.list[0].text, rows[i][1]))
            printf("\n%s: %s", rows[i][0], p.list[0].text);
        problems_release(&p);
    }
}

static void age_and_fields_can_be_said(void)
{
    struct problems p = { 0 };
    struct table_result result;
    CU_ASSERT_EQUAL(run_rows("# two rows and a comment\n\n"
                             "disclose name" STAY_ROW "disclose ward HospitalStay.moved " TEAM
                             " known responsible(adult-social-care) age(17) stay.ward=ELM\n",
                             &p, &result),
                    0);
    CU_ASSERT_EQUAL(result.rows, 2);
    problems_release(&p);
}

/* Rows that hold, and rows with the code they fail with. */
static void check_rows(const char *const rows[][2], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct problems p = { 0 };
        struct table_result result;
        size_t failed = run_rows(rows[i][0], &p, &result);
        CU_ASSERT_EQUAL(failed, rows[i][1] ? 1 : 0);
        if (failed)
            printf("%s: %s\n", p.list[0].code, p.list[0].text);
        if (failed && rows[i][1])
            CU_ASSERT_STRING_EQUAL(p.list[0].code, rows[i][1]);
        problems_release(&p);
    }
}

/* The example names stay.ready_from apart from stay.ready, and no other field of it. */
#define READY_ROW " HospitalStay.ready_for_discharge " ROTA " relationship(care-package)\n"

static void a_field_that_the_bundle_names_is_wanted_by_its_path(void)
{
    static const char *const rows[][2] = {
        { "disclose stay.ready_from,-stay.medically_fit" READY_ROW, NULL },
        { "disclose field stay.ready_from" READY_ROW, "table.word" }, /* words end at a blank */
        { "disclose =name,birth-date,expected-discharge,stay.ready_from,source.contact,"
          "timing" READY_ROW,
          NULL },
        { "disclose stay.ready" READY_ROW, "table.word" },
        { "disclose -stay.ready" READY_ROW, "table.word" },
        { "disclose stay.medically_fit" READY_ROW, "table.word" },
        { "disclose =name,birth-date,expected-discharge,source.contact,timing" READY_ROW,
          "table.word" },
        { "disclose -stay.leave_until" READY_ROW, "table.word" }, /* nothing names it */
    };
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void facts_can_be_given_once_and_changed_below(void)
{
    static const char *const rows[][2] = {
        { "given known responsible(adult-social-care)\ndisclose ward HospitalStay.admitted " TEAM
          "\nwithhold objection HospitalStay.admitted " TEAM " objection\n",
          NULL },
        { "given known\ngiven\nwithhold no-relationship HospitalStay.admitted " TEAM "\n", NULL },
        { "given rumoured\nwithhold no-relationship HospitalStay.admitted " TEAM "\n",
          "table.word" },
    };
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void what_must_not_be_released_can_be_said(void)
{
    static const char *const rows[][2] = {
        { "disclose name,-address" STAY_ROW, NULL },
        { "disclose name,-ward" STAY_ROW, "table.word" },
        { "disclose -address" STAY_ROW, NULL },
        { "disclose birth-date:year" STAY_ROW, "table.word" },
        { "disclose birth-date:decade" STAY_ROW, "table.word" },
        { "forbid nhs-number,clinical HospitalStay.admitted " GRANTS "\n", NULL },
        { "forbid ward HospitalStay.admitted " GRANTS "\n", "table.word" },
        { "forbid =nhs-number HospitalStay.admitted " GRANTS "\n", "table.word" },
        { "permit ward HospitalStay.admitted " GRANTS " lifted(location)\n", NULL },
        { "permit nhs-number HospitalStay.admitted " GRANTS "\n", "table.word" },
    };
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void times_quotes_and_human_releases_can_be_said(void)
{
    static const char *const rows[][2] = {
        { "disclose name HospitalStay.moved " TEAM
          " known responsible(adult-social-care) ended(discharged,13)\n",
          NULL },
        { "withhold lapsed HospitalStay.moved " TEAM
          " known responsible(adult-social-care) ended(discharged,14)\n",
          NULL },
        { "hold unknown HospitalStay.admitted " TEAM " known stay.ward=\"W 7 # \"  # why\n", NULL },
        { "disclose ward HospitalStay.admitted " TEAM " known released\n", NULL },
        { "withhold no-consent HousingCase.adaptation_requested " GRANTS
          " addressed consent(housing-adaptation) revoked(housing-adaptation)\n",
          NULL },
        { "disclose works HousingCase.adaptation_requested " GRANTS
          " addressed consent(housing-adaptation,,best-interests)\n",
          NULL },
        { "disclose works HousingCase.adaptation_requested " GRANTS
          " addressed consent(housing-adaptation,,by-proxy)\n",
          "table.word" },
        { "withhold no-relationship HospitalStay.admitted " TEAM " died(yesterday)\n",
          "table.word" },
        { "withhold no-clause HospitalStay.admitted " GRANTS " at(2026-03-01T10:00Z)\n", NULL },
        { "withhold no-clause HospitalStay.admitted " GRANTS " at(tomorrow)\n", "table.word" },
        { "withhold no-clause HospitalStay.admitted " GRANTS " ended(departed,1)\n", "table.word" },
    };
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void one_question_can_be_asked_without_a_table(void)
{
    const struct slice words[] = { SLICE("HospitalStay.admitted"), SLICE(TEAM), SLICE("known"),
                                   SLICE("responsible(adult-social-care)"), SLICE("rumoured") };
    struct table_answer answer;
    struct err e = { 0 };
    CU_ASSERT(table_ask(world.bundle, &world.arena, words, 4, &answer, &e));
    CU_ASSERT_EQUAL(answer.decision.outcome, OUTCOME_DISCLOSE);
    CU_ASSERT_EQUAL(answer.decision.clause_count, 1);
    CU_ASSERT_EQUAL(answer.source, bundle_service(world.bundle, SLICE(WARDS)));
    CU_ASSERT(table_ask(world.bundle, &world.arena, words, 2, &answer, &e));
    CU_ASSERT_STRING_EQUAL(answer.decision.reason, "no-relationship");
    CU_ASSERT_FALSE(table_ask(world.bundle, &world.arena, words, 5, &answer, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "table.word");
}

static void rows_say_which_clauses_and_prohibitions_decided(void)
{
    bool clauses[64] = { false }, prohibitions[64] = { false };
    struct table_seen seen = { clauses, prohibitions };
    struct problems p = { 0 };
    struct table_result result;
    CU_ASSERT(table_run(world.bundle, &world.arena,
                        SOURCE_DIR "/deploy/example/tests/discharge.decisions", &seen, &p,
                        &result));
    uint32_t line;
    size_t n = 0;
    for (uint32_t i = 0; i < world.bundle->clause_count; i++) {
        bool is_housing = strstr(clause_place(world.bundle, i, &line), "adaptations.yaml") != NULL;
        CU_ASSERT(!is_housing || !clauses[i]);
        n += clauses[i];
    }
    CU_ASSERT(n >= 5);
    problems_release(&p);
}

/* Two clauses that overlap, two prohibitions that do. */
static void only_what_matters_in_a_row_is_covered(void)
{
    static const char clauses[] =
        "  - {id: wide, share: {HospitalStay: [moved]}, from: acute-trust, to: landlord,\n"
        "     release: [stay.ward, stay.site]}\n"
        "  - {id: narrow, share: {HospitalStay: [moved]}, from: acute-trust, to: landlord,\n"
        "     release: [stay.ward], when: 'stay.ward == \"ELM\"'}\n"
        "  - {id: taken, share: {HospitalStay: [moved]}, from: acute-trust, to: adaptations,\n"
        "     release: [stay.ward]}\n";
    const struct small_file files[] = {
        { "agreements/a.yaml", small_agreement(NULL, clauses) },
        { "prohibitions/p.yaml",
          "prohibitions:\n"
          "  - {id: one, withhold: [stay.ward], to: adaptations, "
          "source: s}\n"
          "  - {id: two, withhold: [stay], to: adaptations, source: s}\n" }
    };
    bool of_clauses[3] = { false }, of_prohibitions[2] = { false };
    struct table_seen seen = { of_clauses, of_prohibitions };
    CU_ASSERT_FATAL(small_open(files, 2));
    CU_ASSERT_EQUAL(run_seen("disclose ward,stay.site HospitalStay.moved " REPAIRS
                             " stay.ward=ELM\n"
                             "withhold prohibited HospitalStay.moved " GRANTS "\n",
                             &seen),
                    0);
    CU_ASSERT(of_clauses[0] && !of_clauses[1] && !of_clauses[2]);
    CU_ASSERT(!of_prohibitions[0] && !of_prohibitions[1]);
    CU_ASSERT_EQUAL(run_seen("forbid stay HospitalStay.moved " GRANTS "\n", &seen), 0);
    CU_ASSERT(!of_prohibitions[0] && of_prohibitions[1]);
}

/* What is added for later stands first in the order of files, and shares more. */
static void an_agreement_added_for_later_moves_no_row(void)
{
    static const char now[] = "  - {id: now, share: {HospitalStay: [moved]}, from: acute-trust,\n"
                              "     to: landlord, release: [stay.ward]}\n";
    static const char later[] =
        "  - {id: later, share: {HospitalStay: [moved, admitted]}, from: acute-trust,\n"
        "     to: [landlord, adaptations], release: [stay.ward, stay.site]}\n";
    const struct small_terms second = { .version = "2", .from = "2026-07-01" };
    const struct small_terms other = { .name = "other", .from = "2026-07-01" };
    const struct small_terms *const added[] = { &second, &other };
    for (size_t i = 0; i < 2; i++) {
        const struct small_file files[] = {
            { "agreements/a.yaml", small_agreement(added[i], later) },
            { "agreements/b.yaml", small_agreement(NULL, now) },
        };
        CU_ASSERT_FATAL(small_open(files, 2));
        CU_ASSERT_EQUAL(run_seen("disclose =ward HospitalStay.moved " REPAIRS "\n"
                                 "disclose =ward HospitalStay.moved " REPAIRS " from(" WARDS ")\n"
                                 "withhold no-clause HospitalStay.discharged " REPAIRS "\n"
                                 "disclose ward,stay.site HospitalStay.moved " REPAIRS
                                 " at(2026-07-01)\n"
                                 "disclose ward,stay.site HospitalStay.admitted " REPAIRS "\n",
                                 NULL),
                        0);
    }
}

static CU_TestInfo cases[] = {
    { "an agreement added for later moves no row", an_agreement_added_for_later_moves_no_row },
    { "a field is asked for between quotes", a_field_is_asked_for_between_quotes },
    { "a row that turns out otherwise fails", a_row_that_turns_out_otherwise_fails },
    { "a word that can match nothing is found where it stands",
      a_word_that_can_match_nothing_is_found_where_it_stands },
    { "a row that fails says why", a_row_that_fails_says_why },
    { "only what matters in a row is covered", only_what_matters_in_a_row_is_covered },
    { "age and fields can be said", age_and_fields_can_be_said },
    { "a field that the bundle names is wanted by its path",
      a_field_that_the_bundle_names_is_wanted_by_its_path },
    { "facts can be given once and changed below", facts_can_be_given_once_and_changed_below },
    { "what must not be released can be said", what_must_not_be_released_can_be_said },
    { "times, quotes and human releases can be said", times_quotes_and_human_releases_can_be_said },
    { "one question can be asked without a table", one_question_can_be_asked_without_a_table },
    { "rows say which clauses and prohibitions decided",
      rows_say_which_clauses_and_prohibitions_decided },
    { "every row of the discharge table holds", discharge_rows_hold },
    { "every row of the housing table holds", housing_rows_hold },
    { "every row on the prohibitions holds", prohibition_rows_hold },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_table = { "table", NULL, NULL, world_setup, world_teardown, cases };
