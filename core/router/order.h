/* order.h - a fetched batch in the order in which the bus accepted it.
 *
 * Topics have no order among them. After a pause, all events of one agency would be decided before
 * those of the next: an event before the restriction that another agency had raised earlier. So a
 * batch is sorted by time of acceptance. Within a lane the bus's order is never changed, whatever
 * its clock did. Threads: one. */
#ifndef CONCORDAT_ROUTER_ORDER_H
#define CONCORDAT_ROUTER_ORDER_H

#include "bus/bus.h"

struct order_item {
    const struct bus_record *record;
    int64_t ms;
};
struct order_lane {
    const char *topic;
    int partition;
    int64_t ms;
};
struct order {
    struct order_item *list;
    size_t room;
    struct order_lane *lanes;
    size_t lane_count, lane_room;
};
void order_release(struct order *o);
/* list then has the n records in order. On failure (memory.limit) nothing was lost: try again. */
MUST_CHECK bool order_batch(struct order *o, const struct bus_record *batch, size_t n,
                            struct err *e);

#endif
