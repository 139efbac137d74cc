/* states.h - which bundle each part says that it goes by.
 *
 * States are not signed. They stand on a topic that only the part's agency writes
 * (`states.AGENCY`; `states` for the router), and count for parts of that agency only. Errors:
 * order.schema and those of the bus. */
#ifndef CONCORDAT_CONTROL_STATES_H
#define CONCORDAT_CONTROL_STATES_H

#include "control/orders.h"
#include "sharing/rules/bundle.h"

MUST_CHECK bool states_encode(const struct catalogue *c, const struct bundle_state *s,
                              struct buf *out, struct err *e);
/* On the topic of that agency. */
MUST_CHECK bool states_publish(struct bus *b, struct slice agency, struct slice framed,
                               struct err *e);

struct part_state {
    struct part_state *next;
    struct bundle_state state, refused;
};
/* The last states of each part: the bundle it goes by (outcome empty: it never said), and the
 * bundle it refused last. A refusal does not change what it goes by. */
struct part_states {
    struct arena *a;          /* copies live here */
    struct part_state *first; /* sorted: feeds, routers, deliveries; by name, then agency */
};
/* False without memory. */
MUST_CHECK bool states_put(struct part_states *l, const struct bundle_state *s);
/* The bundle the part goes by, or its refusal when it refused the bundle of that hash (NULL: no
 * matter). NULL: there is no such part. */
const struct bundle_state *states_get(const struct part_states *l, struct slice agency,
                                      struct slice part, const uint8_t *hash);
struct states_topic {
    struct bus_reader *reader; /* NULL: there is no such topic yet */
    struct slice agency;
};
/* Reads what parts say, more each time. */
struct states_from {
    struct states_topic *list;
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

#endif
