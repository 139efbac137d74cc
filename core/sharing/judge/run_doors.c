/* run_doors.c - law 6: the doors that must hear of this event, and the agencies that get their own
 * new ids. */
#include "sharing/judge/run.h"

/* Everybody who has something of this subject, or is in a relationship with it. */
static void find_doors(const struct person *p, struct services *out)
{
    for (size_t i = 0; i < p->event_count; i++)
        for (size_t j = 0; j < p->events[i].receiver_count; j++)
            services_add(out, p->events[i].receivers[j].service);
    for (size_t i = 0; i < p->relationship_count; i++)
        if (p->relationships[i].is_open)
            services_add(out, p->relationships[i].with);
}

bool run_doors(struct run *r)
{
    struct services doors = { { 0 } };
    struct person facts;
    struct list waiting;
    if (!r->draft.doors)
        return true;
    draft_view(&r->draft, &facts);
    find_doors(&facts, &doors);
    r->draft.notices++;
    facts.notices = r->draft.notices;
    r->draft.changed = true;
    if (!run_waiting(r, &facts, &waiting))
        return false;
    for (size_t i = 0; i < r->in->bundle->service_count; i++) {
        if (!services_have(&doors, (unsigned)i))
            continue;
        struct notice *item = list_add(r->arena, &r->notices);
        if (!item)
            return err_memory(r->e);
        if (!project_notice(r->in, r->arena, &facts, &r->event, &waiting, (uint16_t)i, item, r->e))
            return false;
    }
    return true;
}

static bool was_linked(const struct person *before, const struct local_link *l)
{
    for (size_t i = 0; i < before->link_count; i++) {
        const struct local_link *was = &before->links[i];
        if (was->agency == l->agency && slice_equal(was->local_id, l->local_id))
            return true;
    }
    return false;
}

bool run_links(struct run *r)
{
    const struct bundle *b = r->in->bundle;
    const struct local_link *links = r->draft.links.items;
    for (size_t i = 0; i < r->draft.links.count; i++) {
        if (was_linked(r->in->facts, &links[i]))
            continue;
        const struct agency *agency = &b->agencies[links[i].agency];
        for (uint16_t s = 0; s < agency->service_count; s++) {
            struct link_out *item = list_add(r->arena, &r->links);
            if (!item)
                return err_memory(r->e);
            if (!project_link(r->in, r->arena, &r->event, links[i].local_id,
                              (uint16_t)(agency->first_service + s), item, r->e))
                return false;
        }
    }
    return true;
}
