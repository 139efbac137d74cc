/* order.c - sorts by time of acceptance, taking a time that went back within a lane for the latest
 * of that lane. */
#include "router/order.h"

#include <stdlib.h>

void order_release(struct order *o)
{
    mem_free(o->list);
    mem_free(o->lanes);
    *o = (struct order){ .list = NULL };
}

/* The lane of r, made when it is new. Batches mostly come lane by lane, so the last lane is looked
 * at first. */
static struct order_lane *order_lane_of(struct order *o, const struct bus_record *r)
{
    for (size_t i = o->lane_count; i-- > 0;) {
        struct order_lane *l = &o->lanes[i];
        if (l->partition != r->partition)
            continue;
        if (l->topic == r->topic || strcmp(l->topic, r->topic) == 0)
            return l;
    }
    void *lanes = o->lanes;
    if (!mem_room(&lanes, &o->lane_room, o->lane_count, sizeof *o->lanes))
        return NULL;
    o->lanes = lanes;
    o->lanes[o->lane_count] = (struct order_lane){ r->topic, r->partition, INT64_MIN };
    return &o->lanes[o->lane_count++];
}

/* Records of one time stay in the order of the batch. */
static int by_time(const void *x, const void *y)
{
    const struct order_item *a = x, *b = y;
    if (a->ms != b->ms)
        return a->ms < b->ms ? -1 : 1;
    return (a->record > b->record) - (a->record < b->record);
}

bool order_batch(struct order *o, const struct bus_record *batch, size_t n, struct err *e)
{
    o->lane_count = 0;
    while (o->room < n) {
        void *list = o->list;
        if (!mem_room(&list, &o->room, o->room, sizeof *o->list))
            return err_memory(e);
        o->list = list;
    }
    for (size_t i = 0; i < n; i++) {
        struct order_lane *l = order_lane_of(o, &batch[i]);
        if (!l)
            return err_memory(e);
        if (batch[i].accepted_ms > l->ms)
            l->ms = batch[i].accepted_ms;
        o->list[i] = (struct order_item){ &batch[i], l->ms };
    }
    if (n > 1)
        qsort(o->list, n, sizeof *o->list, by_time);
    return true;
}
