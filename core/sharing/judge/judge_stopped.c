/* judge_stopped.c - what the door of a recipient did with a disclosure: stopped, nobody has it (law
 * 2); reduced, they lack what was taken out. */
#include "sharing/judge/judge.h"

#include "sharing/judge/released.h"
#include "sharing/judge/run.h"

/* Of one's own, to be changed; *x: the event of it. NULL: there is none, or no memory. */
static struct receiver *find_sent(struct run *r, const struct disclosure_at_door *at,
                                  struct episode_event **x)
{
    struct episode_event *events = r->draft.events.items;
    for (size_t i = 0; i < r->draft.events.count; i++)
        for (size_t j = 0; j < events[i].receiver_count; j++) {
            const struct receiver *was = &events[i].receivers[j];
            if (was->service != at->service || was->wait == WAIT_WITHDRAWN ||
                !slice_equal(slice_text(was->id.text), at->id))
                continue;
            struct receiver *list = run_own_receivers(r, &events[i]);
            if (!list)
                (void)err_memory(r->e);
            *x = &events[i];
            return list ? &list[j] : NULL;
        }
    return NULL;
}

/* It has left without what was removed. */
static bool take_out(struct run *r, const struct disclosure_at_door *at,
                     const struct episode_event *x, struct receiver *sent, bool *took)
{
    const struct catalogue *c = r->in->bundle->catalogue;
    const struct schema *s = catalogue_named(c, x->type);
    return !s ||
           released_take_out(c, s, at->removed, at->removed_count, r->arena, &sent->released,
                             took) ||
           err_memory(r->e);
}

/* A door that takes out what the rules here do not would do the same to whatever goes anew: after
 * so many it goes when a gate opens, and no more because of a receipt. */
#define SENT_BY_RECEIPTS_MAX 3

static bool goes_round(const struct episode_event *x, uint16_t service)
{
    size_t sent = 0;
    for (size_t i = 0; i < x->receiver_count; i++)
        sent += x->receivers[i].service == service;
    return sent > SENT_BY_RECEIPTS_MAX;
}

/* Gates are asked at once: what closed the way may have ended before the receipt came. Doors hear
 * how it stands now, also by another bundle, or theirs would do the same to what goes anew. */
bool judge_at_door(const struct judge_input *in, const struct disclosure_at_door *at,
                   struct arena *a, struct judged *out, bool *found, struct err *e)
{
    struct run r;
    struct episode_event *x = NULL;
    *found = false;
    if (!run_begin(&r, in, a, e))
        return false;
    struct receiver *sent = find_sent(&r, at, &x);
    if (!sent)
        return e->fate == ERR_NONE;
    *found = at->is_stopped;
    if (at->is_stopped)
        sent->wait = WAIT_WITHDRAWN; /* as what waited there and is withdrawn */
    else if (!take_out(&r, at, x, sent, found))
        return false;
    if (!*found)
        return true;
    r.draft.changed = true;
    r.event.decided_ms = in->decided_ms;
    if (goes_round(x, at->service))
        return run_end(&r, out);
    r.draft.gate = r.draft.doors = true;
    if (!run_catch_up(&r))
        return false;
    if (!run_doors(&r))
        return false;
    return run_end(&r, out);
}
