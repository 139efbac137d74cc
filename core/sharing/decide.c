/* decide.c - deny by default, forbid overrides, order never matters.
 *
 * released = (union of what permitting clauses release) minus (union of what prohibitions
 * withhold). A clause permits when its agreement is approved and in force, its guard stands, it has
 * not lapsed and its condition is true. When none permits but one would if it could be told, or had
 * its agreement not ended, a human is asked. */
#include "sharing/decide.h"

static size_t next_bit(const uint64_t *row, const uint64_t *mask, size_t words, size_t from)
{
    for (size_t w = from / 64; w < words; w++) {
        uint64_t bits = row[w] & mask[w];
        if (w == from / 64)
            bits &= ~(uint64_t)0 << (from % 64);
        if (bits)
            return w * 64 + (size_t)__builtin_ctzll(bits);
    }
    return SIZE_MAX;
}

bool decide_begin(struct question *q, struct err *e)
{
    const struct compiled *k = q->bundle->compiled;
    const struct event *ev = q->event;
    const uint64_t *of_kind = k->clauses_of_kind + ev->kind * k->words;
    const uint64_t *from = k->clauses_from + ev->source * k->words;
    uint64_t *match = ARENA_ARRAY(q->arena, k->words + 1, uint64_t);
    struct categories own = { { 0 } };
    if (!match)
        return err_memory(e);
    memset(&q->candidates, 0, sizeof q->candidates);
    for (size_t n = next_bit(of_kind, from, k->words, 0); n != SIZE_MAX;
         n = next_bit(of_kind, from, k->words, n + 1)) {
        match[n / 64] |= (uint64_t)1 << (n % 64);
        for (size_t w = 0; w < SERVICES_WORDS; w++)
            q->candidates.bits[w] |= q->bundle->clauses[n].to.bits[w];
    }
    q->candidates.bits[ev->source / 64] &= ~((uint64_t)1 << (ev->source % 64));
    q->match = match;
    schema_categories(k->schemas[ev->schema], &q->all);
    categories_add(&own, catalogue_always(q->bundle->catalogue));
    categories_add(&own, catalogue_never(q->bundle->catalogue));
    categories_drop(&q->all, &own);
    q->when = (struct when_input){ .bundle = q->bundle,
                                   .facts = q->facts,
                                   .event = ev->view,
                                   .schema = ev->schema,
                                   .source = ev->source,
                                   .decided_ms = ev->decided_ms,
                                   .arena = q->arena };
    return true;
}

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

/* Whether a kind opens an episode: the facts table says so. */
static bool opens_episode(const struct bundle *b, uint32_t kind)
{
    for (size_t i = 0; i < b->fact_count; i++)
        if (b->facts[i].effect == FACT_OPENS &&
            kinds_have(b->facts[i].on, b->facts[i].on_count, kind))
            return true;
    return false;
}

/* Whether another episode of the same agency and type began after this one's end: a new admission
 * ends what lasted after the discharge. */
static bool began_anew(const struct question *q, const struct episode_event *end)
{
    for (size_t i = 0; i < q->facts->event_count; i++) {
        const struct episode_event *x = &q->facts->events[i];
        if (x->retracted || x->agency != end->agency || !slice_equal(x->type, end->type) ||
            slice_equal(x->episode, end->episode) || x->occurred_ms <= end->occurred_ms)
            continue;
        int64_t kind = bundle_kind(q->bundle, q->event->schema, x->kind);
        if (kind >= 0 && opens_episode(q->bundle, (uint32_t)kind))
            return true;
    }
    return false;
}

/* Whether the time that a clause lasts is over for this event's episode: counted from when the end
 * was decided, so that a late or backdated message still has its days. */
static bool has_lapsed(const struct question *q, const struct clause *c)
{
    const struct event *ev = q->event;
    if (slice_is_empty(c->lasting_kind))
        return false;
    for (size_t i = 0; i < q->facts->event_count; i++) {
        const struct episode_event *x = &q->facts->events[i];
        if (!x->retracted && x->closed && x->agency == ev->agency &&
            slice_equal(x->type, ev->type) && slice_equal(x->episode, ev->episode) &&
            slice_equal(x->kind, c->lasting_kind) &&
            (ev->decided_ms >= x->closed_ms + c->lasting_ms || began_anew(q, x)))
            return true;
    }
    return false;
}

/* REASON_DISCLOSED: in force. REASON_AGREEMENT_ENDED: it was. Else the first gate shut. */
static enum reason ask_agreement(const struct agreement *g, int64_t at_ms)
{
    if (!g->approved)
        return REASON_NO_PARTY_APPROVAL;
    if (at_ms < g->from_ms)
        return REASON_NOT_IN_FORCE;
    if (g->stopped_ms && at_ms >= g->stopped_ms)
        return REASON_AGREEMENT_STOPPED;
    if (g->superseded_ms && at_ms >= g->superseded_ms)
        return REASON_SUPERSEDED;
    return at_ms < g->until_ms ? REASON_DISCLOSED : REASON_AGREEMENT_ENDED;
}

/* REASON_DISCLOSED: permits. REASON_UNKNOWN: would, if its unknowns were true, and
 * REASON_AGREEMENT_ENDED: would or might, had its agreement not ended. Else the first gate shut. */
static enum reason ask_clause(const struct question *q, const struct clause *c, uint16_t recipient)
{
    const struct agreement *g = &q->bundle->agreements[c->agreement];
    struct when_input in = q->when;
    enum reason shut = REASON_COUNT, why = REASON_UNKNOWN;
    in.recipient = recipient;
    enum reason standing = ask_agreement(g, q->event->decided_ms);
    if (standing != REASON_DISCLOSED && standing != REASON_AGREEMENT_ENDED)
        return standing;
    if (has_lapsed(q, c))
        return REASON_LAPSED;
    enum truth holds = c->when ? when_eval(c->when, &in, &why) : TRUTH_TRUE;
    if (holds == TRUTH_FALSE)
        shut = why;
    if (!decide_guard(g, q->facts, q->event->source, recipient, q->event->decided_ms, &why))
        shut = shut == REASON_COUNT ? why : reason_first(shut, why);
    if (shut != REASON_COUNT)
        return shut;
    if (standing == REASON_AGREEMENT_ENDED)
        return standing; /* a human can tell what is unknown, but not make it live again */
    return holds == TRUTH_TRUE || q->unknown_is_true ? REASON_DISCLOSED : REASON_UNKNOWN;
}

bool decide_prohibit(const struct question *q, struct decision *d, struct slice *tell,
                     struct err *e)
{
    const struct compiled *k = q->bundle->compiled;
    const uint64_t *of_kind = k->prohibitions_of_kind + q->event->kind * k->prohibition_words;
    const uint64_t *to = k->prohibitions_to + d->to.n * k->prohibition_words;
    const struct categories would = d->released;
    struct when_input in = q->when;
    enum reason why;
    uint32_t *list = ARENA_ARRAY(q->arena, q->bundle->prohibition_count + 1, uint32_t);
    if (!list)
        return err_memory(e);
    in.recipient = d->to.n;
    d->prohibitions = list;
    for (size_t n = next_bit(of_kind, to, k->prohibition_words, 0); n != SIZE_MAX;
         n = next_bit(of_kind, to, k->prohibition_words, n + 1)) {
        const struct prohibition *p = &q->bundle->prohibitions[n];
        struct categories taken = would;
        categories_keep(&taken, &p->withhold);
        if (categories_is_empty(&taken) || !services_have(&p->from, q->event->source) ||
            (p->when && when_eval(p->when, &in, &why) == TRUTH_FALSE))
            continue;
        categories_drop(&d->released, &taken);
        list[d->prohibition_count++] = (uint32_t)n;
        if (slice_is_empty(*tell))
            *tell = p->tell;
    }
    return true;
}

/* The clauses of one standing (permitting, or perhaps permitting) and what they would release. */
struct standing {
    uint32_t *clauses;
    size_t count;
    struct categories released, plain, obliged[OBLIGE_COUNT];
    enum reason reason; /* the gate that was met last */
};

static void add_clause(struct standing *s, const struct bundle *b, size_t n, enum reason why)
{
    const struct clause *c = &b->clauses[n];
    s->clauses[s->count++] = (uint32_t)n;
    s->reason = reason_last(s->reason, why);
    categories_join(&s->released, &c->release);
    categories_join(&s->plain, &c->plain);
    for (size_t i = 0; c->has_obligations && i < OBLIGE_COUNT; i++)
        categories_join(&s->obliged[i], &c->obliged[i]);
}

/* What travels changed: never what some clause releases as it is. Of several changes the one that
 * says least. */
static void oblige(const struct standing *s, struct decision *d)
{
    static const enum obligation least_first[] = { OBLIGE_FLAG, OBLIGE_ALIAS, OBLIGE_YEAR,
                                                   OBLIGE_DATE };
    struct categories left = d->released;
    categories_drop(&left, &s->plain);
    for (size_t i = 0; i < OBLIGE_COUNT; i++) {
        struct categories *obliged = &d->obliged[least_first[i]];
        *obliged = s->obliged[least_first[i]];
        categories_keep(obliged, &left);
        categories_drop(&left, obliged);
    }
}

static enum reason weigh(const struct question *q, uint16_t recipient, struct standing *yes,
                         struct standing *maybe)
{
    const struct compiled *k = q->bundle->compiled;
    const uint64_t *to = k->clauses_to + recipient * k->words;
    enum reason last = REASON_NO_CLAUSE;
    for (size_t n = next_bit(q->match, to, k->words, 0); n != SIZE_MAX;
         n = next_bit(q->match, to, k->words, n + 1)) {
        enum reason why = ask_clause(q, &q->bundle->clauses[n], recipient);
        if (why == REASON_DISCLOSED)
            add_clause(yes, q->bundle, n, why);
        else if (why == REASON_UNKNOWN || why == REASON_AGREEMENT_ENDED)
            add_clause(maybe, q->bundle, n, why);
        else
            last = reason_last(last, why);
    }
    return last;
}

static size_t count_matches(const struct question *q, uint16_t recipient)
{
    const struct compiled *k = q->bundle->compiled;
    const uint64_t *to = k->clauses_to + recipient * k->words;
    size_t n = 0;
    for (size_t w = 0; w < k->words; w++)
        n += (size_t)__builtin_popcountll(q->match[w] & to[w]);
    return n;
}

static void conclude(const struct question *q, const struct standing *s, struct decision *d)
{
    d->withheld = q->all;
    if (categories_is_empty(&d->released)) {
        d->outcome = OUTCOME_WITHHOLD;
        d->reason = reason_code(d->prohibition_count ? REASON_PROHIBITED : REASON_NOTHING_RELEASED);
    } else if (s->reason == REASON_DISCLOSED) {
        d->outcome = OUTCOME_DISCLOSE;
        d->reason = reason_code(REASON_DISCLOSED);
        categories_drop(&d->withheld, &d->released);
        oblige(s, d);
    } else {
        d->outcome = OUTCOME_HOLD;
        d->reason = reason_code(s->reason);
        memset(&d->released, 0, sizeof d->released);
    }
}

bool decide_for(const struct question *q, uint16_t recipient, struct decision *out,
                struct slice *tell, struct err *e)
{
    size_t n = count_matches(q, recipient);
    struct standing yes = { .clauses = ARENA_ARRAY(q->arena, n + 1, uint32_t) };
    struct standing maybe = { .clauses = ARENA_ARRAY(q->arena, n + 1, uint32_t) };
    if (!yes.clauses || !maybe.clauses)
        return err_memory(e);
    *tell = (struct slice){ 0 };
    *out = (struct decision){ .event = q->event->id,
                              .to = { recipient },
                              .disclosure = -1,
                              .outcome = OUTCOME_WITHHOLD,
                              .withheld = q->all };
    enum reason last = weigh(q, recipient, &yes, &maybe);
    const struct standing *s = yes.count ? &yes : &maybe;
    if (s->count == 0) {
        out->reason = reason_code(last);
        return true;
    }
    out->clauses = s->clauses;
    out->clause_count = s->count;
    out->released = s->released;
    categories_keep(&out->released, &q->all);
    if (!decide_prohibit(q, out, tell, e))
        return false;
    conclude(q, s, out);
    return true;
}
