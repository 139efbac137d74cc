/* table_test.c - the decision tables of the example region hold, and a table can fail. */
#include <CUnit/CUnit.h>
#include <stdio.h>

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

static CU_TestInfo cases[] = { { "every row of the discharge table holds", discharge_rows_hold },
                               { "every row of the housing table holds", housing_rows_hold },
                               CU_TEST_INFO_NULL };
CU_SuiteInfo suite_table = { "table", NULL, NULL, world_setup, world_teardown, cases };
