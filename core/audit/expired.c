/* expired.c - counts what can be compared no longer. */
#include "audit/expired.h"

static struct audit_expired *find_topic(struct expired_list *l, struct slice topic)
{
    for (size_t i = 0; i < l->count; i++)
        if (slice_equal(l->list[i].topic, topic))
            return &l->list[i];
    struct audit_expired *grown = arena_grow(l->a, l->list, &l->room, l->count, sizeof *grown);
    struct slice name = arena_copy(l->a, topic);
    if (!grown || !name.p)
        return NULL;
    l->list = grown;
    grown[l->count] =
        (struct audit_expired){ .topic = name, .first_ms = INT64_MAX, .last_ms = INT64_MIN };
    return &grown[l->count++];
}

bool expired_add(struct expired_list *l, struct slice topic, int64_t at_ms, struct err *e)
{
    struct audit_expired *one = find_topic(l, topic);
    if (!one)
        return err_memory(e);
    one->count++;
    if (at_ms < one->first_ms)
        one->first_ms = at_ms;
    if (at_ms > one->last_ms)
        one->last_ms = at_ms;
    return true;
}
