/* memory.h - what one partition knows, in memory: 16-byte key -> encoded bytes (persons, feeds'
 * marks).
 *
 * Two tables. `base` holds what is committed, `over` what the transaction at hand has changed;
 * reading asks `over` first. Nothing uncommitted ever reaches the base: memory_merge after the
 * commit, memory_drop when it failed. What cannot fail after a commit was made ready before it
 * (memory_ready).
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

/* One that is to be put. bytes NULL: no change; of mem_alloc, owned until put or freed. */
struct memory_change {
    uint8_t key[ID_BYTES], *bytes;
    size_t n;
};

/* All zeros is an empty memory. */
void memory_release(struct memory *s);

/* The bytes under key; empty when there are none. Borrowed until the next put, merge or drop. */
struct slice memory_get(const struct memory *s, const uint8_t key[ID_BYTES]);
/* Makes room for more puts, so that they cannot fail. */
MUST_CHECK bool memory_room(struct memory *s, size_t more, struct err *e);
/* Takes block (of mem_alloc), into `over`. */
void memory_put(struct memory *s, const uint8_t key[ID_BYTES], uint8_t *block, size_t n);
/* Puts a copy straight into the base: for restoring. */
MUST_CHECK bool memory_restore(struct memory *s, const uint8_t key[ID_BYTES], struct slice bytes,
                               struct err *e);

/* After it memory_merge cannot fail. */
MUST_CHECK bool memory_ready(struct memory *s, struct err *e);
void memory_merge(struct memory *s);
void memory_drop(struct memory *s);
/* What `over` holds, one a call, *at from 0; NULL after the last. */
const struct memory_slot *memory_next_change(const struct memory *s, size_t *at);

#endif
