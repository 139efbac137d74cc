/* first_form.c - adds to an old entry what entries have now, empty: three texts a decision, claims. The audit is
 * kept for ever, so what was written first is read for ever. */
#include "audit/first_form.h"

#include "base/buf.h"

#define HASH32 32
#define KEY16 16

struct old {
    struct slice rest;
    struct buf out;
    bool bad;
};

/* Takes n bytes over. */
static void copy(struct old *o, size_t n)
{
    o->bad |= n > o->rest.n;
    if (o->bad)
        return;
    buf_put(&o->out, slice_head(o->rest, n));
    o->rest = slice_from(o->rest, n);
}

/* The next number, as Avro writes it; taken over. */
static int64_t number(struct old *o)
{
    uint64_t z = 0;
    size_t n = 0;
    do {
        o->bad |= n >= o->rest.n || n >= 10;
        if (o->bad)
            return 0;
        z |= (uint64_t)(o->rest.p[n] & 0x7f) << (7 * n);
    } while (o->rest.p[n++] & 0x80);
    copy(o, n);
    return (int64_t)(z >> 1) ^ -(int64_t)(z & 1);
}

static void texts(struct old *o, size_t count)
{
    for (size_t i = 0; i < count && !o->bad; i++) {
        int64_t n = number(o);
        o->bad |= n < 0;
        copy(o, n < 0 ? 0 : (size_t)n);
    }
}

static void text(struct old *o)
{
    texts(o, 1);
}

/* An array: blocks of so many items, a negative count with its size in bytes. Sizes would be wrong
 * afterwards, and were never written. */
static void array(struct old *o, void (*item)(struct old *o))
{
    for (int64_t n = number(o); n != 0 && !o->bad; n = number(o)) {
        o->bad |= n < 0;
        for (int64_t i = 0; i < n && !o->bad; i++)
            item(o);
    }
}

static void decision(struct old *o)
{
    static const uint8_t nothing[3]; /* schema, kind and source */
    texts(o, 4);
    for (int i = 0; i < 4; i++)
        array(o, text);
    text(o);
    copy(o, HASH32 + 1);
    array(o, text);
    buf_put(&o->out, slice_of(nothing, sizeof nothing));
}

bool first_form_entry(struct arena *a, struct slice body, struct slice *out, struct err *e)
{
    struct old o = { .rest = body };
    buf_init(&o.out, 2 * body.n + 4096);
    for (int i = 0; i < 2; i++)
        (void)number(&o); /* version, sequence */
    copy(&o, HASH32);
    texts(&o, 2); /* kind, topic */
    for (int i = 0; i < 4; i++)
        (void)number(&o); /* partition, offset, accepted, decided */
    text(&o);
    copy(&o, HASH32 + KEY16);
    texts(&o, 3);
    copy(&o, HASH32);
    text(&o);
    copy(&o, 2 * HASH32);
    array(&o, decision);
    texts(&o, 2);
    buf_byte(&o.out, 0); /* no claims */
    bool good = !o.bad && o.rest.n == 0;
    bool fits = buf_ok(&o.out);
    *out = good && fits ? arena_copy(a, buf_slice(&o.out)) : slice_of(NULL, 0);
    buf_release(&o.out);
    if (!good)
        return err_set(e, ERR_REJECT, "audit.read", 0, "cannot read an entry of the first form");
    return out->p || err_memory(e);
}
