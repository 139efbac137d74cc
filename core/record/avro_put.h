/* avro_put.h - the Avro primitives that records are made of (Avro specification 1.11). */
#ifndef CONCORDAT_RECORD_AVRO_PUT_H
#define CONCORDAT_RECORD_AVRO_PUT_H

#include "base/buf.h"

#define AVRO_LONG_BYTES_MAX 10

/* "int and long": zig-zag, seven bits a byte, least first; how many bytes it took. */
static inline size_t avro_long(uint8_t out[AVRO_LONG_BYTES_MAX], int64_t value)
{
    uint64_t left = ((uint64_t)value << 1) ^ (0 - ((uint64_t)value >> 63));
    size_t n = 0;
    while (left >= 0x80) {
        out[n++] = (uint8_t)(left | 0x80);
        left >>= 7;
    }
    out[n++] = (uint8_t)left;
    return n;
}

/* "a boolean is written as a single byte whose value is either 0 (false) or 1 (true)" */
static inline void avro_put_bool(struct buf *out, bool value)
{
    buf_byte(out, value);
}
/* Avro primitives, for replacements and internal records. */
void avro_put_long(struct buf *out, int64_t value);
void avro_put_text(struct buf *out, struct slice text);     /* length and bytes */
void avro_put_opt_text(struct buf *out, struct slice text); /* ["null", string]: empty = null */
void avro_put_null(struct buf *out);

#endif
