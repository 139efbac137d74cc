/* expiry.c - days left until agreements end, counted by the calendar of London. */
#include "sharing/change/expiry.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"

#define DAY_MS ((int64_t)86400000)

/* The number of a moment's London day. */
static int64_t day_of(int64_t ms)
{
    struct civil c = london_from_ms(ms);
    c.hour = c.minute = c.second = c.ms = 0;
    return civil_to_ms(&c) / DAY_MS;
}

static enum expiry_stage stage_of(int64_t days_left)
{
    static const struct {
        int64_t days;
        enum expiry_stage stage;
    } stages[] = { { -1, EXPIRY_ENDED }, { 7, EXPIRY_7 }, { 30, EXPIRY_30 }, { 60, EXPIRY_60 } };
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++)
        if (days_left <= stages[i].days)
            return stages[i].stage;
    return EXPIRY_NONE;
}

const char *expiry_stage_name(enum expiry_stage s)
{
    static const char *const names[] = { [EXPIRY_NONE] = "",
                                         [EXPIRY_60] = "60",
                                         [EXPIRY_30] = "30",
                                         [EXPIRY_7] = "7",
                                         [EXPIRY_ENDED] = "ended" };
    return names[s];
}

/* Whether events are released or held by it now. One that has ended still holds. */
static bool is_live(const struct agreement *g, int64_t now_ms)
{
    return g->approved && now_ms >= g->from_ms && now_ms < g->stopped_ms &&
           now_ms < g->superseded_ms;
}

size_t expiry_ends(const struct bundle *b, int64_t now_ms, struct expiry *out)
{
    size_t n = 0;
    for (size_t i = 0; i < b->agreement_count; i++) {
        const struct agreement *g = &b->agreements[i];
        if (!is_live(g, now_ms))
            continue;
        int64_t left = day_of(g->until_ms - 1) - day_of(now_ms);
        bool is_followed = g->superseded_ms <= g->until_ms;
        bool overdue = now_ms >= g->review_ms;
        enum expiry_stage stage = is_followed ? EXPIRY_NONE : stage_of(left);
        out[n++] = (struct expiry){ (uint16_t)i, left, stage, overdue };
    }
    return n;
}

bool expiry_is_told(const struct expiry *x)
{
    return x->stage != EXPIRY_NONE || x->review_overdue;
}

size_t expiry_notices(const struct bundle *b, int64_t now_ms, struct expiry *out)
{
    size_t live = expiry_ends(b, now_ms, out), n = 0;
    for (size_t i = 0; i < live; i++)
        if (expiry_is_told(&out[i]))
            out[n++] = out[i];
    return n;
}

void expiry_sentence(const struct bundle *b, const struct expiry *x, char out[EXPIRY_TEXT_MAX])
{
    const struct agreement *g = &b->agreements[x->agreement];
    const char *review = x->review_overdue ? "; its review is overdue" : "";
    if (x->stage == EXPIRY_ENDED)
        snprintf(
            out, EXPIRY_TEXT_MAX,
            "agreement %.*s version %d has ended: what would flow under it is held until it is "
            "extended or replaced%s",
            SHOWN(g->name), g->version, review);
    else if (x->stage == EXPIRY_NONE)
        snprintf(out, EXPIRY_TEXT_MAX, "agreement %.*s version %d: its review is overdue",
                 SHOWN(g->name), g->version);
    else
        snprintf(out, EXPIRY_TEXT_MAX, "agreement %.*s version %d ends in %" PRId64 " day%s%s",
                 SHOWN(g->name), g->version, x->days_left, x->days_left == 1 ? "" : "s", review);
}
