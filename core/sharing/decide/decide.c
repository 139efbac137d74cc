/* decide.c - deny by default, forbid overrides, order never matters.
 *
 * released = (union of what permitting clauses release) minus (union of what prohibitions
 * withhold). A clause permits when its agreement is approved and in force, its guard stands, it has
 * not lapsed and its condition is true. When none permits but one would if it could be told, or had
 * its agreement not ended, a human is asked.
 *
 * The question is turned round: not "what may this service have" for one service after the other,
 * but once for the event. Two rows of bits give the clauses for its kind and source; each is asked
 * once, which gives a row of weights for all services (ask.h); and what it says to each service
 * that it names is set against what the others said: the greatest weight counts (weight.h). What
 * follows for one service is decide_for.c. */
#include "sharing/decide/decide.h"

#include "sharing/decide/answers.h"
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

/* What goes on while clauses are asked one after the other. */
struct weighing {
    struct question *q;
    const struct compiled *k;
    size_t words;              /* of a row of services */
    uint8_t *over;             /* by end: is it over? WEIGHT_NONE: not asked yet */
    uint64_t *alike;           /* by false weight: the services that were told it alike */
    uint8_t most;              /* the greatest of those weights */
    const uint8_t *everything; /* a row of WEIGHT_TRUE */
    /* Of the agreement at hand: clauses of one stand together. */
    uint32_t agreement;
    uint8_t gate;
    const uint8_t *guard;
};

static bool weighing_begin(struct weighing *w, struct question *q)
{
    const struct compiled *k = q->bundle->compiled;
    uint8_t *everything = ARENA_ARRAY(q->arena, q->answers->width, uint8_t);
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
    memset(everything, WEIGHT_TRUE, q->answers->width);
    return true;
}

static bool turn_to_agreement(struct weighing *w, uint32_t agreement)
{
    const struct terms *t = &w->k->terms[agreement];
    w->agreement = agreement;
    w->gate = agreement_gate(t, w->q->event->decided_ms);
    w->guard = w->everything;
    if (t->guard && !weight_is_false(w->gate))
        w->guard = answers_guard(w->q->answers, t->guard);
    return w->guard != NULL;
}

static uint8_t is_over(const struct question *q, const struct end *end)
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
        *over = is_over(w->q, &w->k->ends[rule->lasting]);
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

/* A clause says to one service what is the lesser of its condition and its agreement's guard. */
static bool tell_one(struct weighing *w, size_t service, uint32_t clause, const uint8_t *when)
{
    struct question *q = w->q;
    uint16_t column = q->answers->column[service];
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

/* Strangers to whom it says no are told so together, all others one by one. */
static bool tell_services(struct weighing *w, uint32_t clause, const uint8_t *when)
{
    const uint64_t *to = w->k->clause_to + clause * w->words;
    const uint64_t *named = w->q->answers->named.bits;
    uint8_t stranger = weight_lesser(when[0], w->guard[0]);
    for (size_t i = 0; i < w->words; i++) {
        uint64_t alone = to[i];
        if (weight_is_false(stranger)) {
            w->most = weight_greater(w->most, stranger);
            w->alike[stranger * w->words + i] |= to[i] & ~named[i];
            alone &= named[i];
        }
        for (; alone; alone &= alone - 1)
            if (!tell_one(w, i * 64 + (size_t)__builtin_ctzll(alone), clause, when))
                return false;
    }
    return true;
}

static void tell_all(struct weighing *w, uint32_t clause, uint8_t weight)
{
    w->most = weight_greater(w->most, weight);
    for (size_t i = 0; i < w->words; i++)
        w->alike[weight * w->words + i] |= w->k->clause_to[clause * w->words + i];
}

static bool ask_clause(struct weighing *w, uint32_t clause)
{
    const struct rule *rule = &w->k->rules[clause];
    const uint8_t *when = w->everything;
    if (rule->agreement != w->agreement && !turn_to_agreement(w, rule->agreement))
        return false;
    uint8_t gate = common_gate(w, rule);
    if (weight_is_false(gate)) {
        tell_all(w, clause, gate);
        return true;
    }
    if (rule->when != ASK_ALWAYS)
        when = answers_row(w->q->answers, rule->when);
    return when && tell_services(w, clause, when);
}

/* What was said to many alike, to each of them. */
static void settle(struct weighing *w)
{
    for (size_t n = 0; n < (w->most + (size_t)1) * w->words; n++)
        for (uint64_t bits = w->alike[n]; bits; bits &= bits - 1) {
            size_t service = n % w->words * 64 + (size_t)__builtin_ctzll(bits);
            struct verdict *v = &w->q->verdicts[service];
            v->weight = weight_greater(v->weight, (uint8_t)(n / w->words));
        }
}

/* Asks the clauses for this kind and source, in order. */
static bool weigh(struct question *q)
{
    const struct compiled *k = q->bundle->compiled;
    const uint64_t *of_kind = k->clauses_of_kind + q->event->kind * k->words;
    const uint64_t *from = k->clauses_from + q->event->source * k->words;
    struct weighing w;
    if (!weighing_begin(&w, q))
        return false;
    for (size_t i = 0; i < k->words; i++)
        for (uint64_t bits = of_kind[i] & from[i]; bits; bits &= bits - 1)
            if (!ask_clause(&w, (uint32_t)(i * 64 + (size_t)__builtin_ctzll(bits))))
                return false;
    settle(&w);
    return true;
}

/* Candidates are all that were told anything. */
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
    q->answers = ARENA_NEW(q->arena, struct answers);
    q->verdicts = ARENA_ARRAY(q->arena, q->bundle->service_count, struct verdict);
    if (!q->answers || !q->verdicts || !answers_begin(q->answers, &in, e) || !weigh(q))
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

/* Only where some claim is in doubt: of hardly anybody. */
static bool ask_both(struct question *q, struct err *e)
{
    return ask_as(q, FACTS_DOUBT_COUNTS, &q->with, e) &&
           ask_as(q, FACTS_DOUBT_FALLS, &q->without, e);
}

bool decide_begin(struct question *q, struct err *e)
{
    const struct bundle *b = q->bundle;
    int source = b->services[q->event->source].agency;
    bool all_count = claimed_all_count(b, q->facts, source);
    q->all = b->compiled->categories[q->event->schema];
    if (!event_had(b, q->arena, q->event, &q->had, e) || !ask_clauses(q, all_count, e))
        return false;
    return all_count || q->unknown_is_true ||
           claimed_worst(b, q->facts, -1, source) == CLAIMED_COUNTS || ask_both(q, e);
}
