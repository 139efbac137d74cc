/* orders.h - bundles on `control`: the order to take one up, and what each part says of it.
 *
 * Orders carry the whole packed bundle, so that every host gets the same bytes by the bus alone;
 * its signatures, not the order, say whether it is to be trusted. Errors: order.* and those of the
 * bus. */
#ifndef CONCORDAT_CLI_ORDERS_H
#define CONCORDAT_CLI_ORDERS_H

#include "bus/bus.h"
#include "bus/topics.h"
#include "site/site.h"

/* Orders and states all stand in this partition of control, in one order. */
#define ORDERS_PARTITION 0

struct bundle_order {
    uint64_t number;
    uint8_t hash[HASH_BYTES];
    int64_t from_ms, at_ms;
    struct slice by, file; /* file: the packed bundle */
};
struct bundle_state {
    struct slice part, agency; /* "router", "feed:NAME", "delivery:NAME" */
    struct slice outcome;      /* "taken", "refused", "restart" */
    struct slice code;
    uint64_t number;
    uint8_t hash[HASH_BYTES];
    int64_t at_ms;
};

MUST_CHECK bool order_encode(const struct catalogue *c, const struct bundle_order *o,
                             struct buf *out, struct err *e);
MUST_CHECK bool state_encode(const struct catalogue *c, const struct bundle_state *s,
                             struct buf *out, struct err *e);
MUST_CHECK bool orders_publish(struct bus *b, struct slice framed, struct err *e);

enum order_kind { ORDER_OTHER, ORDER_BUNDLE, ORDER_STATE };
struct order_read {
    enum order_kind kind;
    struct bundle_order order;
    struct bundle_state state;
};
/* Whatever is neither, or cannot be read, is ORDER_OTHER. Borrows framed and a. */
void order_read(const struct catalogue *c, struct arena *a, struct slice framed,
                struct order_read *out);

/* The last state of each part, as read. */
struct part_states {
    struct arena *a; /* copies live here */
    struct part_state {
        struct part_state *next;
        struct bundle_state state;
    } * first;
};
/* False without memory. */
MUST_CHECK bool states_put(struct part_states *l, const struct bundle_state *s);
const struct bundle_state *states_get(const struct part_states *l, struct slice agency,
                                      struct slice part);
/* Reads control from its beginning to its end. */
MUST_CHECK bool states_read(struct part_states *l, struct bus *b, const struct catalogue *c,
                            struct err *e);

/* The parts of a site: name and agency, one a call, *at from 0; false after the last. */
struct site_part {
    struct slice part, agency;
};
bool site_part_next(const struct site *s, struct arena *a, size_t *at, struct site_part *out);

#endif
