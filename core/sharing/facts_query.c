/* facts_query.c - what facts say: the last word by time of occurring, whenever it arrived. */
#include "sharing/when.h"

/* The last word on a purpose that applies to who; a word without a purpose counts only when it
 * takes consent away. Of two words of one moment the refusal counts. */
static const struct consent_fact *last_consent(const struct person *p, struct slice purpose,
                                               uint16_t who)
{
    const struct consent_fact *last = NULL;
    for (size_t i = 0; i < p->consent_count; i++) {
        const struct consent_fact *f = &p->consents[i];
        bool is_about =
            slice_equal(f->purpose, purpose) || (slice_is_empty(f->purpose) && !f->granted);
        if (!is_about || (f->recipient >= 0 && f->recipient != who))
            continue;
        if (!last || f->occurred_ms > last->occurred_ms ||
            (f->occurred_ms == last->occurred_ms && !f->granted))
            last = f;
    }
    return last;
}

bool facts_consent(const struct person *p, struct slice purpose, uint16_t who, int64_t at_ms)
{
    const struct consent_fact *last = last_consent(p, purpose, who);
    return last && last->granted && (last->until_ms == 0 || at_ms < last->until_ms);
}

bool facts_consent_was_asked(const struct person *p, struct slice purpose, uint16_t who)
{
    return last_consent(p, purpose, who) != NULL;
}

/* Of two words of one moment the objection counts. */
bool facts_objection(const struct person *p, uint16_t who)
{
    const struct objection_fact *last = NULL;
    for (size_t i = 0; i < p->objection_count; i++) {
        const struct objection_fact *f = &p->objections[i];
        if (f->recipient >= 0 && f->recipient != who)
            continue;
        if (!last || f->occurred_ms > last->occurred_ms ||
            (f->occurred_ms == last->occurred_ms && f->stands))
            last = f;
    }
    return last && last->stands;
}

bool facts_known(const struct person *p, uint16_t who)
{
    for (size_t i = 0; i < p->relationship_count; i++)
        if (p->relationships[i].is_open && p->relationships[i].with == who)
            return true;
    return false;
}

static bool restriction_stands(const struct person *p, struct slice kind)
{
    const struct restriction_fact *last = NULL;
    for (size_t i = 0; i < p->restriction_count; i++) {
        const struct restriction_fact *f = &p->restrictions[i];
        if (!slice_equal(f->kind, kind))
            continue;
        if (!last || f->occurred_ms > last->occurred_ms ||
            (f->occurred_ms == last->occurred_ms && f->stands))
            last = f;
    }
    return last && last->stands;
}

enum truth facts_restricted(const struct person *p, struct slice kind)
{
    if (restriction_stands(p, kind))
        return TRUTH_TRUE;
    return restriction_stands(p, SLICE("unknown")) ? TRUTH_UNKNOWN : TRUTH_FALSE;
}
