/* truths.h - the conditions of a bundle, each evaluated once an event for everybody.
 *
 * A condition that is needed is evaluated once, for all services: a row of weights (weight.h). A
 * row has a column for each service that the person's facts, the event or a condition names, and
 * one more for the stranger. Services that nobody names all have the same weight, so one stranger
 * stands for all. The cost of a condition follows how many services the person has to do with, not
 * how many there are. Rows belong to one event in one thread. */
#ifndef CONCORDAT_SHARING_DECIDE_TRUTHS_H
#define CONCORDAT_SHARING_DECIDE_TRUTHS_H

#include "sharing/facts/facts_query.h"
#include "sharing/decide/when_eval.h"
#include "sharing/rules/ask.h"
#include "sharing/rules/compiled.h"
#include "sharing/rules/weight.h"

struct truths {
    const struct bundle *bundle;
    struct facts_context in; /* recipient: set for each column */
    struct arena *arena;
    struct services named;  /* all others are strangers */
    const uint16_t *column; /* by service */
    const uint16_t *asked;  /* by column: the service that is asked */
    size_t columns, width;  /* width: rounded up, of a row */
    bool has_stranger;      /* in column 0 */
    bool is_by_agency;      /* what was settled counts not for all: any answer may differ */
    const uint8_t **rows;   /* by ask; NULL: not asked yet */
    const uint8_t **guards; /* by guard */
    uint8_t *more_rows;
    size_t rows_left;
    struct when_age age;
};
#define TRUTHS_BLOCK 16 /* a row is whole blocks, for loops over bytes of fixed length */
MUST_CHECK bool truths_begin(struct truths *s, const struct facts_context *in, struct err *e);
/* Evaluates a condition (not ASK_ALWAYS): its row of weights. NULL: memory is out. */
const uint8_t *truths_ask(struct truths *s, uint32_t ask);
static inline const uint8_t *truths_row(struct truths *s, uint32_t ask)
{
    return s->rows[ask] ? s->rows[ask] : truths_ask(s, ask);
}
/* Whether the agreement's own confidentiality basis lets anything go: WEIGHT_TRUE or the gate. */
const uint8_t *truths_ask_guard(struct truths *s, uint16_t guard);
static inline const uint8_t *truths_guard(struct truths *s, uint16_t guard)
{
    return s->guards[guard] ? s->guards[guard] : truths_ask_guard(s, guard);
}

#endif
