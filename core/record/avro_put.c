/* avro_put.c - the Avro primitives that records are made of. */
#include "record/avro_put.h"

#include <string.h>

void avro_put_long(struct buf *out, int64_t value)
{
    uint8_t bytes[AVRO_LONG_BYTES_MAX];
    buf_put(out, slice_of(bytes, avro_long(bytes, value)));
}

void avro_put_text(struct buf *out, struct slice text)
{
    uint8_t length[AVRO_LONG_BYTES_MAX];
    size_t n = avro_long(length, (int64_t)text.n);
    uint8_t *to = buf_reserve(out, n + text.n);
    if (!to)
        return;
    memcpy(to, length, n);
    if (text.n)
        memcpy(to + n, text.p, text.n);
    out->n += n + text.n;
}

void avro_put_opt_text(struct buf *out, struct slice text)
{
    if (slice_is_empty(text)) {
        avro_put_null(out);
        return;
    }
    buf_byte(out, 2);
    avro_put_text(out, text);
}

void avro_put_null(struct buf *out)
{
    buf_byte(out, 0);
}
