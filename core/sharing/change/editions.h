/* editions.h - the bundles of a running program: which one was in force when.
 *
 * A bundle is in force from the time that it states, which is compared with the decision time (law
 * 5), so that all workers switch alike. The list grows at its front alone. Reading it takes one
 * atomic load and no lock. An edition stays valid until the program ends, because records that were
 * accepted under it may still wait.
 * Threads: one adds, any number read. */
#ifndef CONCORDAT_SHARING_CHANGE_EDITIONS_H
#define CONCORDAT_SHARING_CHANGE_EDITIONS_H

#include <stdatomic.h>

#include "sharing/rules/bundle.h"
#include "sharing/change/pack.h"

struct edition {
    const struct bundle *bundle;
    uint64_t number; /* the generation: its number on this host */
    int64_t from_ms;
    const struct edition *earlier; /* NULL: this is the first */
    const struct pack *pack;       /* NULL: a test made the bundle without one */
};

struct editions {
    _Atomic(const struct edition *) newest;
};

/* Adds x in front and sets its `earlier`. Borrows x until the program ends. */
void editions_add(struct editions *list, struct edition *x);
/* The edition added last, whether it has begun or not. NULL: none was added. */
const struct edition *editions_newest(const struct editions *list);
/* The newest edition, from x backwards, that has begun at that time; if none has, the oldest. */
const struct edition *editions_at(const struct edition *x, int64_t ms);
/* The newest edition whose bundle has that hash; NULL: there is none. */
const struct edition *editions_hashed(const struct editions *list, const uint8_t hash[HASH_BYTES]);
/* Why a running program cannot go over from a to b: a phrase that names what differs. NULL: it can,
 * since region, partitions, agencies, services (in the same order), schemas and keys are the same.
 */
const char *editions_differ(const struct bundle *a, const struct bundle *b);

#endif
