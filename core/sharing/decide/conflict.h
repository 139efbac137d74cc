/* conflict.h - the conflicts about sharing that a decision rests on (facts_consent.c). */
#ifndef CONCORDAT_SHARING_DECIDE_CONFLICT_H
#define CONCORDAT_SHARING_DECIDE_CONFLICT_H

#include "sharing/decide/decide.h"

/* The questions in conflict that the decision rests on: those that the guards and conditions of its
 * clauses ask. each() is called for each, also for one twice. */
void conflict_each(const struct question *q, const struct decision *d,
                   void (*each)(void *ctx, const struct sharing_question *ask), void *ctx);
/* conflicting-consent before conflicting-objection; REASON_COUNT: no conflict. */
enum reason conflict_reason(const struct question *q, const struct decision *d);

#endif
