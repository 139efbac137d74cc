/* cursor.h - reading bytes forward, with every step checked.
 *
 * cursor_* functions either take what they name and move on, or set an error with the offset and
 * leave the cursor where it was; && chains of them read like the grammar. */
#ifndef CONCORDAT_BASE_CURSOR_H
#define CONCORDAT_BASE_CURSOR_H

#include "base/err.h"
#include "base/slice.h"

struct cursor {
    struct slice s;
    size_t at;
};

static inline struct cursor cursor_of(struct slice s)
{
    return (struct cursor){ s, 0 };
}
static inline size_t cursor_left(const struct cursor *c)
{
    return c->s.n - c->at;
}
static inline struct slice cursor_rest(const struct cursor *c)
{
    return slice_from(c->s, c->at);
}

/* Exactly n bytes, borrowed. input.short. */
MUST_CHECK bool cursor_take(struct cursor *c, size_t n, struct slice *out, struct err *e);

/* Avro binary (specification 1.11, "Binary Encoding"): zig-zag varint of at most 10 bytes,
 * strict. */
MUST_CHECK bool cursor_long(struct cursor *c, int64_t *out, struct err *e);
/* A length-prefixed run (bytes, string): length 0..left. avro.length. */
MUST_CHECK bool cursor_run(struct cursor *c, struct slice *out, struct err *e);

#endif
