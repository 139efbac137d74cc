/* work.h - how much is done for a unit: basic blocks run, and bytes that memchr and its like looked
 * at.
 *
 * A unit is read as a feed reads it: opened, taken apart, each message parsed and mapped, also as
 * one that is set aside and as one whose loss is told. */
#ifndef CONCORDAT_TESTS_WORK_H
#define CONCORDAT_TESTS_WORK_H

#include "base/slice.h"

extern _Thread_local uint64_t work_done;

enum work_format { WORK_HL7V2, WORK_CSV, WORK_JSON, WORK_FORMATS };

/* Schemas and a mapping a format, once a process; asserts that they are good. */
void work_load(void);
void work_release(void);
/* What was done for unit. */
uint64_t work_of(enum work_format f, struct slice unit);

#endif
