/* compile.h - from a composed schema to a plan.
 *
 * Checks the rules of this house on the way and goes on after a problem, so that one run shows all.
 * Errors go to struct problems as schema.* with file:line:column. */
#ifndef CONCORDAT_RECORD_COMPILE_H
#define CONCORDAT_RECORD_COMPILE_H

#include "record/category_set.h"
#include "record/compose.h"
#include "record/plan_ops.h"

/* The plan of c's root in a, without fingerprint and header; NULL when a problem was added. */
struct plan *compile(struct arena *a, const struct composed *c, bool internal,
                     struct category_set *categories, struct problems *p);

#endif
