/* evidence.c - which consent opened the gate. */
#include "sharing/decide/evidence.h"

#include "sharing/decide/asked.h"
#include "sharing/decide/oblige.h"
#include "sharing/decide/when_eval.h"
#include "sharing/rules/weight.h"

/* How many there are: none in a schema of before. */
static size_t find_slots(const struct header_slots *h, size_t out[EVIDENCE_SLOTS])
{
    const int slots[EVIDENCE_SLOTS] = { h->consent_basis, h->consent_recorded_by,
                                        h->consent_recorded_on, h->consent_until };
    if (h->consent_basis < 0)
        return 0;
    for (size_t i = 0; i < EVIDENCE_SLOTS; i++)
        out[i] = (size_t)slots[i];
    return EVIDENCE_SLOTS;
}

bool evidence_has_slot(const struct header_slots *h, size_t slot)
{
    size_t slots[EVIDENCE_SLOTS];
    bool any = false;
    for (size_t i = 0, n = find_slots(h, slots); i < n; i++)
        any |= slots[i] == slot;
    return any;
}

static bool releases_evidence(const struct question *q, const struct categories *release)
{
    const uint8_t *portions = bundle_portions(q->bundle, q->event->schema);
    size_t slots[EVIDENCE_SLOTS];
    bool any = false;
    for (size_t i = 0, n = find_slots(q->event->slots, slots); i < n; i++)
        any |= categories_has(release, portions[slots[i]]);
    return any;
}

/* Whether the condition would be true had the person consented to nothing. */
static bool is_true_without(const struct question *q, const struct clause *c, uint16_t recipient)
{
    struct person silent = *q->facts;
    struct facts_context in = { .bundle = q->bundle,
                                .facts = &silent,
                                .event = q->event->view,
                                .schema = q->event->schema,
                                .source = q->event->source,
                                .recipient = recipient,
                                .decided_ms = q->event->decided_ms,
                                .arena = q->arena,
                                .doubt = q->doubt };
    silent.consents = NULL;
    silent.consent_count = 0;
    return !c->when || weight_is_true(when_weigh(c->when->root, &in));
}

static bool rests_on_consent(const struct question *q, const struct clause *c, uint16_t recipient)
{
    const struct agreement *g = &q->bundle->agreements[c->agreement];
    return slice_equal_text(g->confidentiality, "explicit-consent") ||
           !is_true_without(q, c, recipient);
}

struct finding_yes {
    const struct question *q;
    const struct consent_fact *first;
};

static void keep_first_yes(void *ctx, const struct sharing_question *ask)
{
    struct finding_yes *f = ctx;
    if (!f->first && !ask->is_objection)
        f->first = facts_consent_given(f->q->facts, ask, f->q->event->decided_ms);
}

/* The consent that opened the clause; NULL: none did, or the clause tells nothing of it. */
static const struct consent_fact *opened_by(const struct question *q, const struct clause *c,
                                            uint16_t recipient)
{
    struct finding_yes yes = { .q = q };
    if (!releases_evidence(q, &c->release) || !rests_on_consent(q, c, recipient))
        return NULL;
    asked_each(q, c, recipient, keep_first_yes, &yes);
    return yes.first;
}

/* NULL is before all. */
static bool is_later(const struct consent_fact *a, const struct consent_fact *b)
{
    if (!a || !b)
        return a != NULL;
    return a->occurred_ms > b->occurred_ms || (a->occurred_ms == b->occurred_ms && a < b);
}

struct evidence evidence_of(const struct question *q, const struct decision *d)
{
    struct evidence out = { .consent = NULL };
    for (size_t i = 0; i < d->clause_count; i++) {
        const struct clause *c = &q->bundle->clauses[d->clauses[i]];
        const struct consent_fact *yes = opened_by(q, c, d->to.n);
        if (is_later(yes, out.consent))
            out = (struct evidence){ .consent = yes };
        if (yes && yes == out.consent)
            categories_join(&out.release, &c->release);
    }
    return out;
}

/* ---- as it is told ---- */

static struct slice london_day(int64_t ms, char out[TIME_TEXT_MAX])
{
    const struct moment m = { .precision = TIME_DAY, .local = london_from_ms(ms) };
    return time_to_iso(&m, out);
}

/* The last day it holds, where it ends with a day; else the moment. */
static struct slice end_text(int64_t until_ms, char out[TIME_TEXT_MAX])
{
    int64_t start_ms = 0;
    struct slice day = london_day(until_ms - 1, out);
    if (london_day_start(day, &start_ms) && london_day_end(start_ms) == until_ms)
        return day;
    return time_ms_to_iso(until_ms, out);
}

/* In the order of find_slots. */
static void put_texts(const struct consent_fact *f, struct evidence_told *out)
{
    bool is_decided = slice_equal_text(f->basis, "best-interests");
    out->texts[0] = is_decided ? SLICE("best-interests") : SLICE("explicit");
    out->texts[1] = f->source;
    out->texts[2] = london_day(f->occurred_ms, out->days[0]);
    if (f->until_ms != NEVER_MS)
        out->texts[3] = end_text(f->until_ms, out->days[1]);
}

void evidence_tell(const struct evidence *x, const struct header_slots *h, const uint8_t *portions,
                   const struct categories *released, const struct categories obliged[OBLIGE_COUNT],
                   struct evidence_told *out)
{
    memset(out->texts, 0, sizeof out->texts);
    out->count = find_slots(h, out->slots);
    if (!x->consent)
        return;
    put_texts(x->consent, out);
    for (size_t i = 0; i < out->count; i++) {
        unsigned portion = portions[out->slots[i]];
        bool may = categories_has(&x->release, portion) && categories_has(released, portion);
        if (!may || oblige_form(obliged, portion) != OBLIGE_COUNT)
            out->texts[i] = (struct slice){ 0 };
    }
}
