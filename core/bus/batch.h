/* batch.h - the records that one fetch of the embedded bus hands out.
 *
 * Errors: memory.limit. */
#ifndef CONCORDAT_BUS_BATCH_H
#define CONCORDAT_BUS_BATCH_H

#include "bus/bus.h"

/* Records and their bytes live until the next batch_reset. */
struct batch {
    struct arena a; /* has the bytes */
    struct bus_record *r;
    size_t n;
};
/* Release also after a failed init. */
MUST_CHECK bool batch_init(struct batch *b, struct err *e);
void batch_reset(struct batch *b);
void batch_release(struct batch *b);
/* At BUS_BATCH_COUNT records or BUS_BATCH_BYTES: then nothing more may be added. */
bool batch_is_full(const struct batch *b);

#endif
