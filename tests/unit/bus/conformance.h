/* conformance.h - what every backend of the bus must do; one suite for all of them.
 *
 * A program names the bus with conformance_use, then runs conformance_cases with the SetUp and
 * TearDown given here. Each test works under a prefix of its own, so they do not meet. */
#ifndef CONCORDAT_TESTS_CONFORMANCE_H
#define CONCORDAT_TESTS_CONFORMANCE_H

#include <CUnit/CUnit.h>

/* Borrows for the life of the program. */
void conformance_use(const char *url);
void conformance_set_up(void);
void conformance_tear_down(void);
extern CU_TestInfo conformance_cases[];

#endif
