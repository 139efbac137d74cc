/* editions.h - the bundles of a running program: which one was in force when.
 *
 * A bundle is in force from its stated time on, compared with the decision time (law 5), so that
 * all workers switch alike. A list that only grows at its front: reading is one atomic load and
 * needs no lock, and what has been read stays valid until the end; old generations are kept,
 * because records accepted under them may still wait. Threads: one adds, any number read. */
#ifndef CONCORDAT_SHARING_CHANGE_EDITIONS_H
#define CONCORDAT_SHARING_CHANGE_EDITIONS_H

#include <stdatomic.h>

#include "sharing/rules/bundle.h"
#include "sharing/change/pack.h"

struct edition {
    const struct bundle *bundle;
    uint64_t number;
    int64_t from_ms;
    const struct edition *earlier; /* NULL: the first */
    const struct pack *pack;       /* NULL: made by hand, for a test */
};

struct editions {
    _Atomic(const struct edition *) newest;
};

/* g is borrowed until the end; its earlier is set. */
void editions_add(struct editions *r, struct edition *g);
/* The last one added, whether it has begun or not. */
const struct edition *editions_newest(const struct editions *r);
/* Of g and those before it the one in force at that time, which is the last added of those begun;
 * the first when none had begun. */
const struct edition *editions_at(const struct edition *g, int64_t ms);
/* By the bundle's hash; NULL when there is none. */
const struct edition *editions_hashed(const struct editions *r, const uint8_t hash[HASH_BYTES]);
/* Whether a running program can go over from one to the other: the same region, partitions,
 * agencies and services in the same order, the same schemas and keys. NULL: yes; else what
 * differs. */
const char *editions_differ(const struct bundle *a, const struct bundle *b);

#endif
