/* queued.c - the blob of records that wait: written and read in one place. */
#include "intake/spool/queued.h"

#define LENGTH_BYTES 4
#define FIXED_BYTES (1 + 2 + ID_BYTES + LENGTH_BYTES)

static void put_number(uint8_t *p, size_t bytes, uint64_t value)
{
    for (size_t i = 0; i < bytes; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t number(const uint8_t *p, size_t bytes)
{
    uint32_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint32_t)p[i] << (8 * i);
    return value;
}

size_t queued_begin(struct buf *out, const struct queued *q)
{
    uint8_t fixed[FIXED_BYTES] = { (uint8_t)q->topic };
    put_number(fixed + 1, 2, (uint64_t)q->partition);
    memcpy(fixed + 3, q->key, ID_BYTES);
    buf_put(out, slice_of(fixed, sizeof fixed));
    return out->n;
}

void queued_end(struct buf *out, size_t begun)
{
    if (buf_ok(out))
        put_number(out->p + begun - LENGTH_BYTES, LENGTH_BYTES, out->n - begun);
}

static bool damaged(size_t at, struct err *e)
{
    return err_set(e, ERR_FATAL, "spool.damaged", at,
                   "cannot read a spooled record: its bytes are damaged");
}

bool queued_next(struct slice all, size_t *at, struct queued *out, struct err *e)
{
    if (*at >= all.n)
        return false;
    struct slice left = slice_from(all, *at);
    if (left.n < FIXED_BYTES || left.p[0] > QUEUED_END)
        return damaged(*at, e);
    size_t n = number(left.p + FIXED_BYTES - LENGTH_BYTES, LENGTH_BYTES);
    if (n > left.n - FIXED_BYTES)
        return damaged(*at, e);
    out->topic = (enum queued_topic)left.p[0];
    out->partition = (int)number(left.p + 1, 2);
    memcpy(out->key, left.p + 3, ID_BYTES);
    out->value = slice_of(left.p + FIXED_BYTES, n);
    *at += FIXED_BYTES + n;
    return true;
}
