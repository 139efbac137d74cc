/* router_skip.c - the router's positions behind what the topics still have. */
#include "router/router.h"

/* The committed positions, before the join moved any. */
static bool add_gap(const struct router_options *o, struct router_gaps *g, const char *topic,
                    int partition, struct arena *a, struct err *e)
{
    struct bus_position at;
    struct bus_end end;
    if (!bus_committed(g->worker, topic, partition, a, &at, e) ||
        !bus_end(o->bus, topic, partition, &end, e))
        return false;
    if (at.next < end.first)
        g->list[g->count++] = (struct router_gap){ topic, partition, at.next, end.first };
    return true;
}

bool router_find_gaps(const struct router_options *o, struct arena *a, struct router_gaps *out,
                      struct err *e)
{
    const char **topics = NULL;
    int partitions = o->bundle->partitions;
    size_t n = 0;
    *out = (struct router_gaps){ .worker = NULL };
    if (!router_topics(o->bundle, a, &topics, e))
        return false;
    while (topics[n])
        n++;
    out->list = ARENA_ARRAY(a, n * (size_t)partitions, struct router_gap);
    if (!out->list)
        return err_memory(e);
    const struct bus_join how = {
        .id = o->worker, .topics = topics, .partitions = partitions, .past_gaps = true
    };
    bool good = bus_join(o->bus, &how, &out->worker, e);
    for (size_t i = 0; good && i < n; i++)
        for (int p = 0; good && p < partitions; p++)
            good = add_gap(o, out, topics[i], p, a, e);
    if (!good)
        router_leave_gaps(out);
    return good;
}

bool router_skip_gaps(struct router_gaps *g, struct err *e)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct router_gap *one = &g->list[i];
        const struct bus_position to = {
            .topic = one->topic, .partition = one->partition, .next = one->to, .note = SLICE("")
        };
        if (!bus_commit(g->worker, NULL, 0, &to, 1, e))
            return false;
    }
    return true;
}

void router_leave_gaps(struct router_gaps *g)
{
    bus_leave(&g->worker);
}
