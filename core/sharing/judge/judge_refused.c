/* judge_refused.c - a refusal that comes from another key of the same person. */
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

/* Ends a hold that the refusal covers. Of a whole episode it gets a refusal of its own, for whoever reopens
 * it. *ended: whether it is covered. */
static bool end_hold(struct run *r, size_t at, const struct hold *h, bool *ended)
{
    struct refusal *x = (struct refusal *)r->draft.refusals.items + at;
    struct refusal own;
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
    } else if (!run_add_refusal(r, h, ev->view, x->by, true, &own)) {
        return false;
    }
    return run_end_hold(r, &h->event, ev, h->service, REASON_HOLD_REFUSED);
}

static bool note_refused(struct run *r, const struct refusal *said)
{
    struct list *all = &r->draft.refusals;
    const size_t at = find_same(all, said);
    const bool is_new = at == all->count;
    if (is_new && !list_put(r->arena, all, said))
        return err_memory(r->e);
    r->draft.changed |= is_new;
    struct refusal *x = (struct refusal *)all->items + at;
    if (!add_versions(r, x, said->versions) || !add_corrections(r, x))
        return false;
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

bool judge_refused(const struct judge_input *in, const struct refusal *said, struct arena *a,
                   struct judged *out, struct err *e)
{
    struct run r;
    return run_begin(&r, in, a, e) && note_refused(&r, said) && run_refusals(&r) && run_end(&r, out);
}
