/* reader.h - the strict reading of Avro binary, under every view.
 *
 * Avro specification 1.11, "Binary Encoding", read narrowly: numbers in their shortest form only
 * (so that a released value can carry nothing but itself), lengths and counts within what is left,
 * blocks as long as they say, enum and union branches that exist, booleans 0 or 1, UTF-8.
 * Functions return false with an error avro.* (ERR_REJECT) at the offset from `start`. */
#ifndef CONCORDAT_RECORD_READER_H
#define CONCORDAT_RECORD_READER_H

#include "record/plan_ops.h"

struct reader {
    const uint8_t *p, *end, *start;
    const struct slot *slot; /* where we are, for the sentence */
    struct err *e;
};

static inline struct reader reader_of(struct slice s, struct err *e)
{
    const uint8_t *p = s.p ? s.p : (const uint8_t *)"";
    return (struct reader){ .p = p, .end = p + s.n, .start = p, .e = e };
}

static inline size_t reader_left(const struct reader *r)
{
    return (size_t)(r->end - r->p);
}

/* Sets the error at the reader's place; returns false. */
bool reader_refuse(const struct reader *r, const char *code, const char *why);

/* A number of any length: reader_long's slow way. */
MUST_CHECK bool reader_wide_long(struct reader *r, int64_t *out);

/* Zigzag, so that small numbers of either sign are short (avro_put.h writes it):
 *
 *     number   0 -1  1 -2  2
 *     encoded  0  1  2  3  4 */
static inline int64_t reader_from_zigzag(uint64_t value)
{
    return (int64_t)((value >> 1) ^ (0 - (value & 1)));
}

/* Most numbers of a record take one byte. */
MUST_CHECK static inline bool reader_long(struct reader *r, int64_t *out)
{
    if (r->p == r->end || *r->p >= 0x80)
        return reader_wide_long(r, out);
    uint8_t byte = *r->p++;
    *out = reader_from_zigzag(byte);
    return true;
}

/* A length and as many bytes. */
MUST_CHECK static inline bool reader_run(struct reader *r, struct slice *out)
{
    int64_t n = 0;
    const uint8_t *at = r->p;
    if (!reader_long(r, &n))
        return false;
    if (n < 0 || (uint64_t)n > reader_left(r)) {
        r->p = at;
        return reader_refuse(r, "avro.length", "a length is negative or past the end");
    }
    *out = slice_of(r->p, (size_t)n);
    r->p += n;
    return true;
}
/* All slots of a record; their offsets in spans (which may be NULL) count from r->start. */
MUST_CHECK bool reader_record(const struct plan *p, struct reader *r, struct span *spans);

/* The items of an array, block by block. */
struct items {
    struct reader *r;
    const struct op *op;
    uint64_t block, total;
    const uint8_t *block_end; /* NULL when the block states no size */
};

/* Moves to the next item; past the array's end *more is false. */
MUST_CHECK bool reader_items_next(struct items *i, bool *more);
/* Passes over one item. */
MUST_CHECK bool reader_item(const struct op *op, struct reader *r);

#endif
