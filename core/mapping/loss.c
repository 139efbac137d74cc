/* loss.c - the values of a message that no rule has read: for people who write mappings. */
#include "mapping/inside.h"

#include <stdlib.h>

struct loss {
    const struct reads *reads;
    void (*lost)(void *ctx, const struct leaf *l);
    void *ctx;
};

static int by_place(const void *a, const void *b)
{
    const struct read_span *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

/* Sorts the spans and joins those that overlap. */
static void merge_reads(struct reads *r)
{
    size_t n = 0;
    if (r->count)
        qsort(r->spans, r->count, sizeof *r->spans, by_place);
    for (size_t i = 0; i < r->count; i++) {
        struct read_span s = r->spans[i], *last = n ? &r->spans[n - 1] : NULL;
        if (!last || s.at > last->at + last->length)
            r->spans[n++] = s;
        else if (s.at + s.length > last->at + last->length)
            last->length = s.at + s.length - last->at;
    }
    r->count = n;
}

static void one_leaf(void *ctx, const struct leaf *l)
{
    const struct loss *loss = ctx;
    size_t from = 0, to = loss->reads->count; /* those before `from` begin before the leaf ends */
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (loss->reads->spans[mid].at < l->at + l->length)
            from = mid + 1;
        else
            to = mid;
    }
    const struct read_span *s = from ? &loss->reads->spans[from - 1] : NULL;
    if (!s || l->at >= s->at + s->length)
        loss->lost(loss->ctx, l);
}

void mapping_loss(const struct mapping *m, struct arena *a, const struct doc *d,
                  void (*lost)(void *ctx, const struct leaf *l), void *ctx)
{
    struct reads reads = { .arena = a };
    struct loss loss = { &reads, lost, ctx };
    struct err e = { 0 };
    /* A message that is refused half-way is reported by what was read until then. */
    bool mapped = mapping_in_reading(m, a, d, &reads, &e);
    (void)mapped;
    merge_reads(&reads);
    if (!reads.lost)
        m->format->leaves(a, d, one_leaf, &loss);
}
