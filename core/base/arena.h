/* arena.h - memory that ends all at once, and the only file that calls malloc.
 *
 * A message's parsed form, records and replies live in one arena; one reset ends them all and
 * keeps the blocks for the next message. Every allocation is aligned to 16 bytes and, but for
 * arena_raw's, zeroed.
 * Threads: an arena belongs to one thread. Errors: NULL when the limit is reached or memory is
 * out; callers say err_memory(e). */
#ifndef CONCORDAT_BASE_ARENA_H
#define CONCORDAT_BASE_ARENA_H

#include "base/err.h"
#include "base/slice.h"

struct arena_block;
struct arena {
    struct arena_block *first, *now;
    size_t used_bytes, max_bytes;
    bool is_secret; /* release wipes what was in it; set after arena_init */
};

/* An arena that will hold at most max_bytes. Allocates nothing yet. */
void arena_init(struct arena *a, size_t max_bytes);
/* Ends all that lives in it and gives the memory back. */
void arena_release(struct arena *a);
/* Ends all that lives in it, keeps the memory. */
void arena_reset(struct arena *a);

void *arena_alloc(struct arena *a, size_t n);
/* Not zeroed: for who writes every byte of it before reading one. */
void *arena_raw(struct arena *a, size_t n);
/* count items of size bytes; NULL also when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* An array that doubles: items itself while count is under *room, else a copy with more room (the
 * old one stays until the arena ends). NULL on failure. */
void *arena_grow(struct arena *a, void *items, size_t *room, size_t count, size_t item_bytes);
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, count, type) ((type *)arena_array((a), (count), sizeof(type)))

/* A copy of s; the .p is NULL on failure (also of an empty s only then). */
struct slice arena_copy(struct arena *a, struct slice s);
/* A NUL-terminated copy of s; NULL on failure. */
char *arena_text(struct arena *a, struct slice s);
/* NUL-terminated formatted text; NULL on failure. */
char *arena_format(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3);

/* A point to go back to: what was allocated after it ends. */
struct arena_saved {
    struct arena_block *block;
    size_t block_used, used_bytes;
};
struct arena_saved arena_save(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_saved m);

/* Plain memory for what outlives an arena (buffers, tables). NULL on failure. */
void *mem_alloc(size_t n); /* zeroed */
void *mem_grow(void *p, size_t n);
void mem_free(void *p);
/* Doubles a table's room when count has reached it: for growing arrays. false when out of
 * memory. */
bool mem_room(void **table, size_t *room, size_t count, size_t item_bytes);

/* For tests: the n-th allocation from now fails (1 = the next), then all work again; 0 = never. */
void mem_fail_after(size_t n);
/* For tests and benches: system allocations made so far. */
uint64_t mem_count(void);

#endif
