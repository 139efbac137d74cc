/* orders.h - bundles on the bus: the order to take one up, and how what parts say of it is read.
 *
 * Orders, on `control`, carry the whole packed bundle, so that every host gets the same bytes by
 * the bus alone; its signatures, not the order, say whether it is to be trusted. Errors: order.*
 * and those of the bus. */
#ifndef CONCORDAT_CONTROL_ORDERS_H
#define CONCORDAT_CONTROL_ORDERS_H

#include "bus/bus.h"
#include "base/ids.h"
#include "bus/topics.h"
#include "host/crypto.h"
#include "record/catalogue.h"

/* Orders, and states, all stand in this partition of their topics, in one order. */
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

MUST_CHECK bool orders_encode(const struct catalogue *c, const struct bundle_order *o,
                              struct buf *out, struct err *e);
/* *at_ms: when the bus took it, by which it is judged. */
MUST_CHECK bool orders_publish(struct bus *b, struct slice framed, int64_t *at_ms, struct err *e);

enum order_kind { ORDER_OTHER, ORDER_BUNDLE, ORDER_STATE };
struct order_read {
    enum order_kind kind;
    struct bundle_order order;
    struct bundle_state state;
};
/* Whatever is neither, or cannot be read, is ORDER_OTHER. Borrows framed and a. */
void orders_read(const struct catalogue *c, struct arena *a, struct slice framed,
                 struct order_read *out);

/* What orders and states have in common on the bus (states.c): the schema of that name, or
 * order.schema; number and hash; a record of their partition. */
#define ORDER_FORM_VERSION 1
const struct schema *orders_schema(const struct catalogue *c, struct slice name, struct err *e);
void orders_put_number(struct buf *out, uint64_t number, const uint8_t hash[HASH_BYTES]);
struct bus_record orders_record(const char *topic, struct slice framed);

#endif
