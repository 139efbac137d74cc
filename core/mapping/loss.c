/* loss.c - what a message holds that no rule has read: for people who write mappings. */
#include "mapping/parts.h"

void reads_add(struct reads *r, uint32_t at, uint32_t length)
{
    struct read_span *spans = arena_grow(r->arena, r->spans, &r->room, r->count, sizeof *spans);
    if (!spans) {
        r->lost = true;
        return;
    }
    r->spans = spans;
    r->spans[r->count++] = (struct read_span){ at, length };
}

struct loss {
    const struct reads *reads;
    void (*lost)(void *ctx, const struct leaf *l);
    void *ctx;
};

static void one_leaf(void *ctx, const struct leaf *l)
{
    const struct loss *loss = ctx;
    for (size_t i = 0; i < loss->reads->count; i++) {
        const struct read_span *s = &loss->reads->spans[i];
        if (s->at < l->at + l->length && l->at < s->at + s->length)
            return;
    }
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
    if (!reads.lost)
        m->format->leaves(a, d, one_leaf, &loss);
}
