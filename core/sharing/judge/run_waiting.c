/* run_waiting.c - law 6 where nothing is known yet: what was disclosed and may still be queued waits at its
 * door when it would be held now, because of a claim in doubt or a message that nobody could read.
 *
 * It is neither stopped nor disclosed anew: whether it has left is known at the door alone. Each
 * receiver notes that it waits. When the doubt is over it is judged as what was held would be: where
 * nothing lets it go any more it is withdrawn, for good, and may be disclosed anew when a gate opens. */
#include "sharing/facts/claimed.h"
#include "sharing/decide/decide.h"
#include "sharing/judge/run.h"

struct receiver *run_own_receivers(struct run *r, struct episode_event *x)
{
    struct receiver *list = ARENA_ARRAY(r->arena, x->receiver_count + 1, struct receiver);
    if (!list)
        return NULL;
    if (x->receiver_count)
        memcpy(list, x->receivers, x->receiver_count * sizeof *list);
    x->receivers = list;
    return list;
}

bool run_forget_let_go(struct run *r)
{
    const struct hold *now = r->in->release;
    struct episode_event *events = r->draft.events.items;
    for (size_t i = 0; i < r->draft.events.count; i++) {
        struct episode_event *x = &events[i];
        bool is_of_now = now && event_id_equal(&now->event, &x->id);
        struct receiver *list = x->receiver_count ? run_own_receivers(r, x) : NULL;
        if (x->receiver_count && !list)
            return err_memory(r->e);
        for (size_t j = 0; j < x->receiver_count; j++)
            list[j].let_go &= is_of_now && list[j].service == now->service;
    }
    return true;
}

/* What holds up one event. */
struct doubtful {
    struct question q;
    const struct person *facts;
    const struct episode_event *by; /* whose bytes q is of; NULL: none is on file */
    bool is_unread; /* something could not be read */
    bool is_doubt;  /* a claim does not count for it */
    bool is_own;    /* q is of the event itself, not of the last one like it */
};

/* Many in a row are judged by the same one. */
static bool begin(struct run *r, const struct episode_event *x, struct doubtful *d)
{
    const struct episode_event *by = x->bytes.n ? x : draft_like(&r->draft, x);
    const struct event *ev = NULL;
    d->is_own = by == x;
    if (by == d->by)
        return true;
    if (by && !run_reopen(r, by->bytes, &ev))
        return false;
    d->by = ev ? by : NULL;
    d->q = (struct question){
        .bundle = r->in->bundle, .event = ev, .facts = d->facts, .arena = r->arena
    };
    return !ev || decide_begin(&d->q, r->e);
}

/* What is on file no more as a whole waits for whatever claim is in doubt; and is withdrawn when nothing
 * lets the last one like it go, or where there is none, when nobody names its service any more. */
static enum wait judge_gone(const struct doubtful *d, const struct receiver *x)
{
    if (!d->by && x->wait == WAIT_CLAIM && !claimed_names(d->facts, x->service))
        return WAIT_WITHDRAWN;
    return d->is_doubt ? WAIT_CLAIM : WAIT_NONE;
}

static enum wait judge_by(const struct doubtful *d, const struct decision *now,
                          const struct receiver *x)
{
    if (now->outcome == OUTCOME_WITHHOLD && x->wait != WAIT_NONE)
        return WAIT_WITHDRAWN;
    if (!d->is_own)
        return judge_gone(d, x);
    return now->outcome == OUTCOME_HOLD &&
                   (now->reason == reason_code(REASON_IDENTITY_DISAGREES) ||
                    now->reason == reason_code(REASON_IDENTITY_UNVERIFIED))
               ? WAIT_CLAIM
               : WAIT_NONE;
}

static bool judge_one(struct run *r, const struct doubtful *d, const struct receiver *x,
                      enum wait *out)
{
    struct decision now;
    struct slice tell;
    if (d->is_unread)
        *out = x->wait == WAIT_CLAIM ? WAIT_CLAIM : WAIT_UNREAD;
    else if (!d->by)
        *out = judge_gone(d, x);
    else if (decide_for(&d->q, x->service, &now, &tell, r->e))
        *out = judge_by(d, &now, x);
    else
        return false;
    return true;
}

static bool add(struct run *r, const struct receiver *x, struct list *out)
{
    const struct waiting w = { x->service, &x->id };
    return list_put(r->arena, out, &w) || err_memory(r->e);
}

static bool look_at(struct run *r, struct doubtful *d, struct episode_event *x, struct list *out)
{
    struct receiver *list = run_own_receivers(r, x);
    if (!list)
        return err_memory(r->e);
    if (!d->is_unread && !begin(r, x, d))
        return false;
    for (size_t i = 0; i < x->receiver_count; i++) {
        enum wait wait = list[i].wait;
        if (list[i].let_go)
            continue;
        if (wait != WAIT_WITHDRAWN && !judge_one(r, d, &list[i], &wait))
            return false;
        list[i].wait = (uint8_t)wait;
        if (wait != WAIT_NONE && !add(r, &list[i], out))
            return false;
    }
    return true;
}

static bool has_waited(const struct episode_event *x)
{
    bool any = false;
    for (size_t i = 0; i < x->receiver_count; i++)
        any |= x->receivers[i].wait != WAIT_NONE;
    return any;
}

bool run_waiting(struct run *r, const struct person *facts, struct list *out)
{
    struct episode_event *events = r->draft.events.items;
    struct doubtful d = { .facts = facts, .is_unread = facts->unread_count > 0 };
    list_init(out, sizeof(struct waiting));
    for (size_t i = 0; i < r->draft.events.count; i++) {
        struct episode_event *x = &events[i];
        if (x->receiver_count == 0)
            continue;
        d.is_doubt = !d.is_unread && !claimed_all_count(r->in->bundle, facts, x->agency);
        if ((d.is_unread || d.is_doubt || has_waited(x)) && !look_at(r, &d, x, out))
            return false;
    }
    return true;
}
