/* asked.h - the questions about words, of consent and of objection, that a clause asks. */
#ifndef CONCORDAT_SHARING_DECIDE_ASKED_H
#define CONCORDAT_SHARING_DECIDE_ASKED_H

#include "sharing/decide/decide.h"

typedef void asked_each_fn(void *ctx, const struct sharing_question *ask);
/* Calls each() for every question that the clause asks about the recipient, also for one twice: the
 * guard's first, then the condition's as they are read. */
void asked_each(const struct question *q, const struct clause *c, uint16_t recipient,
                asked_each_fn *each, void *ctx);

#endif
