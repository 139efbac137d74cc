/* conflict.c - a yes of one agency beside a no of another: on which such questions a decision
 * rests. */
#include "sharing/decide/conflict.h"

#include "sharing/rules/compiled.h"

struct looking {
    const struct question *q;
    uint16_t recipient;
    void (*each)(void *ctx, const struct sharing_question *ask);
    void *ctx;
};

static struct slice agency_of(const struct looking *l)
{
    return service_agency(l->q->bundle, l->recipient);
}

static void look_at_question(const struct looking *l, const struct sharing_question *ask)
{
    const struct question *q = l->q;
    enum truth t = TRUTH_UNKNOWN;
    if (ask->is_objection)
        t = facts_objection(q->facts, ask);
    else
        t = facts_consent(q->facts, ask, q->event->decided_ms);
    if (t == TRUTH_UNKNOWN)
        l->each(l->ctx, ask);
}

static void look_at_guard(const struct looking *l, const struct agreement *g)
{
    struct sharing_question ask = { .who = l->recipient, .for_agency = agency_of(l) };
    if (slice_equal_text(g->confidentiality, "implied-consent")) {
        ask.is_objection = true;
        look_at_question(l, &ask);
    } else if (slice_equal_text(g->confidentiality, "explicit-consent")) {
        ask.purpose = g->purpose;
        if (!facts_consent_was_asked(l->q->facts, g->purpose, l->recipient))
            ask.who = l->q->event->source;
        look_at_question(l, &ask);
    }
}

static uint16_t who_is_asked(const struct looking *l, int64_t who)
{
    if (who == WHEN_RECIPIENT)
        return l->recipient;
    return who == WHEN_SOURCE ? l->q->event->source : (uint16_t)who;
}

static void look_at_condition(const struct looking *l, const struct when_node *n)
{
    bool is_objection = n->op == WHEN_CALL && n->function == WHEN_OBJECTION;
    bool is_consent = n->op == WHEN_CALL && n->function == WHEN_CONSENT;
    if (is_objection || is_consent) {
        struct sharing_question ask = { .is_objection = is_objection,
                                        .who = who_is_asked(l, n->args->number),
                                        .for_agency = agency_of(l) };
        if (is_consent)
            ask.purpose = n->args->next->text;
        look_at_question(l, &ask);
    }
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        look_at_condition(l, arg);
}

void conflict_each(const struct question *q, const struct decision *d,
                   void (*each)(void *ctx, const struct sharing_question *ask), void *ctx)
{
    const struct looking l = { q, d->to.n, each, ctx };
    for (size_t i = 0; i < d->clause_count; i++) {
        const struct clause *c = &q->bundle->clauses[d->clauses[i]];
        look_at_guard(&l, &q->bundle->agreements[c->agreement]);
        if (c->when)
            look_at_condition(&l, c->when->root);
    }
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
