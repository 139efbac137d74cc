/* conflict.c - a yes of one agency beside a no of another: on which such questions a decision
 * rests. */
#include "sharing/decide/conflict.h"

#include "sharing/rules/compiled.h"

struct looking {
    const struct question *q;
    asked_each_fn *each;
    void *ctx;
};

static void look_at_question(void *ctx, const struct sharing_question *ask)
{
    const struct looking *l = ctx;
    const struct question *q = l->q;
    enum truth t = TRUTH_UNKNOWN;
    if (ask->is_objection)
        t = facts_objection(q->facts, ask);
    else
        t = facts_consent(q->facts, ask, q->event->decided_ms);
    if (t == TRUTH_UNKNOWN)
        l->each(l->ctx, ask);
}

void conflict_each(const struct question *q, const struct decision *d, asked_each_fn *each,
                   void *ctx)
{
    struct looking l = { q, each, ctx };
    for (size_t i = 0; i < d->clause_count; i++)
        asked_each(q, &q->bundle->clauses[d->clauses[i]], d->to.n, look_at_question, &l);
}

static void keep_reason(void *ctx, const struct sharing_question *ask)
{
    enum reason *why = ctx;
    if (!ask->is_objection)
        *why = REASON_CONFLICTING_CONSENT;
    else if (*why == REASON_COUNT)
        *why = REASON_CONFLICTING_OBJECTION;
}

enum reason conflict_reason(const struct question *q, const struct decision *d)
{
    enum reason why = REASON_COUNT;
    conflict_each(q, d, keep_reason, &why);
    return why;
}
