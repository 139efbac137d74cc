/* main.c - runs the unit suites of one room: all, or those named on the command line.
 *
 * Exit 0 when every test passed, 1 when one failed, 2 when a named suite does not exist (CUnit alone
 * would pass on zero tests). */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>

#include SUITES_H

static bool add(const char *only)
{
    bool found = false;
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
        if (only && strcmp(only, suites[i].name) != 0)
            continue;
        CU_SuiteInfo one[] = { *suites[i].info, CU_SUITE_INFO_NULL };
        if (CU_register_suites(one) != CUE_SUCCESS) {
            fprintf(stderr, "cannot register '%s': %s\n", suites[i].name, CU_get_error_msg());
            return false;
        }
        found = true;
    }
    if (!found)
        fprintf(stderr, "no suite '%s'\n", only ? only : "");
    return found;
}

int main(int argc, char **argv)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 2;
    if (argc < 2 && !add(NULL))
        return 2;
    for (int i = 1; i < argc; i++)
        if (!add(argv[i]))
            return 2;
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    unsigned failed = CU_get_number_of_tests_failed() + CU_get_number_of_suites_failed();
    unsigned ran = CU_get_number_of_tests_run();
    CU_cleanup_registry();
    if (ran == 0)
        return 2;
    return failed ? 1 : 0;
}
