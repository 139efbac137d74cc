/* analyse_terms.c - agreements that are not active, end soon, or are due for review. */
#include "sharing/analyse_parts.h"

#define DAY_MS ((int64_t)86400000)

static bool has_approved(const struct agreement *g, uint16_t agency)
{
    for (size_t i = 0; i < g->approval_count; i++)
        if (g->approvals[i].agency == agency)
            return true;
    return false;
}

static void check_approvals(struct analysis *x, const struct agreement *g)
{
    for (size_t i = 0; i < g->party_count && !g->approved; i++)
        if (!has_approved(g, g->parties[i].agency))
            (void)problems_say(x->warnings, "check.unapproved", g->file, g->line, 1,
                               "agreement '%.*s' version %d is not active: '%.*s' has not approved",
                               SHOWN(g->name), g->version,
                               SHOWN(x->b->agencies[g->parties[i].agency].name));
}

/* The three warnings before an end: in its last 60, 30 and 7 days. */
static void check_end(struct analysis *x, const struct agreement *g)
{
    int64_t days = (g->until_ms - x->in->now_ms + DAY_MS - 1) / DAY_MS;
    if (g->until_ms <= x->in->now_ms)
        (void)problems_say(x->warnings, "check.ended", g->file, g->line, 1,
                           "agreement '%.*s' version %d has ended: what it would share is held",
                           SHOWN(g->name), g->version);
    else if (days <= 60)
        (void)problems_say(x->warnings, "check.ends", g->file, g->line, 1,
                           "agreement '%.*s' version %d ends in %lld day%s", SHOWN(g->name),
                           g->version, (long long)days, days == 1 ? "" : "s");
    if (g->review_ms && g->review_ms <= x->in->now_ms)
        (void)problems_say(x->warnings, "check.review", g->file, g->line, 1,
                           "agreement '%.*s' version %d should have been reviewed by now",
                           SHOWN(g->name), g->version);
}

void analyse_terms(struct analysis *x)
{
    for (size_t i = 0; i < x->b->agreement_count; i++) {
        const struct agreement *g = &x->b->agreements[i];
        check_approvals(x, g);
        if (g->stopped_ms)
            (void)problems_say(x->warnings, "check.stopped", g->file, g->line, 1,
                               "agreement '%.*s' version %d is stopped", SHOWN(g->name),
                               g->version);
        check_end(x, g);
    }
}
