/* decide_ratio.h - the compiled engine against the reference evaluator (tests/reference), in one
 * run. */
#ifndef CONCORDAT_BENCH_DECIDE_RATIO_H
#define CONCORDAT_BENCH_DECIDE_RATIO_H

#include "record/catalogue.h"

struct ratio {
    double engine_us, reference_us; /* processor time of an event, for all services */
    size_t events;
};
/* A region of the reference's own making, of 41 services and so many clauses; each event that has a
 * candidate is decided by both. seconds: how long the reference may take. */
MUST_CHECK bool decide_ratio(const struct catalogue *c, size_t clauses, double seconds,
                             struct ratio *out, struct err *e);

#endif
