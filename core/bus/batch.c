/* batch.c - collects records and their bytes for one fetch. */
#include "bus/batch.h"

#include "bus/backend.h"

/* Room for the record that fills the batch, and for the arena's own loss. */
#define FULL_MARGIN_BYTES ((size_t)2 * BUS_RECORD_MAX_BYTES)

bool batch_init(struct batch *b, struct err *e)
{
    arena_init(&b->a, BUS_BATCH_BYTES + FULL_MARGIN_BYTES);
    b->n = 0;
    b->r = mem_alloc(BUS_BATCH_COUNT * sizeof *b->r);
    return b->r || err_memory(e);
}

void batch_reset(struct batch *b)
{
    arena_reset(&b->a);
    b->n = 0;
}

void batch_release(struct batch *b)
{
    arena_release(&b->a);
    mem_free(b->r);
}

bool batch_is_full(const struct batch *b)
{
    return b->n >= BUS_BATCH_COUNT || b->a.used_bytes >= BUS_BATCH_BYTES;
}
