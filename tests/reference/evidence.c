/* evidence.c - what a disclosure says of the consent that let it through.
 *
 * Consent opened a clause when its agreement asks for consent, or when its condition would not be
 * true of somebody who consented to nothing: the consent that its agreement asks for, else the
 * first that its condition asks for and that stands. Where clauses that release any of it were
 * opened by several, the one that was given last speaks, as far as its own clauses release it. */
#include <time.h>

#include "reference.h"

static const char *const paths[] = { "header.consent.basis", "header.consent.recorded_by",
                                     "header.consent.recorded_on", "header.consent.until" };

/* Which of the paths; 4: none. */
static size_t which(const struct plan *p, size_t slot)
{
    size_t n = 0;
    while (n < 4 && !slice_equal_text(plan_slot_at(p, slot)->path, paths[n]))
        n++;
    return n;
}

bool ref_is_evidence(const struct plan *p, size_t slot)
{
    return which(p, slot) < 4;
}

static const struct ref_consent *opened_by(const struct ref_case *c,
                                           const struct ref_clause *clause, int to)
{
    const struct ref_agreement *g = &c->bundle->agreements[clause->agreement];
    const struct ref_consent *yes = NULL;
    struct ref_facts silent = *c->facts;
    struct ref_case without = *c;
    if (ref_same(g->confidentiality, "explicit-consent")) {
        int asked = ref_consent_was_asked(c, g->purpose, to) ? to : c->event->source;
        yes = ref_consent_given(c, to, g->purpose, asked);
    } else {
        silent.consent_count = 0;
        without.facts = &silent;
        if (ref_evaluate(&without, to, clause->when).truth == REF_TRUE)
            return NULL;
    }
    return yes || !clause->when ? yes : ref_consent_in(c, to, clause->when);
}

static const char *day_text(struct arena *a, int day)
{
    return arena_format(a, "%04d-%02d-%02d", day / 10000, day / 100 % 100, day % 100);
}

static const char *end_text(struct arena *a, int64_t ms)
{
    const char *day = day_text(a, ref_day_of(ms - 1));
    time_t seconds = (time_t)(ms / 1000);
    char text[24];
    struct tm utc;
    if (ref_day_end(day) == ms)
        return day;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &utc));
    return arena_format(a, "%s.%03dZ", text, (int)(ms % 1000));
}

static const char *text_of(struct arena *a, const struct ref_case *c, const struct ref_consent *f,
                           size_t what)
{
    switch (what) {
    case 0:
        return ref_same(f->basis, "best-interests") ? f->basis : "explicit";
    case 1:
        return c->bundle->services[f->source].name;
    case 2:
        return day_text(a, ref_day_of(f->at_ms));
    default:
        return f->until_ms == INT64_MAX ? NULL : end_text(a, f->until_ms);
    }
}

static bool releases_any(const struct ref_case *c, const struct ref_set *set)
{
    const struct plan *p = catalogue_at(c->catalogue, c->event->schema)->plan;
    bool any = false;
    for (size_t i = 0; i < plan_slots(p); i++)
        any |= set->has[i] && ref_is_evidence(p, i);
    return any;
}

static bool is_changed(const struct ref_decision *d, size_t slot)
{
    bool any = false;
    for (size_t o = 0; o < REF_OBLIGATIONS_COUNT; o++)
        any |= d->obliged[o].has[slot];
    return any;
}

const char *ref_evidence(struct arena *a, const struct ref_case *c, const struct ref_decision *d,
                         size_t slot)
{
    const struct plan *p = catalogue_at(c->catalogue, c->event->schema)->plan;
    const struct ref_consent *last = NULL;
    bool may = false;
    for (size_t n = 0; n < d->clause_count; n++) {
        const struct ref_clause *clause = &c->bundle->clauses[d->clauses[n]];
        struct ref_set set = ref_words_set(c, &clause->release);
        const struct ref_consent *yes = NULL;
        if (releases_any(c, &set))
            yes = opened_by(c, clause, d->to);
        if (!yes)
            continue;
        if (!last || yes->at_ms > last->at_ms || (yes->at_ms == last->at_ms && yes < last)) {
            last = yes;
            may = false;
        }
        may |= yes == last && set.has[slot];
    }
    if (!may || !d->released.has[slot] || is_changed(d, slot))
        return NULL;
    return text_of(a, c, last, which(p, slot));
}
