/* decide_for.c - what comes of it for one service: what is released, changed, withheld, or held. */
#include "base/bits.h"
#include "sharing/decide/truths.h"
#include "sharing/facts/refusal.h"
#include "sharing/facts/claimed.h"
#include "sharing/decide/conflict.h"
#include "sharing/decide/decide.h"
#include "sharing/decide/oblige.h"

/* ---- one service ---- */

/* What the clauses that count for a service say of its categories. */
struct release {
    struct categories plain, obliged[OBLIGE_COUNT];
};

static void add_release(const struct question *q, uint32_t clause, struct decision *d,
                        struct release *r)
{
    const struct compiled *k = q->bundle->compiled;
    const struct clause *c = &q->bundle->clauses[clause];
    categories_join(&d->released, &k->releases[clause]);
    if (!k->rules[clause].has_obligations) {
        categories_join(&r->plain, &k->releases[clause]);
        return;
    }
    categories_join(&r->plain, &c->plain);
    for (size_t i = 0; i < OBLIGE_COUNT; i++)
        categories_join(&r->obliged[i], &c->obliged[i]);
}

/* The clauses that count, in order: those that are sure when one is, else those that may be. */
static bool gather_clauses(const struct question *q, const struct verdict *v, struct decision *d,
                           struct release *r)
{
    uint8_t least = weight_is_true(v->weight) ? WEIGHT_ENDED + 1 : WEIGHT_UNKNOWN;
    size_t n = 0;
    for (uint32_t i = v->last; i; i = q->permits[i - 1].before)
        n += q->permits[i - 1].weight >= least;
    uint32_t *clauses = ARENA_ARRAY(q->arena, n, uint32_t);
    if (!clauses)
        return false;
    d->clauses = clauses;
    d->clause_count = n;
    for (uint32_t i = v->last; i; i = q->permits[i - 1].before) {
        const struct permit *p = &q->permits[i - 1];
        if (p->weight < least)
            continue;
        clauses[--n] = p->clause;
        add_release(q, p->clause, d, r);
    }
    categories_keep(&d->released, &q->all);
    return true;
}

/* Chooses what travels changed: never what some clause releases as it is. Of several changes the
 * one that says least. */
static void choose_obliged(const struct release *r, struct decision *d)
{
    struct categories left = d->released;
    categories_drop(&left, &r->plain);
    for (size_t i = 0; i < OBLIGE_COUNT; i++) {
        struct categories *obliged = &d->obliged[oblige_least_first[i]];
        *obliged = r->obliged[oblige_least_first[i]];
        categories_keep(obliged, &left);
        categories_drop(&left, obliged);
    }
}

/* *answer: whether a prohibition's condition holds for a service; one that cannot be told does.
 * False: memory is out. */
static bool is_prohibited(const struct question *q, size_t n, uint16_t service, bool *answer)
{
    uint32_t ask = q->bundle->compiled->prohibition_when[n];
    *answer = true;
    if (ask == ASK_ALWAYS)
        return true;
    const uint8_t *when = truths_row(q->truths, ask);
    if (!when)
        return false;
    *answer = !weight_is_false(when[q->truths->column[service]]);
    return true;
}

/* What prohibitions have taken so far. */
struct taking {
    struct slice *tell;
    struct categories plainly; /* by those without a reason of their own */
    enum reason own;           /* the first of the others; REASON_COUNT: none */
};

static void take_away(struct decision *d, const struct prohibition *p,
                      const struct categories *taken, struct taking *t)
{
    categories_drop(&d->released, taken);
    d->prohibition_count++;
    if (slice_is_empty(*t->tell))
        *t->tell = p->tell;
    if (p->reason == REASON_PROHIBITED)
        categories_join(&t->plainly, taken);
    else if (p->reason < t->own)
        t->own = p->reason;
}

/* Gives d the reason of a prohibition, where those without one of their own would have left
 * something. */
static void give_reason(struct decision *d, const struct taking *t, const struct categories *would)
{
    struct categories others_left = *would;
    categories_drop(&others_left, &t->plainly);
    if (t->own == REASON_COUNT || !categories_is_empty(&d->released))
        return;
    if (!categories_is_empty(&others_left))
        d->reason = reason_code(t->own);
}

bool decide_prohibit(const struct question *q, struct decision *d, struct slice *tell,
                     struct err *e)
{
    const struct compiled *k = q->bundle->compiled;
    size_t words = k->prohibition_words;
    const uint64_t *of_kind = k->prohibitions_of_kind + q->event->kind * words;
    const uint64_t *from = k->prohibitions_from + q->event->source * words;
    const uint64_t *to = k->prohibitions_to + d->to.n * words;
    const struct categories would = d->released;
    struct taking taking = { .tell = tell, .own = REASON_COUNT };
    uint32_t *list = ARENA_ARRAY(q->arena, q->bundle->prohibition_count, uint32_t);
    if (!list)
        return err_memory(e);
    d->prohibitions = list;
    for (size_t w = 0; w < words; w++)
        for (uint64_t bits = of_kind[w] & from[w] & to[w]; bits; bits = bits_rest(bits)) {
            size_t n = w * 64 + bits_lowest(bits);
            const struct prohibition *p = &q->bundle->prohibitions[n];
            struct categories taken = would;
            bool applies = false;
            categories_keep(&taken, &p->withhold);
            if (categories_is_empty(&taken))
                continue;
            if (!is_prohibited(q, n, d->to.n, &applies))
                return err_memory(e);
            if (!applies)
                continue;
            list[d->prohibition_count] = (uint32_t)n;
            take_away(d, p, &taken, &taking);
        }
    give_reason(d, &taking, &would);
    return true;
}

/* Whether it matters to the decision that a claim is in doubt. */
static bool decisions_differ(const struct decision *a, const struct decision *b)
{
    return a->outcome != b->outcome || a->reason != b->reason ||
           a->clause_count != b->clause_count ||
           memcmp(&a->released, &b->released, sizeof a->released) != 0;
}

/* Notes that the decision rests on a claim in doubt: it cannot be told whether who claims the
 * person means the one whom others mean. */
static bool note_doubt(const struct question *q, struct decision *d, struct err *e)
{
    struct decision with, without;
    struct slice tell;
    if (!q->with)
        return true;
    if (!decide_for(q->with, d->to.n, &with, &tell, e))
        return false;
    if (!decide_for(q->without, d->to.n, &without, &tell, e))
        return false;
    if (!decisions_differ(&with, &without))
        return true;
    int source = q->bundle->services[q->event->source].agency;
    enum claimed worst = claimed_worst(q->bundle, q->facts, d->to.n, source);
    d->reason = reason_code(worst == CLAIMED_DISAGREES ? REASON_IDENTITY_DISAGREES
                                                       : REASON_IDENTITY_UNVERIFIED);
    return true;
}

static bool is_held_unknown(const struct decision *d)
{
    return d->outcome == OUTCOME_HOLD && d->reason == reason_code(REASON_UNKNOWN);
}

static void choose_outcome(uint8_t weight, const struct release *r, struct decision *d)
{
    bool is_empty = categories_is_empty(&d->released);
    if (is_empty && d->reason)
        return; /* of a prohibition */
    if (is_empty) {
        enum reason why = d->prohibition_count ? REASON_PROHIBITED : REASON_NOTHING_RELEASED;
        d->reason = reason_code(why);
    } else if (weight_is_true(weight)) {
        d->outcome = OUTCOME_DISCLOSE;
        d->reason = reason_code(REASON_DISCLOSED);
        categories_drop(&d->withheld, &d->released);
        choose_obliged(r, d);
    } else {
        d->outcome = OUTCOME_HOLD;
        enum reason why = weight == WEIGHT_ENDED ? REASON_AGREEMENT_ENDED : REASON_UNKNOWN;
        d->reason = reason_code(why);
        d->released = (struct categories){ { 0 } };
    }
}

bool decide_for(const struct question *q, uint16_t recipient, struct decision *out,
                struct slice *tell, struct err *e)
{
    const struct verdict *v = &q->verdicts[recipient];
    struct release release = { .plain = { { 0 } } };
    *tell = (struct slice){ 0 };
    *out = (struct decision){ .event = q->event->id,
                              .to = { recipient },
                              .disclosure = -1,
                              .outcome = OUTCOME_WITHHOLD,
                              .withheld = q->had,
                              .schema = (uint16_t)q->event->schema,
                              .kind = q->event->kind_name,
                              .source = q->event->source_name };
    if (q->facts->refusal_count)
        out->refused = refusal_against(q->bundle, q->facts, q->event, recipient);
    if (out->refused) {
        out->reason = reason_code(REASON_HOLD_REFUSED);
        return true;
    }
    if (weight_is_false(v->weight)) {
        out->reason = reason_code((enum reason)q->bundle->compiled->reason_of_rank[v->weight]);
        return true;
    }
    if (!gather_clauses(q, v, out, &release))
        return err_memory(e);
    if (!decide_prohibit(q, out, tell, e))
        return false;
    choose_outcome(v->weight, &release, out);
    if (is_held_unknown(out) && !note_doubt(q, out, e))
        return false;
    if (!is_held_unknown(out))
        return true;
    enum reason conflict = conflict_reason(q, out);
    if (conflict < REASON_COUNT)
        out->reason = reason_code(conflict);
    return true;
}
