/* decide.c - deny by default, forbid overrides, order never matters.
 *
 * released = (union of what permitting clauses release) minus (union of what prohibitions
 * withhold). A clause permits when its agreement is approved and in force, its guard stands, it has
 * not lapsed and its condition is true. When none permits but one would if it could be told, or had
 * its agreement not ended, a human is asked.
 *
 * Clauses are asked once an event, not once a service. Two rows of bits give the clauses for its
 * kind and source. Each is asked once, which gives a row of weights for all services (truths.h).
 * Of all that clauses say to a service the greatest weight counts (weight.h). What follows for one
 * service is decide_for.c. */
#include "sharing/decide/decide.h"

#include "base/bits.h"
#include "sharing/decide/truths.h"
#include "sharing/facts/claimed.h"
#include "sharing/facts/lasting.h"

/* ---- the gates of a clause ---- */

/* WEIGHT_ENDED: open, but only a human may let anything through. */
static uint8_t agreement_gate(const struct terms *t, int64_t ms)
{
    if (!t->approved)
        return WEIGHT_FALSE(NO_PARTY_APPROVAL);
    if (ms < t->from_ms)
        return WEIGHT_FALSE(NOT_IN_FORCE);
    if (ms >= t->stopped_ms)
        return WEIGHT_FALSE(AGREEMENT_STOPPED);
    if (ms >= t->superseded_ms)
        return WEIGHT_FALSE(SUPERSEDED);
    return ms < t->until_ms ? WEIGHT_TRUE : WEIGHT_ENDED;
}

/* ---- weighing ---- */

/* The state while clauses are asked one after the other. */
struct weighing {
    struct question *q;
    const struct compiled *k;
    size_t words;              /* of a row of services */
    uint8_t *over;             /* by end: is it over? WEIGHT_NONE: not asked yet */
    uint64_t *alike;           /* rows of bits: see alike_row */
    uint8_t most;              /* the greatest weight that has a row in use */
    const uint8_t *everything; /* a row of WEIGHT_TRUE */
    /* Of the agreement at hand: clauses of one stand together. */
    uint32_t agreement;
    uint8_t gate;
    const uint8_t *guard;
};

/* The services that many clauses told the same false weight. One row a weight, a bit a service:
 *
 *     weight 10   0000 0100  0000 0000
 *     weight 40   0110 0001  1000 0000
 *     weight 50   1000 0010  0000
 * 0001 */
static inline uint64_t *alike_row(const struct weighing *w, size_t weight)
{
    return w->alike + weight * w->words;
}

static bool weighing_begin(struct weighing *w, struct question *q)
{
    const struct compiled *k = q->bundle->compiled;
    uint8_t *everything = ARENA_ARRAY(q->arena, q->truths->width, uint8_t);
    *w = (struct weighing){ .q = q,
                            .k = k,
                            .words = k->service_words,
                            .over = ARENA_ARRAY(q->arena, k->end_count, uint8_t),
                            .alike =
                                ARENA_ARRAY(q->arena, WEIGHT_UNKNOWN * k->service_words, uint64_t),
                            .everything = everything,
                            .agreement = UINT32_MAX };
    if (!everything || !w->over || !w->alike)
        return false;
    memset(everything, WEIGHT_TRUE, q->truths->width);
    return true;
}

static bool turn_to_agreement(struct weighing *w, uint32_t agreement)
{
    const struct terms *t = &w->k->terms[agreement];
    w->agreement = agreement;
    w->gate = agreement_gate(t, w->q->event->decided_ms);
    w->guard = w->everything;
    if (t->guard && !weight_is_false(w->gate))
        w->guard = truths_guard(w->q->truths, t->guard);
    return w->guard != NULL;
}

static uint8_t end_weight(const struct question *q, const struct end *end)
{
    return lasting_is_over(q->bundle, q->facts, q->event, end) ? WEIGHT_FALSE(LAPSED) : WEIGHT_TRUE;
}

/* The gates that are the same for every service. */
static uint8_t common_gate(struct weighing *w, const struct rule *rule)
{
    uint8_t *over = &w->over[rule->lasting];
    if (weight_is_false(w->gate) || rule->lasting == 0)
        return w->gate;
    if (*over == WEIGHT_NONE)
        *over = end_weight(w->q, &w->k->ends[rule->lasting]);
    return weight_lesser(w->gate, *over);
}

static bool add_permit(struct question *q, size_t service, uint32_t clause, uint8_t weight)
{
    struct verdict *v = &q->verdicts[service];
    struct permit *more =
        arena_grow(q->arena, q->permits, &q->permit_room, q->permit_count, sizeof *more);
    if (!more)
        return false;
    q->permits = more;
    more[q->permit_count++] = (struct permit){ clause, v->last, weight };
    v->last = (uint32_t)q->permit_count;
    v->weight = weight_greater(v->weight, weight);
    return true;
}

/* Tells one service the lesser of the clause's condition and its agreement's guard. */
static bool tell_one(struct weighing *w, size_t service, uint32_t clause, const uint8_t *when)
{
    struct question *q = w->q;
    uint16_t column = q->truths->column[service];
    uint8_t weight = weight_lesser(when[column], w->guard[column]);
    if (weight_is_false(weight)) {
        q->verdicts[service].weight = weight_greater(q->verdicts[service].weight, weight);
        return true;
    }
    if (w->gate == WEIGHT_ENDED)
        weight = WEIGHT_ENDED; /* a human can tell what is unknown, but not make it live again */
    else if (weight == WEIGHT_UNKNOWN && q->unknown_is_true)
        weight = WEIGHT_TRUE;
    return add_permit(q, service, clause, weight);
}

/* Services that the facts do not mention all get the same answer. When that is no, it is noted for
 * all of them in one row of bits; every other service is told by itself. */
static bool tell_services(struct weighing *w, uint32_t clause, const uint8_t *when)
{
    const uint64_t *to = w->k->clause_to + clause * w->words;
    const uint64_t *named = w->q->truths->named.bits;
    uint8_t stranger = weight_lesser(when[0], w->guard[0]);
    bool is_no = weight_is_false(stranger);
    for (size_t i = 0; i < w->words; i++) {
        uint64_t alone = to[i];
        if (is_no) {
            w->most = weight_greater(w->most, stranger);
            alike_row(w, stranger)[i] |= to[i] & ~named[i];
            alone &= named[i];
        }
        for (; alone; alone = bits_rest(alone))
            if (!tell_one(w, i * 64 + bits_lowest(alone), clause, when))
                return false;
    }
    return true;
}

static void tell_all_alike(struct weighing *w, uint32_t clause, uint8_t weight)
{
    const uint64_t *to = w->k->clause_to + clause * w->words;
    uint64_t *row = alike_row(w, weight);
    w->most = weight_greater(w->most, weight);
    for (size_t i = 0; i < w->words; i++)
        row[i] |= to[i];
}

static bool ask_clause(struct weighing *w, uint32_t clause)
{
    const struct rule *rule = &w->k->rules[clause];
    const uint8_t *when = w->everything;
    bool is_at_hand = rule->agreement == w->agreement;
    if (!is_at_hand && !turn_to_agreement(w, rule->agreement))
        return false;
    uint8_t gate = common_gate(w, rule);
    if (weight_is_false(gate)) {
        tell_all_alike(w, clause, gate);
        return true;
    }
    if (rule->when != ASK_ALWAYS)
        when = truths_row(w->q->truths, rule->when);
    return when && tell_services(w, clause, when);
}

/* Tells each service what was noted for many of them alike. */
static void settle_alike(struct weighing *w)
{
    size_t end = (w->most + (size_t)1) * w->words; /* the rows lie one after the other */
    for (size_t n = 0; n < end; n++) {
        uint64_t bits = w->alike[n];
        if (!bits)
            continue;
        size_t weight = n / w->words, word = n % w->words;
        for (; bits; bits = bits_rest(bits)) {
            struct verdict *v = &w->q->verdicts[word * 64 + bits_lowest(bits)];
            v->weight = weight_greater(v->weight, (uint8_t)weight);
        }
    }
}

/* Asks the clauses for this kind and source, in order. */
static bool weigh_clauses(struct question *q)
{
    const struct compiled *k = q->bundle->compiled;
    const uint64_t *of_kind = k->clauses_of_kind + q->event->kind * k->words;
    const uint64_t *from = k->clauses_from + q->event->source * k->words;
    struct weighing w;
    if (!weighing_begin(&w, q))
        return false;
    for (size_t i = 0; i < k->words; i++)
        for (uint64_t bits = of_kind[i] & from[i]; bits; bits = bits_rest(bits))
            if (!ask_clause(&w, (uint32_t)(i * 64 + bits_lowest(bits))))
                return false;
    settle_alike(&w);
    return true;
}

/* Candidates are all services that were told anything, except the source. */
static void find_candidates(struct question *q)
{
    q->candidates = (struct services){ { 0 } };
    q->candidate_count = 0;
    for (size_t i = 0; i < q->bundle->service_count; i++) {
        if (q->verdicts[i].weight == WEIGHT_NONE || i == q->event->source)
            continue;
        services_add(&q->candidates, (unsigned)i);
        q->candidate_count++;
    }
}

static bool ask_clauses(struct question *q, bool all_claims_count, struct err *e)
{
    const struct event *ev = q->event;
    struct facts_context in = { .bundle = q->bundle,
                                .facts = q->facts,
                                .event = ev->view,
                                .schema = ev->schema,
                                .source = ev->source,
                                .decided_ms = ev->decided_ms,
                                .arena = q->arena,
                                .doubt = q->doubt,
                                .all_claims_count = all_claims_count };
    q->truths = ARENA_NEW(q->arena, struct truths);
    q->verdicts = ARENA_ARRAY(q->arena, q->bundle->service_count, struct verdict);
    if (!q->truths || !q->verdicts)
        return err_memory(e);
    if (!truths_begin(q->truths, &in, e) || !weigh_clauses(q))
        return err_memory(e);
    find_candidates(q);
    return true;
}

static bool ask_as(const struct question *q, enum facts_doubt doubt, struct question **out,
                   struct err *e)
{
    struct question *other = ARENA_NEW(q->arena, struct question);
    if (!other)
        return err_memory(e);
    *other = (struct question){ .bundle = q->bundle,
                                .event = q->event,
                                .facts = q->facts,
                                .arena = q->arena,
                                .all = q->all,
                                .had = q->had,
                                .doubt = doubt };
    *out = other;
    return ask_clauses(other, false, e);
}

/* Asks the question with such claims counting, and with none of them. Claims are hardly ever in
 * doubt. */
static bool ask_both(struct question *q, struct err *e)
{
    if (!ask_as(q, FACTS_DOUBT_COUNTS, &q->with, e))
        return false;
    return ask_as(q, FACTS_DOUBT_FALLS, &q->without, e);
}

bool decide_begin(struct question *q, struct err *e)
{
    const struct bundle *b = q->bundle;
    int source = b->services[q->event->source].agency;
    bool all_count = claimed_all_count(b, q->facts, source);
    q->all = b->compiled->categories[q->event->schema];
    if (!event_had(b, q->arena, q->event, &q->had, e))
        return false;
    if (!ask_clauses(q, all_count, e))
        return false;
    if (all_count || q->unknown_is_true)
        return true;
    if (claimed_worst(b, q->facts, -1, source) == CLAIMED_COUNTS)
        return true;
    return ask_both(q, e);
}
