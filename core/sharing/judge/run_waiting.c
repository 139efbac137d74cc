/* run_waiting.c - law 6 while something is in doubt: a disclosure that may still be queued waits at
 * its door when it would be held now, because of a claim in doubt or a message that nobody could
 * read.
 *
 * It is neither stopped nor disclosed anew: only the door knows whether it has left. Each receiver
 * notes that it waits. When the doubt is over it is judged as a held event would be. Where nothing
 * lets it go any more it is withdrawn for good, and may be disclosed anew when a gate opens. */
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
        if (x->receiver_count == 0)
            continue;
        struct receiver *list = run_own_receivers(r, x);
        if (!list)
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
    bool is_unread;                 /* something could not be read */
    bool is_doubt;                  /* a claim does not count for it */
    bool is_own;                    /* q is of the event itself, not of the last one like it */
};

/* Asks what decides about x: x itself, or, without its bytes, the last event like it. Many in a row
 * are judged by the same event, which is asked once. */
static bool begin_question(struct run *r, const struct episode_event *x, struct doubtful *d)
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

/* An event without its bytes waits for any claim in doubt. It is withdrawn when nothing lets the
 * last event like it go; where there is none, when nobody names its service any more. */
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
    if (now->outcome != OUTCOME_HOLD)
        return WAIT_NONE;
    bool is_claim = now->reason == reason_code(REASON_IDENTITY_DISAGREES) ||
                    now->reason == reason_code(REASON_IDENTITY_UNVERIFIED);
    return is_claim ? WAIT_CLAIM : WAIT_NONE;
}

static bool judge_one(struct run *r, const struct doubtful *d, const struct receiver *x,
                      enum wait *out)
{
    struct decision now;
    struct slice tell;
    if (d->is_unread) {
        *out = x->wait == WAIT_CLAIM ? WAIT_CLAIM : WAIT_UNREAD;
        return true;
    }
    if (!d->by) {
        *out = judge_gone(d, x);
        return true;
    }
    if (!decide_for(&d->q, x->service, &now, &tell, r->e))
        return false;
    *out = judge_by(d, &now, x);
    return true;
}

static bool add_waiting(struct run *r, const struct receiver *x, struct list *out)
{
    const struct waiting w = { x->service, &x->id };
    return list_put(r->arena, out, &w) || err_memory(r->e);
}

static bool look_at_event(struct run *r, struct doubtful *d, struct episode_event *x,
                          struct list *out)
{
    struct receiver *list = run_own_receivers(r, x);
    if (!list)
        return err_memory(r->e);
    if (!d->is_unread && !begin_question(r, x, d))
        return false;
    for (size_t i = 0; i < x->receiver_count; i++) {
        enum wait wait = list[i].wait;
        if (list[i].let_go)
            continue;
        if (wait != WAIT_WITHDRAWN && !judge_one(r, d, &list[i], &wait))
            return false;
        list[i].wait = (uint8_t)wait;
        if (wait != WAIT_NONE && !add_waiting(r, &list[i], out))
            return false;
    }
    return true;
}

static bool has_waited(const struct episode_event *x)
{
    for (size_t i = 0; i < x->receiver_count; i++)
        if (x->receivers[i].wait != WAIT_NONE)
            return true;
    return false;
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
        bool may_wait = d.is_unread || d.is_doubt || has_waited(x);
        if (may_wait && !look_at_event(r, &d, x, out))
            return false;
    }
    return true;
}
