/* facts_query.c - what facts say: the last word by time of occurring, whenever it arrived. */
#include "sharing/facts/facts_query.h"

#include "sharing/facts/claimed.h"
#include "sharing/rules/compiled.h"
#include "sharing/rules/words.h"

/* The agency of the event at hand; AGENCY_NOBODY: there is no event. */
static int event_agency(const struct facts_context *in)
{
    return in->event ? in->bundle->services[in->source].agency : AGENCY_NOBODY;
}

static enum truth of_claim(const struct facts_context *in, enum claimed c)
{
    static const enum truth doubts[] = { [FACTS_DOUBT_STAYS] = TRUTH_UNKNOWN,
                                         [FACTS_DOUBT_COUNTS] = TRUTH_TRUE,
                                         [FACTS_DOUBT_FALLS] = TRUTH_FALSE };
    return c == CLAIMED_COUNTS ? TRUTH_TRUE : doubts[in->doubt];
}

enum truth facts_counts(const struct facts_context *in, const struct relationship *r,
                        struct slice kind)
{
    bool is_kind = slice_is_empty(kind) || slice_equal(r->kind, kind);
    if (!r->is_open || !is_kind)
        return TRUTH_FALSE;
    if (in->all_claims_count)
        return TRUTH_TRUE;
    return of_claim(in, claimed_relationship(in->bundle, in->facts, r, event_agency(in)));
}

enum truth facts_related(const struct facts_context *in, struct slice kind, uint16_t who)
{
    const struct person *p = in->facts;
    enum truth best = TRUTH_FALSE;
    for (size_t i = 0; i < p->relationship_count && best != TRUTH_TRUE; i++) {
        if (p->relationships[i].with != who)
            continue;
        enum truth one = facts_counts(in, &p->relationships[i], kind);
        if (one != TRUTH_FALSE)
            best = one;
    }
    return best;
}

/* Whether a later word of the same source lifts it. Of two of one moment the restriction counts. */
static bool is_lifted(const struct person *p, const struct restriction_fact *raised)
{
    for (size_t i = 0; i < p->restriction_count; i++) {
        const struct restriction_fact *f = &p->restrictions[i];
        bool is_later_lift = !f->stands && f->occurred_ms > raised->occurred_ms;
        if (!is_later_lift || !slice_equal(f->source, raised->source))
            continue;
        if (slice_equal(f->kind, raised->kind))
            return true;
    }
    return false;
}

/* By source: a system that says every day that it hides nothing must not undo what another
 * hides. */
static bool restriction_stands(const struct person *p, struct slice kind)
{
    for (size_t i = 0; i < p->restriction_count; i++) {
        const struct restriction_fact *f = &p->restrictions[i];
        if (f->stands && slice_equal(f->kind, kind) && !is_lifted(p, f))
            return true;
    }
    return false;
}

bool facts_is_restricted(const struct person *p)
{
    for (size_t i = 0; i < p->restriction_count; i++)
        if (restriction_stands(p, p->restrictions[i].kind))
            return true;
    return false;
}

static bool may_check(const struct bundle *b, struct slice source)
{
    if (b->compiled->anybody_checks)
        return true;
    int service = bundle_service(b, source);
    return service >= 0 && services_have(&b->compiled->checkers, (unsigned)service);
}

/* Somebody who checks has said yes or no. */
static bool is_checked(const struct facts_context *in, struct slice kind)
{
    const struct person *p = in->facts;
    for (size_t i = 0; i < p->restriction_count; i++)
        if (slice_equal(p->restrictions[i].kind, kind) &&
            may_check(in->bundle, p->restrictions[i].source))
            return true;
    return false;
}

/* True of a registered death. A death that is only hearsay leaves it unknown. */
static enum truth is_deceased(const struct person *p)
{
    for (size_t i = 0; i < p->death_count; i++)
        if (p->deaths[i].is_formal)
            return TRUTH_TRUE;
    return p->death_count ? TRUTH_UNKNOWN : TRUTH_FALSE;
}

enum truth facts_restricted(const struct facts_context *in, struct slice kind)
{
    const struct person *p = in->facts;
    if (slice_equal_text(kind, WORDS_DECEASED))
        return is_deceased(p);
    if (slice_equal_text(kind, WORDS_UNCHECKED))
        return is_checked(in, SLICE("location")) ? TRUTH_FALSE : TRUTH_TRUE;
    if (restriction_stands(p, kind))
        return TRUTH_TRUE;
    return restriction_stands(p, SLICE("unknown")) ? TRUTH_UNKNOWN : TRUTH_FALSE;
}

/* with_doubt: also a word that is in doubt. */
static bool may_count(const struct facts_context *in, const struct responsible_fact *f,
                      bool with_doubt)
{
    if (with_doubt || in->all_claims_count)
        return true;
    return claimed_word(in->bundle, in->facts, f, event_agency(in)) == CLAIMED_COUNTS;
}

static enum truth last_word(const struct facts_context *in, struct slice function, uint16_t who,
                            bool with_doubt)
{
    const struct person *p = in->facts;
    const struct responsible_fact *last = NULL;
    bool is_agreed = true;
    for (size_t i = 0; i < p->responsible_count; i++) {
        const struct responsible_fact *f = &p->responsible[i];
        if (!slice_equal(f->function, function))
            continue;
        if (last && f->occurred_ms < last->occurred_ms)
            continue;
        if (!may_count(in, f, with_doubt))
            continue;
        bool is_tie = last && f->occurred_ms == last->occurred_ms;
        is_agreed = !is_tie || (is_agreed && f->service == last->service);
        last = f;
    }
    if (!last || !is_agreed || last->service == SERVICE_UNKNOWN)
        return TRUTH_UNKNOWN;
    return last->service == who ? TRUTH_TRUE : TRUTH_FALSE;
}

enum truth facts_responsible(const struct facts_context *in, struct slice function, uint16_t who)
{
    enum truth sure = last_word(in, function, who, false);
    if (in->all_claims_count || sure == TRUTH_TRUE || in->doubt == FACTS_DOUBT_FALLS)
        return sure;
    if (last_word(in, function, who, true) != TRUTH_TRUE)
        return sure;
    return in->doubt == FACTS_DOUBT_COUNTS ? TRUTH_TRUE : TRUTH_UNKNOWN;
}

bool facts_taken_back(const struct person *p, const struct episode_event *x)
{
    for (size_t steps = 0; x->replaced && steps < p->event_count; steps++) {
        const struct episode_event *later = NULL;
        for (size_t i = 0; !later && i < p->event_count; i++)
            if (memcmp(p->events[i].original.b, x->id.b, ID_BYTES) == 0)
                later = &p->events[i];
        if (!later)
            return false;
        x = later;
    }
    return x->retracted && !x->replaced;
}
