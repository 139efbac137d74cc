/* run_refusals.c - which local ids must hear of what was refused, or taken back: a refusal is for the person,
 * under whichever key (refused.h).
 *
 * Told is what differs from the facts before: a refusal that is new, or has one more version, to all local
 * ids that its agency has of the person; one that was there, to those that are new; one that is there no
 * more, as taken back. Whoever hears what it knows says nothing again, so this ends. */
#include "sharing/judge/refused.h"
#include "sharing/judge/run.h"

static const struct refusal *find(const struct refusal *list, size_t n, const struct refusal *like)
{
    for (size_t i = 0; i < n; i++)
        if (refused_is_same(&list[i], like))
            return &list[i];
    return NULL;
}

static bool add_id(struct run *r, struct list *ids, struct slice local_id)
{
    const struct slice *list = ids->items;
    for (size_t i = 0; i < ids->count; i++)
        if (slice_equal(list[i], local_id))
            return true;
    return slice_is_empty(local_id) || list_put(r->arena, ids, &local_id) || err_memory(r->e);
}

/* That of an event: under a local key no link tells it. */
static bool add_id_of(struct run *r, struct list *ids, struct slice agency, struct slice framed)
{
    const struct event *ev = NULL;
    if (!framed.n)
        return true;
    if (!run_reopen(r, framed, &ev))
        return false;
    return !ev || !slice_equal(r->in->bundle->agencies[ev->agency].name, agency) ||
           add_id(r, ids, view_text(ev->view, (size_t)ev->slots->local_id));
}

static bool add_ids_of_refusals(struct run *r, struct list *ids, struct slice agency,
                                const struct refusal *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(list[i].agency, agency) && !add_id_of(r, ids, agency, list[i].bytes))
            return false;
    return true;
}

static bool add_links(struct run *r, struct list *ids, struct slice agency, bool new_only)
{
    const struct local_link *links = r->draft.links.items;
    const struct person *before = r->in->facts;
    for (size_t i = 0; i < r->draft.links.count; i++) {
        bool was = false;
        for (size_t j = 0; new_only && j < before->link_count; j++)
            was |= before->links[j].agency == links[i].agency &&
                   slice_equal(before->links[j].local_id, links[i].local_id);
        if (!was && slice_equal(r->in->bundle->agencies[links[i].agency].name, agency) &&
            !add_id(r, ids, links[i].local_id))
            return false;
    }
    return true;
}

/* All that the agency has of the person, as far as anything on file says it. */
static bool find_ids(struct run *r, struct slice agency, struct list *ids)
{
    const struct person *before = r->in->facts;
    const struct episode_event *events = r->draft.events.items;
    const struct hold *holds = r->draft.holds.items;
    if (!add_links(r, ids, agency, false) ||
        !add_ids_of_refusals(r, ids, agency, before->refusals, before->refusal_count) ||
        !add_ids_of_refusals(r, ids, agency, r->draft.refusals.items, r->draft.refusals.count))
        return false;
    for (size_t i = 0; i < r->draft.events.count; i++)
        if (!add_id_of(r, ids, agency, events[i].bytes))
            return false;
    for (size_t i = 0; i < r->draft.holds.count; i++)
        if (!add_id_of(r, ids, agency, holds[i].bytes))
            return false;
    return true;
}

static bool tell(struct run *r, const struct refusal *x, const struct list *ids, bool stands)
{
    const struct slice *list = ids->items;
    for (size_t i = 0; i < ids->count; i++) {
        const struct refused one = { .x = *x,
                                     .local_id = list[i],
                                     .reopened_by = stands ? SLICE("") : r->reopened_by,
                                     .by_two = !stands && r->by_two };
        struct link_out out;
        if (!refused_encode(r->in, r->arena, &one, &out, r->e))
            return false;
        if (out.bytes.n && !list_put(r->arena, &r->links, &out))
            return err_memory(r->e);
    }
    return true;
}

static bool tell_all(struct run *r, const struct refusal *x, bool stands, bool new_only)
{
    struct list ids;
    list_init(&ids, sizeof(struct slice));
    return (new_only ? add_links(r, &ids, x->agency, true) : find_ids(r, x->agency, &ids)) &&
           tell(r, x, &ids, stands);
}

bool run_refusals(struct run *r)
{
    const struct person *before = r->in->facts;
    const struct refusal *now = r->draft.refusals.items;
    const size_t n = r->draft.refusals.count;
    for (size_t i = 0; i < n; i++) {
        const struct refusal *was = find(before->refusals, before->refusal_count, &now[i]);
        bool is_known = was && was->versions.n == now[i].versions.n;
        if (!tell_all(r, &now[i], true, is_known))
            return false;
    }
    for (size_t i = 0; i < before->refusal_count; i++)
        if (!find(now, n, &before->refusals[i]) && !tell_all(r, &before->refusals[i], false, false))
            return false;
    return true;
}
