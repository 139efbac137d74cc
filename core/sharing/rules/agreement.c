/* agreement.c - when an agreement is in force, who has approved it, and what takes over. */
#include "sharing/rules/agreement.h"

bool agreement_in_force(const struct agreement *g, int64_t ms)
{
    return g->approved && ms >= g->from_ms && ms < g->until_ms && ms < g->stopped_ms;
}

bool agreement_has_party(const struct agreement *g, int agency)
{
    for (size_t i = 0; i < g->party_count; i++)
        if (g->parties[i].agency == agency)
            return true;
    return false;
}

bool agreement_approved_by(const struct agreement *g, uint16_t agency)
{
    for (size_t i = 0; i < g->approval_count; i++)
        if (g->approvals[i].agency == agency)
            return true;
    return false;
}

void agreements_succeed(struct agreement *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct agreement *g = &list[i];
        for (size_t j = 0; j < n; j++) {
            const struct agreement *later = &list[j];
            if (!later->approved || later->version <= g->version)
                continue;
            if (slice_equal(later->name, g->name) && later->from_ms < g->superseded_ms)
                g->superseded_ms = later->from_ms;
        }
    }
}
