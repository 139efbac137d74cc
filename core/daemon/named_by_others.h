/* named_by_others.h - agencies of this site for which a bundle that it refused says who approves
 * first (pack.first), and whether the router goes by that all the same.
 *
 * Then what such an agency publishes would be decided by the word of others: its feeds take what
 * they are sent and publish nothing, until this site and the router go by one bundle again. Asked
 * of sites without the router alone, which has refused it too where it lies here. Owner: the
 * keeper, on its own thread. */
#ifndef CONCORDAT_DAEMON_NAMED_BY_OTHERS_H
#define CONCORDAT_DAEMON_NAMED_BY_OTHERS_H

#include "control/states.h"
#include "site/site.h"

struct named_agency {
    struct named_agency *next;
    struct slice agency;
};
struct named_by_others {
    struct arena *a;            /* agencies live here, and what parts say */
    struct named_agency *first; /* NULL: none */
    struct states_from from;
    struct part_states states;
    bool is_open; /* from is */
    bool stands;  /* the router goes by a bundle that this site has not taken */
    int64_t looked_ns;
};

/* g was refused. False without memory. */
MUST_CHECK bool named_note(struct named_by_others *n, const struct site *s, const struct bundle *g);
/* g was taken. An agency is forgotten when g says who approves for it. A bundle that does not say
 * so ends nothing, for the router may still go by the one that was refused. */
void named_took(struct named_by_others *n, const struct bundle *g);
/* Whether the router has said that it goes by the bundle of that hash. */
bool named_is_the_routers(const struct part_states *states, const uint8_t hash[HASH_BYTES]);
/* The number of the bundle that the router goes by; 0: it has not said. */
uint64_t named_routers_number(const struct part_states *states);
/* Reads what the router says; at most once a second unless at_once. */
MUST_CHECK bool named_look(struct named_by_others *n, const struct site *s, struct bus *b,
                           bool at_once, struct err *e);
/* Whether what that agency publishes would be decided by the word of others; then why says so. */
bool named_stands(const struct named_by_others *n, struct slice agency, struct err *why);
void named_close(struct named_by_others *n);

#endif
