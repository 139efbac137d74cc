/* main.c - runs the unit suites of one room: all, or those named on the command line.
 *
 * Exit 0 when every test passed, 1 when one failed, 2 when a named suite does not exist (CUnit
 * alone would pass on zero tests). A test that does not end is named, before ctest's TIMEOUT would
 * end the program without a word. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>

#include SUITES_H

#define PATIENCE_S 870 /* for a suite; less than the TIMEOUT in CMakeLists.txt */

static void begin(const CU_pSuite suite)
{
    (void)suite;
    alarm(PATIENCE_S);
}

static void say(const char *text)
{
    (void)!write(STDERR_FILENO, text, strlen(text));
}

/* What is running, and what of it has failed so far; async-signal-safe calls alone. */
static void give_up(int signal_number)
{
    const CU_pTest test = CU_get_current_test();
    (void)signal_number;
    say("\nDOES NOT END: ");
    say(test ? test->pName : "");
    for (const CU_FailureRecord *f = CU_get_failure_list(); f; f = f->pNext) {
        say("\n    failed: ");
        say(f->strCondition ? f->strCondition : "");
    }
    say("\n");
    _exit(1);
}

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
    setvbuf(stdout, NULL, _IOLBF, 0); /* what failed is said also when the program does not end */
    (void)signal(SIGALRM, give_up);
    CU_set_suite_start_handler(begin);
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    unsigned failed = CU_get_number_of_tests_failed() + CU_get_number_of_suites_failed();
    unsigned ran = CU_get_number_of_tests_run();
    CU_cleanup_registry();
    if (ran == 0)
        return 2;
    return failed ? 1 : 0;
}
