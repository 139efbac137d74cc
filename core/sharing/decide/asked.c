/* asked.c - the questions about words that a clause asks: by its agreement's guard and by its
 * condition. */
#include "sharing/decide/asked.h"

#include "sharing/rules/compiled.h"

struct looking {
    const struct question *q;
    uint16_t recipient;
    asked_each_fn *each;
    void *ctx;
};

static struct slice agency_of(const struct looking *l)
{
    return service_agency(l->q->bundle, l->recipient);
}

static void look_at_guard(const struct looking *l, const struct agreement *g)
{
    struct sharing_question ask = { .who = l->recipient, .for_agency = agency_of(l) };
    if (slice_equal_text(g->confidentiality, "implied-consent")) {
        ask.is_objection = true;
        l->each(l->ctx, &ask);
    } else if (slice_equal_text(g->confidentiality, "explicit-consent")) {
        ask.purpose = g->purpose;
        if (!facts_consent_was_asked(l->q->facts, g->purpose, l->recipient))
            ask.who = l->q->event->source;
        l->each(l->ctx, &ask);
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
        l->each(l->ctx, &ask);
    }
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        look_at_condition(l, arg);
}

void asked_each(const struct question *q, const struct clause *c, uint16_t recipient,
                asked_each_fn *each, void *ctx)
{
    const struct looking l = { q, recipient, each, ctx };
    look_at_guard(&l, &q->bundle->agreements[c->agreement]);
    if (c->when)
        look_at_condition(&l, c->when->root);
}
