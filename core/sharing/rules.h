/* rules.h - the bundles of a running program: which one was in force when.
 *
 * A bundle is in force from its stated time on, compared with the decision time (law 5), so that
 * all workers switch alike. A list that only grows at its front: reading is one atomic load and
 * needs no lock, and what has been read stays valid until the end; old generations are kept,
 * because records accepted under them may still wait. Threads: one adds, any number read. */
#ifndef CONCORDAT_SHARING_RULES_H
#define CONCORDAT_SHARING_RULES_H

#include <stdatomic.h>

#include "sharing/bundle.h"
#include "sharing/pack.h"

struct edition {
    const struct bundle *bundle;
    uint64_t number;
    int64_t from_ms;
    const struct edition *earlier; /* NULL: the first */
    const struct pack *pack;       /* NULL: made by hand, for a test */
};

struct rules {
    _Atomic(const struct edition *) newest;
};

/* g is borrowed until the end; its earlier is set. */
void rules_add(struct rules *r, struct edition *g);
/* The last one added, whether it has begun or not. */
const struct edition *rules_newest(const struct rules *r);
/* Of g and those before it the one in force at that time, which is the last added of those begun;
 * the first when none had begun. */
const struct edition *rules_at(const struct edition *g, int64_t ms);
/* By the bundle's hash; NULL when there is none. */
const struct edition *rules_hashed(const struct rules *r, const uint8_t hash[HASH_BYTES]);
/* Whether a running program can go over from one to the other: the same region, partitions,
 * agencies and services in the same order, the same schemas and keys. NULL: yes; else what differs. */
const char *rules_differ(const struct bundle *a, const struct bundle *b);

#endif
