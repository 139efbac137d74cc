/* orders.h - bundles on the bus: the order to take one up, and what each part says of it.
 *
 * Orders, on `control`, carry the whole packed bundle, so that every host gets the same bytes by the
 * bus alone; its signatures, not the order, say whether it is to be trusted. What parts say nobody
 * signs: it stands on a topic that their agency alone writes (`states.AGENCY`; `states` of the region's
 * own), and counts for parts of that agency only. Errors: order.* and those of the
 * bus. */
#ifndef CONCORDAT_CLI_ORDERS_H
#define CONCORDAT_CLI_ORDERS_H

#include "bus/bus.h"
#include "bus/topics.h"
#include "site/site.h"

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

MUST_CHECK bool order_encode(const struct catalogue *c, const struct bundle_order *o,
                             struct buf *out, struct err *e);
MUST_CHECK bool state_encode(const struct catalogue *c, const struct bundle_state *s,
                             struct buf *out, struct err *e);
/* *at_ms: when the bus took it, by which it is judged. */
MUST_CHECK bool orders_publish(struct bus *b, struct slice framed, int64_t *at_ms, struct err *e);
/* On the topic of that agency. */
MUST_CHECK bool states_publish(struct bus *b, struct slice agency, struct slice framed,
                               struct err *e);

enum order_kind { ORDER_OTHER, ORDER_BUNDLE, ORDER_STATE };
struct order_read {
    enum order_kind kind;
    struct bundle_order order;
    struct bundle_state state;
};
/* Whatever is neither, or cannot be read, is ORDER_OTHER. Borrows framed and a. */
void order_read(const struct catalogue *c, struct arena *a, struct slice framed,
                struct order_read *out);

/* What each part said last: what it goes by (outcome empty: it never said), and what it refused, which
 * changes nothing of that. */
struct part_states {
    struct arena *a; /* copies live here */
    struct part_state {
        struct part_state *next;
        struct bundle_state state, refused;
    } * first;
};
/* False without memory. */
MUST_CHECK bool states_put(struct part_states *l, const struct bundle_state *s);
/* What it goes by, or, when it refused that very bundle, the refusal; hash NULL: what it goes by. NULL:
 * there is no such part. */
const struct bundle_state *states_get(const struct part_states *l, struct slice agency,
                                      struct slice part, const uint8_t *hash);
/* Reads what parts say, more each time. */
struct states_from {
    struct states_topic {
        struct bus_reader *reader; /* NULL: there is no such topic yet */
        struct slice agency;
    } * list;
    size_t count;
    const struct catalogue *catalogue;
    struct arena work;
};
/* g: whose agencies; b and g are borrowed. */
MUST_CHECK bool states_open(struct states_from *f, struct bus *b, const struct bundle *g,
                            struct err *e);
/* To the end as it is now; a state of another agency than its topic's is passed over. */
MUST_CHECK bool states_more(struct states_from *f, struct part_states *l, struct err *e);
void states_close(struct states_from *f);
/* All of it once. */
MUST_CHECK bool states_read(struct part_states *l, struct bus *b, const struct bundle *g,
                            struct err *e);

/* The parts of a site: name and agency, one a call, *at from 0; false after the last. */
struct site_part {
    struct slice part, agency;
};
bool site_part_next(const struct site *s, struct arena *a, size_t *at, struct site_part *out);

#endif
