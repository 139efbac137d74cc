/* decide.c - deny by default, forbid overrides, order never matters.
 *
 * released = (union of what permitting clauses release) minus (union of what prohibitions
 * withhold). A clause permits when its agreement is approved and in force, its guard stands, it has
 * not lapsed and its condition is true. When none permits but one would if it could be told, or had
 * its agreement not ended, a human is asked.
 *
 * The question is turned round: not "what may this service have" for one service after the other,
 * but once for the event. Two rows of bits give the clauses for its kind and source; each is asked
 * once, which gives a row of weights for all services (ask.h); and what it says to each service it
 * names is set against what the others said: the greatest weight counts (weight.h). What follows for
 * one service is conclude.c. */
#include "sharing/decide.h"

#include "sharing/ask.h"
#include "sharing/run.h"

/* ---- which clauses, which services ---- */

static size_t count_common(const uint64_t *a, const uint64_t *b, size_t words)
{
    size_t n = 0;
    for (size_t w = 0; w < words; w++)
        n += (size_t)__builtin_popcountll(a[w] & b[w]);
    return n;
}

static bool find_match(struct question *q, struct err *e)
{
    const struct compiled *k = q->bundle->compiled;
    const uint64_t *of_kind = k->clauses_of_kind + q->event->kind * k->words;
    const uint64_t *from = k->clauses_from + q->event->source * k->words;
    size_t count = count_common(of_kind, from, k->words), n = 0;
    uint32_t *match = ARENA_ARRAY(q->arena, count, uint32_t);
    if (!match)
        return err_memory(e);
    for (size_t w = 0; w < k->words; w++)
        for (uint64_t bits = of_kind[w] & from[w]; bits; bits &= bits - 1)
            match[n++] = (uint32_t)(w * 64 + (size_t)__builtin_ctzll(bits));
    q->match = match;
    q->match_count = count;
    return true;
}

static void find_candidates(struct question *q)
{
    const struct compiled *k = q->bundle->compiled;
    uint16_t source = q->event->source;
    q->candidates = (struct services){ { 0 } };
    for (size_t i = 0; i < q->match_count; i++)
        for (size_t w = 0; w < k->service_words; w++)
            q->candidates.bits[w] |= k->clause_to[q->match[i] * k->service_words + w];
    q->candidates.bits[source / 64] &= ~((uint64_t)1 << (source % 64));
}

/* ---- what a clause says ---- */

bool decide_guard(const struct agreement *g, const struct person *facts, uint16_t source,
                  uint16_t recipient, int64_t at_ms, enum reason *why)
{
    if (slice_equal_text(g->confidentiality, "implied-consent")) {
        *why = REASON_OBJECTION;
        return !facts_objection(facts, recipient);
    }
    if (!slice_equal_text(g->confidentiality, "explicit-consent"))
        return true;
    *why = REASON_NO_CONSENT;
    if (facts_consent_was_asked(facts, g->purpose, recipient))
        return facts_consent(facts, g->purpose, recipient, at_ms);
    /* An answer goes back to who asked: it needs the consent that let its sender know. */
    return facts_consent(facts, g->purpose, source, at_ms);
}

/* Whether the time that clauses last is over for this event's episode: counted from when the end
 * was decided, so that a late or backdated message still has its days; and at once when the same
 * agency opened another episode after that end (re-admission). */
static bool is_over(const struct question *q, const struct end *end)
{
    const struct event *ev = q->event;
    for (size_t i = 0; i < q->facts->event_count; i++) {
        const struct episode_event *x = &q->facts->events[i];
        if (!x->retracted && x->closed && x->agency == ev->agency &&
            slice_equal(x->type, ev->type) && slice_equal(x->episode, ev->episode) &&
            slice_equal(x->kind, end->kind) &&
            (ev->decided_ms >= x->closed_ms + end->after_ms ||
             facts_readmitted(q->facts, x->agency, x->type, x->episode, x->occurred_ms)))
            return true;
    }
    return false;
}

/* What is asked of clauses one after the other. */
struct weighing {
    struct question *q;
    uint8_t *over;             /* by end: is it over? WEIGHT_NONE: not asked yet */
    uint8_t *fixed;            /* a row of one weight */
    const uint8_t *everything; /* a row of WEIGHT_TRUE */
    uint32_t agreement;        /* whose gate and guard are known: clauses of one stand together */
    uint8_t gate;
    uint16_t guard;
};

/* WEIGHT_ENDED: open, but only a human may let anything through. */
static uint8_t agreement_gate(const struct terms *t, int64_t ms)
{
    if (!t->approved)
        return weight_false(REASON_NO_PARTY_APPROVAL);
    if (ms < t->from_ms)
        return weight_false(REASON_NOT_IN_FORCE);
    if (ms >= t->stopped_ms)
        return weight_false(REASON_AGREEMENT_STOPPED);
    if (ms >= t->superseded_ms)
        return weight_false(REASON_SUPERSEDED);
    return ms < t->until_ms ? WEIGHT_TRUE : WEIGHT_ENDED;
}

/* The gates that are the same for every service. */
static uint8_t common_gate(struct weighing *w, const struct rule *rule)
{
    const struct compiled *k = w->q->bundle->compiled;
    uint8_t *over = &w->over[rule->lasting];
    if (rule->agreement != w->agreement) {
        w->agreement = rule->agreement;
        w->gate = agreement_gate(&k->terms[rule->agreement], w->q->event->decided_ms);
        w->guard = k->terms[rule->agreement].guard;
    }
    if (weight_is_false(w->gate) || rule->lasting == 0)
        return w->gate;
    if (*over == WEIGHT_NONE)
        *over = is_over(w->q, &k->ends[rule->lasting]) ? weight_false(REASON_LAPSED) : WEIGHT_TRUE;
    return weight_lesser(w->gate, *over);
}

static bool add_permit(struct question *q, struct verdict *v, uint32_t clause, uint8_t weight)
{
    struct permit *more =
        arena_grow(q->arena, q->permits, &q->permit_room, q->permit_count, sizeof *more);
    if (!more)
        return false;
    q->permits = more;
    more[q->permit_count++] = (struct permit){ clause, v->last, weight };
    v->last = (uint32_t)q->permit_count;
    return true;
}

/* What one clause says, as two rows: its condition and its agreement's guard. */
struct saying {
    const uint8_t *when, *guard;
    bool is_ended; /* its agreement */
};

/* It is no less than unknown. */
static bool add_standing(struct question *q, size_t service, uint32_t clause, uint8_t weight,
                         bool is_ended)
{
    struct verdict *v = &q->verdicts[service];
    if (is_ended)
        weight = WEIGHT_ENDED; /* a human can tell what is unknown, but not make it live again */
    else if (weight == WEIGHT_UNKNOWN && q->unknown_is_true)
        weight = WEIGHT_TRUE;
    v->weight = weight_greater(v->weight, weight);
    return add_permit(q, v, clause, weight);
}

static bool tell_services(struct question *q, uint32_t clause, const struct saying *s)
{
    const size_t words = q->bundle->compiled->service_words;
    const uint64_t *to = q->bundle->compiled->clause_to + clause * words;
    const uint16_t *column = q->answers->column;
    const uint8_t *when = s->when, *guard = s->guard;
    struct verdict *verdicts = q->verdicts;
    for (size_t w = 0; w < words; w++)
        for (uint64_t bits = to[w]; bits; bits &= bits - 1) {
            size_t service = w * 64 + (size_t)__builtin_ctzll(bits);
            uint8_t weight = weight_lesser(when[column[service]], guard[column[service]]);
            if (weight_is_false(weight))
                verdicts[service].weight = weight_greater(verdicts[service].weight, weight);
            else if (!add_standing(q, service, clause, weight, s->is_ended))
                return false;
        }
    return true;
}

static bool ask_clause(struct weighing *w, uint32_t clause)
{
    const struct compiled *k = w->q->bundle->compiled;
    const struct rule *rule = &k->rules[clause];
    uint8_t gate = common_gate(w, rule);
    struct saying s = { w->everything, w->everything, gate == WEIGHT_ENDED };
    if (weight_is_false(gate)) {
        s.when = memset(w->fixed, gate, w->q->answers->width);
        return tell_services(w->q, clause, &s);
    }
    if (rule->when != ASK_ALWAYS)
        s.when = answers_row(w->q->answers, rule->when);
    if (w->guard)
        s.guard = answers_guard(w->q->answers, w->guard);
    return s.when && s.guard && tell_services(w->q, clause, &s);
}

static bool weigh(struct question *q)
{
    size_t width = q->answers->width;
    uint8_t *everything = ARENA_ARRAY(q->arena, width, uint8_t);
    struct weighing w = { .q = q,
                          .over = ARENA_ARRAY(q->arena, q->bundle->compiled->end_count, uint8_t),
                          .fixed = ARENA_ARRAY(q->arena, width, uint8_t),
                          .everything = everything,
                          .agreement = UINT32_MAX };
    if (!w.over || !w.fixed || !everything)
        return false;
    memset(everything, WEIGHT_TRUE, width);
    for (size_t i = 0; i < q->match_count; i++)
        if (!ask_clause(&w, q->match[i]))
            return false;
    return true;
}

bool decide_begin(struct question *q, struct err *e)
{
    const struct event *ev = q->event;
    struct when_input in = { .bundle = q->bundle,
                             .facts = q->facts,
                             .event = ev->view,
                             .schema = ev->schema,
                             .source = ev->source,
                             .decided_ms = ev->decided_ms,
                             .arena = q->arena };
    q->all = q->bundle->compiled->categories[ev->schema];
    q->answers = ARENA_NEW(q->arena, struct answers);
    q->verdicts = ARENA_ARRAY(q->arena, q->bundle->service_count, struct verdict);
    if (!q->answers || !q->verdicts)
        return err_memory(e);
    if (!find_match(q, e) || !answers_begin(q->answers, &in, e))
        return false;
    find_candidates(q);
    return weigh(q) || err_memory(e);
}

bool judge_decide(const struct judge_input *in, struct arena *a, struct judged *out, struct err *e)
{
    struct event ev;
    struct question q = { .bundle = in->bundle, .event = &ev, .facts = in->facts, .arena = a };
    struct slice tell;
    size_t n = 0;
    *out = (struct judged){ .after = in->facts };
    out->error = event_read(in->bundle, &in->event, in->framed, in->decided_ms, &ev);
    if (out->error)
        return true;
    if (!decide_begin(&q, e))
        return false;
    struct decision *list = ARENA_ARRAY(a, in->bundle->service_count, struct decision);
    if (!list)
        return err_memory(e);
    for (size_t i = 0; i < in->bundle->service_count; i++)
        if (services_have(&q.candidates, (unsigned)i) &&
            !decide_for(&q, (uint16_t)i, &list[n++], &tell, e))
            return false;
    out->decisions = list;
    out->decision_count = n;
    return true;
}
