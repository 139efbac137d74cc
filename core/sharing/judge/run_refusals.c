/* run_refusals.c - tells local ids of refusals made or taken back: a refusal is for the person,
 * under whichever key (refused.h).
 *
 * Told is what differs from the facts before: a refusal that is new, or has one more version, to
 * all local ids that its agency has of the person; one that was there, to those that are new; one
 * that stands no more, as taken back. Whoever hears what it knows says nothing again, so this
 * ends. */
#include "sharing/facts/refusal.h"
#include "sharing/judge/refused.h"
#include "sharing/judge/run.h"

static const struct refusal *find_in(const struct refusal *list, size_t n,
                                     const struct refusal *like)
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
    if (slice_is_empty(local_id))
        return true;
    return list_put(r->arena, ids, &local_id) || err_memory(r->e);
}

/* Adds the local id of an event of that agency: under a local key no link tells it. */
static bool add_id_of(struct run *r, struct list *ids, struct slice agency, struct slice framed)
{
    const struct event *ev = NULL;
    if (!framed.n)
        return true;
    if (!run_reopen(r, framed, &ev))
        return false;
    if (!ev || !slice_equal(r->in->bundle->agencies[ev->agency].name, agency))
        return true;
    return add_id(r, ids, view_text(ev->view, (size_t)ev->slots->local_id));
}

static bool add_ids_of_refusals(struct run *r, struct list *ids, struct slice agency,
                                const struct refusal *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(list[i].agency, agency) && !add_id_of(r, ids, agency, list[i].bytes))
            return false;
    return true;
}

static bool has_link(const struct person *p, const struct local_link *l)
{
    for (size_t i = 0; i < p->link_count; i++)
        if (p->links[i].agency == l->agency && slice_equal(p->links[i].local_id, l->local_id))
            return true;
    return false;
}

static bool add_links(struct run *r, struct list *ids, struct slice agency, bool new_only)
{
    const struct local_link *links = r->draft.links.items;
    const struct person *before = r->in->facts;
    for (size_t i = 0; i < r->draft.links.count; i++) {
        if (new_only && has_link(before, &links[i]))
            continue;
        if (!slice_equal(r->in->bundle->agencies[links[i].agency].name, agency))
            continue;
        if (!add_id(r, ids, links[i].local_id))
            return false;
    }
    return true;
}

/* All local ids that the agency has of the person, as far as anything on file tells them. */
static bool find_ids(struct run *r, struct slice agency, struct list *ids)
{
    const struct person *before = r->in->facts;
    const struct episode_event *events = r->draft.events.items;
    const struct hold *holds = r->draft.holds.items;
    const struct list *refusals = &r->draft.refusals;
    if (!add_links(r, ids, agency, false))
        return false;
    if (!add_ids_of_refusals(r, ids, agency, before->refusals, before->refusal_count))
        return false;
    if (!add_ids_of_refusals(r, ids, agency, refusals->items, refusals->count))
        return false;
    for (size_t i = 0; i < r->draft.events.count; i++)
        if (!add_id_of(r, ids, agency, events[i].bytes))
            return false;
    for (size_t i = 0; i < r->draft.holds.count; i++)
        if (!add_id_of(r, ids, agency, holds[i].bytes))
            return false;
    return true;
}

static bool tell_ids(struct run *r, const struct refusal *x, const struct list *ids, bool stands)
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

static bool tell_person(struct run *r, const struct refusal *x, bool stands, bool new_only)
{
    struct list ids;
    list_init(&ids, sizeof(struct slice));
    bool is_found = new_only ? add_links(r, &ids, x->agency, true) : find_ids(r, x->agency, &ids);
    return is_found && tell_ids(r, x, &ids, stands);
}

bool run_tell_over(struct run *r, const struct refusal *x, struct slice local_id)
{
    const struct list one = { .items = &local_id, .count = 1 };
    return tell_ids(r, x, &one, false);
}

bool run_refusals(struct run *r)
{
    const struct person *before = r->in->facts;
    const struct refusal *now = r->draft.refusals.items;
    for (size_t i = 0; i < r->draft.refusals.count; i++) {
        const struct refusal *was = find_in(before->refusals, before->refusal_count, &now[i]);
        bool stands = !refusal_is_over(&now[i]);
        bool stood = was && !refusal_is_over(was);
        bool is_known = stood && was->versions.n == now[i].versions.n;
        bool is_told = true;
        if (stands)
            is_told = tell_person(r, &now[i], true, is_known);
        else if (stood)
            is_told = tell_person(r, was, false, false);
        if (!is_told)
            return false;
    }
    return true;
}
