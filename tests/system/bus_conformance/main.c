/* main.c - bus_conformance URL: the conformance suite of the bus against a bus of your own.
 *
 * Exit 0 when all passed, 1 when one failed, 2 when it could not run. Topics it makes stay behind
 * under prefixes that start with "t" and a number. */
#include <stdio.h>
#include <string.h>

#include <CUnit/Basic.h>

#include "conformance.h"
#include "kafka_own.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: bus_conformance embedded:FILE | kafka://HOST:PORT\n");
        return 2;
    }
    CU_SuiteInfo suites[] = {
        { argv[1], NULL, NULL, conformance_set_up, conformance_tear_down, conformance_cases },
        { "kafka's own", NULL, NULL, conformance_set_up, conformance_tear_down, kafka_own_cases },
        CU_SUITE_INFO_NULL
    };
    if (strncmp(argv[1], "kafka:", 6) != 0)
        suites[1] = (CU_SuiteInfo)CU_SUITE_INFO_NULL;
    setvbuf(stdout, NULL, _IOLBF, 0);
    conformance_use(argv[1]);
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS)
        return 2;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned ran = CU_get_number_of_tests_run(), failed = CU_get_number_of_tests_failed();
    CU_cleanup_registry();
    return ran == 0 ? 2 : failed ? 1 : 0;
}
