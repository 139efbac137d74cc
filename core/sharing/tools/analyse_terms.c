/* analyse_terms.c - agreements that are not active, end soon, or are due for review. */
#include "sharing/tools/analyse_inside.h"

#include <stdio.h>

#include "sharing/change/expiry.h"
#include "sharing/tools/explain_words.h"

static bool is_agency_approving(const struct bundle *b, struct slice agency)
{
    for (size_t i = 0; i < b->approvers.count; i++)
        if (slice_equal(b->approvers.list[i].agency, agency))
            return true;
    return false;
}

static void check_approvals(struct analysis *x, const struct agreement *g)
{
    for (size_t i = 0; i < g->wanted_count && !g->approved; i++) {
        struct slice agency = x->b->agencies[g->wanted[i]].name;
        const char *lacking = "approved";
        if (agreement_approved_by(g, g->wanted[i]))
            continue;
        if (g->is_signed)
            lacking = is_agency_approving(x->b, agency)
                          ? "signed it"
                          : "signed it, and the agency has no approver";
        (void)problems_say(x->warnings, "check.unapproved", g->file, g->line, 1,
                           "agreement '%.*s' version %d shares nothing yet: '%.*s' has not %s",
                           SHOWN(g->name), g->version, SHOWN(agency), lacking);
    }
    if (g->extension_waits)
        (void)problems_say(x->warnings, "check.unapproved", g->file, g->line, 1,
                           "the extension of agreement '%.*s' version %d is not active: a party "
                           "that shares under it has not signed the bundle",
                           SHOWN(g->name), g->version);
}

static const char *day_text(int64_t ms, struct buf *out)
{
    buf_reset(out);
    explain_day(ms, out);
    buf_byte(out, 0);
    return buf_ok(out) ? (const char *)out->p : "";
}

static void warn_of(struct analysis *x, const struct agreement *g, const char *code,
                    const char *what)
{
    (void)problems_say(x->warnings, code, g->file, g->line, 1, "agreement '%.*s' version %d %s",
                       SHOWN(g->name), g->version, what);
}

/* day: room for its words. */
static void say_expiry(struct analysis *x, const struct expiry *y, struct buf *day)
{
    const struct agreement *g = &x->b->agreements[y->agreement];
    const char *last = day_text(g->until_ms - 1, day);
    char what[120];
    if (y->stage == EXPIRY_ENDED) {
        (void)snprintf(what, sizeof what,
                       "ended on %s: what it would share is held; extend or replace it", last);
        warn_of(x, g, "check.ended", what);
    } else if (y->stage != EXPIRY_NONE) {
        (void)snprintf(what, sizeof what,
                       "ends on %s, %lld day%s from now: have its next version approved, or extend "
                       "it",
                       last, (long long)y->days_left, y->days_left == 1 ? "" : "s");
        warn_of(x, g, "check.ends", what);
    }
    if (y->review_overdue) {
        (void)snprintf(what, sizeof what, "is overdue for review, which was to be done by %s",
                       day_text(g->review_ms - 1, day));
        warn_of(x, g, "check.review", what);
    }
}

static void check_agreement(struct analysis *x, const struct agreement *g, struct buf *day)
{
    char what[120];
    check_approvals(x, g);
    if (g->superseded_ms <= g->from_ms)
        warn_of(x, g, "check.superseded",
                "never comes into force: a later version replaces it before it begins");
    if (g->stopped_ms == NEVER_MS)
        return;
    (void)snprintf(what, sizeof what, "is stopped from %s on, and shares nothing after that",
                   day_text(g->stopped_ms, day));
    warn_of(x, g, "check.stopped", what);
}

void analyse_terms(struct analysis *x)
{
    struct buf day;
    struct expiry *list = ARENA_ARRAY(x->arena, x->b->agreement_count + 1, struct expiry);
    size_t n = 0;
    if (list)
        n = expiry_notices(x->b, x->in->now_ms, list);
    else
        x->problems->lost = true;
    buf_init(&day, 100);
    for (size_t i = 0; i < n; i++)
        say_expiry(x, &list[i], &day);
    for (size_t i = 0; i < x->b->agreement_count; i++)
        check_agreement(x, &x->b->agreements[i], &day);
    buf_release(&day);
}
