/* cursor.c - the checked steps. Each looks first and moves last. */
#include "base/cursor.h"

bool cursor_take(struct cursor *c, size_t n, struct slice *out, struct err *e)
{
    if (n > cursor_left(c))
        return err_set(e, ERR_REJECT, "input.short", c->s.n, "cannot take %zu bytes: only %zu left",
                       n, cursor_left(c));
    *out = slice_head(cursor_rest(c), n);
    c->at += n;
    return true;
}

/* Zigzag, so that small numbers of either sign are short:
 *
 *     number   0 -1  1 -2  2
 *     encoded  0  1  2  3  4 */
static inline int64_t from_zigzag(uint64_t value)
{
    return (int64_t)((value >> 1) ^ (0 - (value & 1)));
}

/* Ten groups of seven bits hold 70: the tenth byte may carry one bit only, or bits were lost. */
bool cursor_long(struct cursor *c, int64_t *out, struct err *e)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 10; i++) {
        if (i >= cursor_left(c))
            return err_set(e, ERR_REJECT, "input.short", c->s.n, "cannot read a number: it is cut");
        uint8_t byte = c->s.p[c->at + i];
        if (i == 9 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            c->at += i + 1;
            *out = from_zigzag(value);
            return true;
        }
    }
    return err_set(e, ERR_REJECT, "avro.long", c->at, "cannot read a number: more than 64 bits");
}

bool cursor_run(struct cursor *c, struct slice *out, struct err *e)
{
    struct cursor ahead = *c;
    int64_t n = 0;
    if (!cursor_long(&ahead, &n, e))
        return false;
    if (n < 0 || (uint64_t)n > cursor_left(&ahead))
        return err_set(e, ERR_REJECT, "avro.length", c->at,
                       "cannot take a run of %lld bytes: %zu left", (long long)n,
                       cursor_left(&ahead));
    *out = slice_head(cursor_rest(&ahead), (size_t)n);
    c->at = ahead.at + (size_t)n;
    return true;
}
