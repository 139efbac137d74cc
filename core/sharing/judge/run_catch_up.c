/* run_catch_up.c - law 9: when a gate opens, the latest of each kind and episode catches up. */
#include "sharing/judge/run.h"

#include "sharing/facts/hold.h"

/* What is decided of an event that stands, whatever was decided of it before. */
bool run_standing(struct run *r, struct round *round, const struct hold *release)
{
    struct episode_event before;
    const struct episode_event *x = draft_event(&r->draft, &round->event->id);
    if (x && event_id_is_set(&x->original)) {
        if (!run_receivers(r, &x->original, &before))
            return false;
        round->original = &before;
    }
    return run_round(r, round, release);
}

static bool may_catch_up(const struct run *r, const struct episode_event *x)
{
    return x->bytes.n && !x->closed && draft_is_latest(&r->draft, x);
}

/* The hold of x that facts may end; NULL: none. Such an event is decided again even when a later
 * one of its kind has come, or its episode is closed. */
static const struct hold *hold_of_facts(const struct run *r, const struct episode_event *x)
{
    const struct hold *holds = r->draft.holds.items;
    for (size_t i = 0; i < r->draft.holds.count; i++)
        if (event_id_equal(&holds[i].event, &x->id) && hold_is_of_facts(&holds[i]))
            return &holds[i];
    return NULL;
}

/* last: a copy of the one before; NULL: there is none. */
static const struct episode_event *next_entry(const struct run *r, const struct episode_event *last,
                                              bool with_waiting)
{
    const struct episode_event *events = r->draft.events.items, *next = NULL;
    const struct episode_event *before = last ? draft_event(&r->draft, &last->id) : NULL;
    for (size_t i = 0; i < r->draft.events.count; i++) {
        const struct episode_event *x = &events[i];
        if (event_id_equal(&x->id, &r->event.id))
            continue;
        bool is_due = may_catch_up(r, x) || (with_waiting && hold_of_facts(r, x));
        if (!is_due)
            continue;
        if (before && !draft_is_later(x, before))
            continue;
        if (!next || draft_is_later(next, x))
            next = x;
    }
    return next;
}

const struct episode_event *run_next_entry(const struct run *r, const struct episode_event *last)
{
    return next_entry(r, last, false);
}

/* x: an entry of the draft; it may move once it is decided. */
static bool catch_up_one(struct run *r, const struct episode_event *x)
{
    const struct event *ev;
    struct round round = { .caught_up = true, .waiting_only = !may_catch_up(r, x) };
    struct slice bytes = round.waiting_only ? hold_of_facts(r, x)->bytes : x->bytes;
    if (!run_reopen(r, bytes, &ev))
        return false;
    round.event = ev;
    return !ev || run_standing(r, &round, NULL);
}

bool run_catch_up(struct run *r)
{
    if (!r->draft.gate)
        return true;
    const struct episode_event *x = next_entry(r, NULL, true);
    while (x) {
        const struct episode_event last = *x; /* deciding it may move the list */
        if (!catch_up_one(r, x))
            return false;
        x = next_entry(r, &last, true);
    }
    return true;
}
