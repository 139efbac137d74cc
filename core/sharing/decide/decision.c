/* decision.c - what a decision is called, and what it tells. */
#include "sharing/decide/decision.h"

#include "sharing/rules/compiled.h"
#include "sharing/rules/prohibition.h"

const char *decision_outcome_name(enum outcome o)
{
    static const char *const names[] = { "disclose", "withhold", "hold" };
    return names[o];
}

bool decision_hides(const struct bundle *b, const struct decision *d)
{
    for (size_t i = 0; i < d->prohibition_count; i++)
        if (prohibition_hides(&b->prohibitions[d->prohibitions[i]]))
            return true;
    return false;
}
