/* analyse_terms.c - agreements that are not active, end soon, or are due for review. */
#include "sharing/analyse_parts.h"
#include "sharing/expiry.h"

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

static void say_expiry(struct analysis *x, const struct expiry *y)
{
    const struct agreement *g = &x->b->agreements[y->agreement];
    if (y->stage == EXPIRY_ENDED)
        (void)problems_say(x->warnings, "check.ended", g->file, g->line, 1,
                           "agreement '%.*s' version %d has ended: what it would share is held",
                           SHOWN(g->name), g->version);
    else if (y->stage != EXPIRY_NONE)
        (void)problems_say(x->warnings, "check.ends", g->file, g->line, 1,
                           "agreement '%.*s' version %d is in its last %s days: %lld left",
                           SHOWN(g->name), g->version, expiry_stage_name(y->stage),
                           (long long)y->days_left);
    if (y->review_overdue)
        (void)problems_say(x->warnings, "check.review", g->file, g->line, 1,
                           "agreement '%.*s' version %d should have been reviewed by now",
                           SHOWN(g->name), g->version);
}

void analyse_terms(struct analysis *x)
{
    struct expiry *list = ARENA_ARRAY(x->arena, x->b->agreement_count + 1, struct expiry);
    size_t n = list ? bundle_expiries(x->b, x->in->now_ms, list) : 0;
    x->problems->lost |= !list;
    for (size_t i = 0; i < n; i++)
        say_expiry(x, &list[i]);
    for (size_t i = 0; i < x->b->agreement_count; i++) {
        const struct agreement *g = &x->b->agreements[i];
        check_approvals(x, g);
        if (g->stopped_ms != NEVER_MS)
            (void)problems_say(x->warnings, "check.stopped", g->file, g->line, 1,
                               "agreement '%.*s' version %d is stopped", SHOWN(g->name),
                               g->version);
    }
}
