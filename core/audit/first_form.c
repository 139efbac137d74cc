/* first_form.c - makes an entry of the first form one of today's, by adding three empty texts to
 * each decision and an empty list of claims. The audit is kept for ever, so its first form is read
 * for ever. */
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
static void old_copy(struct old *o, size_t n)
{
    if (n > o->rest.n)
        o->bad = true;
    if (o->bad)
        return;
    buf_put(&o->out, slice_head(o->rest, n));
    o->rest = slice_from(o->rest, n);
}

/* The next number, as Avro writes it; taken over. */
static int64_t old_number(struct old *o)
{
    uint64_t zigzag = 0; /* 0 -1 1 -2 2 are written as 0 1 2 3 4 */
    size_t n = 0;
    bool more = true;
    while (more) {
        if (n == o->rest.n || n == 10)
            o->bad = true;
        if (o->bad)
            return 0;
        uint8_t byte = o->rest.p[n];
        zigzag |= (uint64_t)(byte & 0x7f) << (7 * n);
        more = byte >= 0x80;
        n++;
    }
    old_copy(o, n);
    return (int64_t)((zigzag >> 1) ^ (0 - (zigzag & 1)));
}

static void old_texts(struct old *o, size_t count)
{
    for (size_t i = 0; i < count && !o->bad; i++) {
        int64_t n = old_number(o);
        if (n < 0)
            o->bad = true;
        else
            old_copy(o, (size_t)n);
    }
}

static void old_text(struct old *o)
{
    old_texts(o, 1);
}

/* An array: blocks, each with its count of items. Blocks with a size (a negative count) were never
 * written, and their sizes would be wrong afterwards. */
static void old_array(struct old *o, void (*item)(struct old *o))
{
    for (int64_t n = old_number(o); n != 0 && !o->bad; n = old_number(o)) {
        if (n < 0)
            o->bad = true;
        for (int64_t i = 0; i < n && !o->bad; i++)
            item(o);
    }
}

static void old_decision(struct old *o)
{
    static const uint8_t nothing[3]; /* schema, kind and source */
    old_texts(o, 4);
    for (int i = 0; i < 4; i++)
        old_array(o, old_text);
    old_text(o);
    old_copy(o, HASH32 + 1);
    old_array(o, old_text);
    buf_put(&o->out, slice_of(nothing, sizeof nothing));
}

bool first_form_entry(struct arena *a, struct slice body, struct slice *out, struct err *e)
{
    struct old o = { .rest = body };
    buf_init(&o.out, 2 * body.n + 4096);
    for (int i = 0; i < 2; i++)
        (void)old_number(&o); /* version, sequence */
    old_copy(&o, HASH32);
    old_texts(&o, 2); /* kind, topic */
    for (int i = 0; i < 4; i++)
        (void)old_number(&o); /* partition, offset, accepted, decided */
    old_text(&o);
    old_copy(&o, HASH32 + KEY16);
    old_texts(&o, 3);
    old_copy(&o, HASH32);
    old_text(&o);
    old_copy(&o, 2 * HASH32);
    old_array(&o, old_decision);
    old_texts(&o, 2);
    buf_byte(&o.out, 0); /* no claims */
    bool good = !o.bad && o.rest.n == 0;
    bool fits = buf_ok(&o.out);
    *out = good && fits ? arena_copy(a, buf_slice(&o.out)) : slice_of(NULL, 0);
    buf_release(&o.out);
    if (!good)
        return err_set(e, ERR_REJECT, "audit.read", 0, "cannot read an entry of the first form");
    return out->p || err_memory(e);
}
