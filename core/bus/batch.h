/* batch.h - what one fetch of the embedded bus hands out. */
#ifndef CONCORDAT_BUS_BATCH_H
#define CONCORDAT_BUS_BATCH_H

#include "bus/bus.h"

/* Records and their bytes live until the next batch_reset. */
struct batch {
    struct arena a;
    struct bus_record *r;
    size_t n;
};
MUST_CHECK bool batch_init(struct batch *b, struct err *e);
void batch_reset(struct batch *b);
void batch_release(struct batch *b);
bool batch_is_full(const struct batch *b);

#endif
