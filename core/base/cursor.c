/* cursor.c - the checked steps. Each looks first and moves last. */
#include "base/cursor.h"

bool cursor_byte(struct cursor *c, uint8_t *out, struct err *e)
{
    if (cursor_is_end(c))
        return err_set(e, ERR_REJECT, "input.short", c->at, "cannot read on: the input ends");
    *out = c->s.p[c->at++];
    return true;
}

bool cursor_expect(struct cursor *c, struct slice wanted, struct err *e)
{
    struct slice rest = cursor_rest(c);
    size_t n = rest.n < wanted.n ? rest.n : wanted.n;
    for (size_t i = 0; i < n; i++)
        if (rest.p[i] != wanted.p[i])
            return err_set(e, ERR_REJECT, "input.expected", c->at + i,
                           "cannot find what must stand here: another byte does");
    if (rest.n < wanted.n)
        return err_set(e, ERR_REJECT, "input.short", c->s.n,
                       "cannot find what must stand here: the input ends");
    c->at += wanted.n;
    return true;
}

bool cursor_take(struct cursor *c, size_t n, struct slice *out, struct err *e)
{
    if (n > cursor_left(c))
        return err_set(e, ERR_REJECT, "input.short", c->s.n, "cannot take %zu bytes: only %zu left",
                       n, cursor_left(c));
    *out = slice_head(cursor_rest(c), n);
    c->at += n;
    return true;
}

bool cursor_until(struct cursor *c, uint8_t stop, size_t max, struct slice *out, struct err *e)
{
    struct slice rest = cursor_rest(c);
    size_t n = slice_find(slice_head(rest, max < rest.n ? max + 1 : rest.n), stop);
    if (n > max || n == rest.n || rest.p[n] != stop)
        return err_set(e, ERR_REJECT, "input.delimiter", c->at, "no 0x%02x within %zu bytes", stop,
                       max);
    *out = slice_head(rest, n);
    c->at += n + 1;
    return true;
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
            *out = (int64_t)((value >> 1) ^ (0 - (value & 1)));
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
