/* reads.c - which bytes of a message rules have read. */
#include "mapping/inside.h"

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
