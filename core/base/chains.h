/* chains.h - a hash table of chains, over items that are kept elsewhere.
 *
 * An item has a link as its first member, and owns it. Several items may have one hash: the caller
 * compares. Owns its table, which grows with its items. Threads: one. */
#ifndef CONCORDAT_BASE_CHAINS_H
#define CONCORDAT_BASE_CHAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct chain_link {
    struct chain_link *next;
    uint64_t hash;
};
struct chains {
    struct chain_link **heads;
    size_t room, count;
};

/* False: without memory; nothing is added. */
MUST_CHECK bool chains_add(struct chains *c, struct chain_link *l, uint64_t hash);
/* The first of that hash, or NULL; and the next of the same. */
struct chain_link *chains_first(const struct chains *c, uint64_t hash);
struct chain_link *chains_next(const struct chain_link *l);
/* l is in c. */
void chains_remove(struct chains *c, const struct chain_link *l);
void chains_release(struct chains *c);

#endif
