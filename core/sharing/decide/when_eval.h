/* when_eval.h - evaluates a condition for an event and the facts. */
#ifndef CONCORDAT_SHARING_DECIDE_WHEN_EVAL_H
#define CONCORDAT_SHARING_DECIDE_WHEN_EVAL_H

#include "sharing/facts/facts_query.h"
#include "sharing/rules/when.h"

/* why: when false, the gate that stopped it. */
enum truth when_eval(const struct when *w, const struct facts_context *in, enum reason *why);
/* What one node of a condition is worth, as a weight (weight.h). */
uint8_t when_weigh(const struct when_node *n, const struct facts_context *in);

/* Full years; unknown of a birth date that is not whole. */
struct when_age {
    bool is_asked, is_known;
    int64_t years;
};

#endif
