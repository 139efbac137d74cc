/* memory.h - what one partition knows, in memory: encoded bytes by 16-byte keys (persons, marks).
 *
 * Two tables. `base` holds what is committed, `over` what the transaction at hand has changed;
 * reading asks `over` first. Nothing uncommitted ever reaches the base: its owner calls
 * memory_ready before the commit, then memory_merge, or memory_drop where the commit failed. So
 * nothing can fail after a commit.
 * Threads: one. Errors: memory.limit (ERR_RETRY), nothing changed. */
#ifndef CONCORDAT_STEP_MEMORY_H
#define CONCORDAT_STEP_MEMORY_H

#include "base/err.h"
#include "base/ids.h"

struct memory_slot {
    uint8_t key[ID_BYTES];
    uint8_t *bytes; /* owned; NULL: the slot is free */
    size_t n;
};
struct memory_table {
    struct memory_slot *slots;
    size_t room, count;
};
struct memory {
    struct memory_table base, over;
};

/* What is to be put. bytes are of mem_alloc, and belong to whoever has the change until they are
 * put; NULL: no change. */
struct memory_change {
    uint8_t key[ID_BYTES], *bytes;
    size_t n;
};

/* All zeros is an empty memory. */
void memory_release(struct memory *s);

/* The bytes under key; empty when there are none. Borrowed until the next put, merge or drop. */
struct slice memory_get(const struct memory *s, const uint8_t key[ID_BYTES]);
/* Makes room for so many more puts. Fails: memory.limit. */
MUST_CHECK bool memory_room(struct memory *s, size_t more, struct err *e);
/* Puts n bytes under key into `over`; takes block (of mem_alloc). Room must be there. */
void memory_put(struct memory *s, const uint8_t key[ID_BYTES], uint8_t *block, size_t n);
/* Puts a copy straight into the base, as when a router starts. Fails: memory.limit. */
MUST_CHECK bool memory_restore(struct memory *s, const uint8_t key[ID_BYTES], struct slice bytes,
                               struct err *e);

/* Makes room in the base for what `over` holds. Fails: memory.limit. */
MUST_CHECK bool memory_ready(struct memory *s, struct err *e);
/* Moves what `over` holds into the base. */
void memory_merge(struct memory *s);
/* Forgets what `over` holds. */
void memory_drop(struct memory *s);
/* The next change that `over` holds; *at is 0 at first. NULL: there are no more. */
const struct memory_slot *memory_next_change(const struct memory *s, size_t *at);

#endif
