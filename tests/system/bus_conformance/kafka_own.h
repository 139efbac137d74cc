/* kafka_own.h - tests of the Kafka backend alone; they use the conformance suite's fixture. */
#ifndef CONCORDAT_TESTS_KAFKA_OWN_H
#define CONCORDAT_TESTS_KAFKA_OWN_H

#include <CUnit/CUnit.h>

extern CU_TestInfo kafka_own_cases[];

#endif
