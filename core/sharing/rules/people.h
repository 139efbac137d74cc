/* people.h - who may act in a region, by name and key: region.yaml's `people`.
 *
 *   people:
 *     njeri-ndungu:
 *       title: Njeri Ndungu
 *       agency: wexshire-council
 *       roles: [holds, stops]
 *       key: BASE64
 *       until: 2027-03-31
 *
 * A role is what somebody may do: decide about what is held (holds), stop an agreement (stops),
 * move what waits or was set aside, and skip what is lost (operations), read the payload of it
 * (payload), extend an agreement that ends (extends). A region that names nobody is an older one,
 * or a demo: there a typed name is enough. Immutable with its bundle; any thread. Problems:
 * bundle.*. */
#ifndef CONCORDAT_SHARING_RULES_PEOPLE_H
#define CONCORDAT_SHARING_RULES_PEOPLE_H

#include "host/crypto.h"

enum people_role {
    ROLE_HOLDS,
    ROLE_STOPS,
    ROLE_OPERATIONS,
    ROLE_PAYLOAD,
    ROLE_EXTENDS,
    ROLE_COUNT
};
extern const char *const people_roles[ROLE_COUNT]; /* their names */
const char *people_role_name(enum people_role r);

struct named {
    struct slice name;     /* an id */
    struct slice title;    /* for people; empty: none */
    uint16_t agency;       /* index in the bundle */
    unsigned roles;        /* a bit a role */
    struct public_key key; /* of nobody else */
    int64_t until_ms;      /* first ms no longer */
    uint32_t line;         /* in region.yaml */
};
struct people {
    const struct named *list;
    size_t count;
};

/* NULL when there is none of that name. */
const struct named *people_named(const struct people *p, struct slice name);
bool people_person_may(const struct named *who, enum people_role r);
/* The same at a time. For an act on the bus that is when the bus took its record: the clock of
 * whoever signs it, hands it in or reads it again does not count. */
bool people_person_may_at(const struct named *who, enum people_role r, int64_t at_ms);
/* Whether anybody may. */
bool people_may(const struct people *p, enum people_role r);

#endif
