/* judge_refused.c - a refusal that comes from another key of the same person. */
#include "sharing/facts/refusal.h"
#include "sharing/judge/refused.h"
#include "sharing/judge/run.h"

/* The number of that refusal in the list; its count: it is not there. */
static size_t find_same(const struct list *refusals, const struct refusal *like)
{
    const struct refusal *list = refusals->items;
    size_t i = 0;
    while (i < refusals->count && !refused_is_same(&list[i], like))
        i++;
    return i;
}

static bool add_version(struct run *r, struct refusal *x, const struct event_id *id)
{
    if (refusal_has(x, id))
        return true;
    r->draft.changed = true;
    return refusal_add_version(r->arena, x, id, r->e);
}

static bool add_versions(struct run *r, struct refusal *x, struct slice ids)
{
    struct event_id id;
    for (size_t at = 0; at + ID_BYTES <= ids.n; at += ID_BYTES) {
        memcpy(id.b, ids.p + at, ID_BYTES);
        if (!add_version(r, x, &id))
            return false;
    }
    return true;
}

static bool is_correction_of(const struct run *r, const struct episode_event *ev,
                             const struct refusal *x)
{
    if (!event_id_is_set(&ev->original) || !refusal_has(x, &ev->original))
        return false;
    return slice_equal(r->in->bundle->agencies[ev->agency].name, x->agency);
}

/* Adds corrections that came here before the refusal did, and corrections of those. */
static bool add_corrections(struct run *r, struct refusal *x)
{
    const struct episode_event *events = r->draft.events.items;
    size_t before;
    do {
        before = x->versions.n;
        for (size_t i = 0; i < r->draft.events.count; i++)
            if (is_correction_of(r, &events[i], x) && !add_version(r, x, &events[i].id))
                return false;
    } while (x->versions.n > before);
    return true;
}

/* By the same act. as: the list that it stands in may move. */
static bool add_own(struct run *r, const struct hold *h, const struct view *v,
                    const struct refusal as)
{
    struct refusal own;
    return run_add_refusal(r, h, v, &as, &own);
}

/* What waits here and is covered: of an episode a refusal of its own, for whoever reopens it. */
static bool end_hold(struct run *r, size_t at, const struct hold *h, bool *ended)
{
    struct refusal *x = (struct refusal *)r->draft.refusals.items + at;
    const struct person only = { .refusals = x, .refusal_count = 1 };
    const struct event *ev = NULL;
    if (!run_reopen(r, h->bytes, &ev))
        return false;
    *ended = ev && refusal_against(r->in->bundle, &only, ev, h->service);
    if (!*ended)
        return true;
    if (!x->is_whole_episode) {
        x->bytes = h->bytes;
        if (!add_version(r, x, &ev->id))
            return false;
    } else if (!add_own(r, h, ev->view, *x)) {
        return false;
    }
    return run_end_hold(r, &h->event, ev, h->service, REASON_HOLD_REFUSED);
}

static bool end_holds(struct run *r, size_t at)
{
    for (size_t i = 0; i < r->draft.holds.count;) {
        const struct hold h = ((const struct hold *)r->draft.holds.items)[i];
        bool ended = false;
        if (!end_hold(r, at, &h, &ended))
            return false;
        if (!ended)
            i++;
    }
    return true;
}

static bool put(struct run *r, const struct refusal *x)
{
    r->draft.changed = true;
    return list_put(r->arena, &r->draft.refusals, x) || err_memory(r->e);
}

static bool note_refused(struct run *r, const struct refused *said)
{
    struct list *all = &r->draft.refusals;
    const size_t at = find_same(all, &said->x);
    if (at == all->count && !put(r, &said->x))
        return false;
    struct refusal *x = (struct refusal *)all->items + at;
    if (!refusal_is_over(x))
        return add_versions(r, x, said->x.versions) && add_corrections(r, x) && end_holds(r, at);
    r->reopened_by = x->by;
    r->by_two = x->first_by.n > 0;
    return run_tell_over(r, &said->x, said->local_id);
}

bool judge_refused(const struct judge_input *in, const struct refused *said, struct arena *a,
                   struct judged *out, struct err *e)
{
    struct run r;
    return run_begin(&r, in, a, e) && note_refused(&r, said) && run_refusals(&r) &&
           run_end(&r, out);
}

bool judge_refused_late(const struct judge_input *in, const struct refused *said, struct arena *a,
                        struct judged *out, struct err *e)
{
    struct run r;
    const struct refusal over = refusal_over(&said->x, said->reopened_by, said->by_two);
    return run_begin(&r, in, a, e) && put(&r, &over) && run_end(&r, out);
}
