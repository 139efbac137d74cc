/* table_test.c - the decision tables of the example region hold, and a table can fail. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sharing/table.h"
#include "world.h"

static void run_example_table(const char *name, size_t rows_min)
{
    char path[400], text[400];
    struct problems p = { 0 };
    struct table_result result;
    (void)snprintf(path, sizeof path, SOURCE_DIR "/deploy/example/tests/%s", name);
    CU_ASSERT_FATAL(world.bundle != NULL);
    CU_ASSERT(table_run(world.bundle, &world.arena, path, &p, &result));
    for (size_t i = 0; i < p.count; i++)
        printf("%s\n", err_print(&p.list[i], text, sizeof text));
    CU_ASSERT(result.rows >= rows_min);
    CU_ASSERT_EQUAL(result.failed, 0);
    problems_release(&p);
}

static void discharge_rows_hold(void)
{
    run_example_table("discharge.decisions", 30);
}

static void housing_rows_hold(void)
{
    run_example_table("housing.decisions", 18);
}

/* Rows as a file, run; the codes of its problems in order. */
static size_t run_rows(const char *rows, struct problems *p, struct table_result *result)
{
    char path[] = "/tmp/concordat-table-XXXXXX";
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(write(fd, rows, strlen(rows)), (ssize_t)strlen(rows));
    CU_ASSERT(table_run(world.bundle, &world.arena, path, p, result));
    (void)close(fd);
    (void)unlink(path);
    return p->count;
}

#define STAY_ROW " HospitalStay.admitted " TEAM " known responsible(adult-social-care)\n"

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

static CU_TestInfo cases[] = { { "a row that turns out otherwise fails",
                                 a_row_that_turns_out_otherwise_fails },
                               { "age and fields can be said", age_and_fields_can_be_said },
                               { "every row of the discharge table holds", discharge_rows_hold },
                               { "every row of the housing table holds", housing_rows_hold },
                               CU_TEST_INFO_NULL };
CU_SuiteInfo suite_table = { "table", NULL, NULL, world_setup, world_teardown, cases };
