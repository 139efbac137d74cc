/* waiting.c - law 6 where nothing is known yet: what was disclosed and may still be queued waits at its
 * door when it would be held now, because of a claim in doubt or a message that nobody could read.
 *
 * It is neither stopped nor disclosed anew: whether it has left is known at the door alone. */
#include "sharing/claimed.h"
#include "sharing/decide.h"
#include "sharing/run.h"

static bool add(struct run *r, const struct receiver *x, struct list *out)
{
    struct waiting *w = list_add(r->arena, out);
    if (!w)
        return err_memory(r->e);
    *w = (struct waiting){ x->service, &x->id };
    return true;
}

/* What the doubt about claims makes of one event. */
struct doubtful {
    struct question q;
    bool is_read; /* the event itself is on file, and can be judged */
};

static bool begin(struct run *r, const struct person *facts, const struct episode_event *x,
                  struct doubtful *d)
{
    const struct event *ev = NULL;
    if (x->bytes.n && !run_reopen(r, x->bytes, &ev))
        return false;
    d->is_read = ev != NULL;
    d->q = (struct question){
        .bundle = r->in->bundle, .event = ev, .facts = facts, .arena = r->arena
    };
    return !ev || decide_begin(&d->q, r->e);
}

/* What is on file no more as a whole waits for whatever claim is in doubt. */
static bool would_be_held(struct run *r, const struct doubtful *d, uint16_t service, bool *yes)
{
    struct decision now;
    struct slice tell;
    *yes = true;
    if (!d->is_read)
        return true;
    if (!decide_for(&d->q, service, &now, &tell, r->e))
        return false;
    *yes = now.outcome == OUTCOME_HOLD &&
           (now.reason == reason_code(REASON_IDENTITY_DISAGREES) ||
            now.reason == reason_code(REASON_IDENTITY_UNVERIFIED));
    return true;
}

static bool find_doubtful(struct run *r, const struct person *facts, const struct episode_event *x,
                          struct list *out)
{
    struct doubtful d;
    if (!begin(r, facts, x, &d))
        return false;
    for (size_t i = 0; i < x->receiver_count; i++) {
        bool yes = false;
        if (x->receivers[i].let_go)
            continue;
        if (!would_be_held(r, &d, x->receivers[i].service, &yes) ||
            (yes && !add(r, &x->receivers[i], out)))
            return false;
    }
    return true;
}

static bool add_all(struct run *r, const struct episode_event *x, struct list *out)
{
    for (size_t i = 0; i < x->receiver_count; i++)
        if (!x->receivers[i].let_go && !add(r, &x->receivers[i], out))
            return false;
    return true;
}

bool run_waiting(struct run *r, const struct person *facts, struct list *out)
{
    list_init(out, sizeof(struct waiting));
    for (size_t i = 0; i < facts->event_count; i++) {
        const struct episode_event *x = &facts->events[i];
        if (x->receiver_count == 0 || facts_taken_back(facts, x))
            continue;
        if (facts->unread_count > 0 && !add_all(r, x, out))
            return false;
        if (facts->unread_count == 0 && !claimed_all_count(r->in->bundle, facts, x->agency) &&
            !find_doubtful(r, facts, x, out))
            return false;
    }
    return true;
}
