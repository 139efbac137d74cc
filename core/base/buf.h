/* buf.h - a growing byte buffer with a maximum and a sticky failure.
 *
 * Writers are void: ten puts, one check of buf_ok() at the end. Past its maximum, or out of
 * memory, a buffer is failed and takes nothing more until buf_reset. */
#ifndef CONCORDAT_BASE_BUF_H
#define CONCORDAT_BASE_BUF_H

#include "base/err.h"
#include "base/slice.h"

struct arena;

struct buf {
    uint8_t *p;
    size_t n, room, max;
    bool failed, full; /* full: its maximum was too little, not memory */
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_release(struct buf *b);
/* Empties, clears the failure, keeps the memory. */
void buf_reset(struct buf *b);

void buf_put(struct buf *b, struct slice s);
void buf_byte(struct buf *b, uint8_t byte);
void buf_text(struct buf *b, const char *text);
void buf_format(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* s as lower-case hex. */
void buf_hex(struct buf *b, struct slice s);
/* s as a JSON string with its quotes (RFC 8259 section 7); bytes that are not UTF-8 become
 * U+FFFD. */
void buf_json(struct buf *b, struct slice s);
/* Room for n more bytes that the caller fills, then adds to b->n; NULL on failure. */
uint8_t *buf_reserve(struct buf *b, size_t n);

static inline bool buf_ok(const struct buf *b)
{
    return !b->failed;
}
static inline struct slice buf_slice(const struct buf *b)
{
    return (struct slice){ b->p, b->n };
}
/* True when nothing failed, else sets memory.limit. */
bool buf_done(const struct buf *b, struct err *e);

/* A buffer of fixed room in the arena: nothing else is allocated, nothing to release. */
MUST_CHECK bool buf_in_arena(struct arena *a, size_t room, struct buf *out, struct err *e);

#endif
