/* told.h - the receipts that a service's deliveries have published: which disclosures had ended.
 *
 * Read once, when the delivery's own file or the bus is another than before. Threads: one. */
#ifndef CONCORDAT_DELIVERY_TOLD_H
#define CONCORDAT_DELIVERY_TOLD_H

#include "delivery/delivery.h"

struct told;

/* Reads all receipts of o's service on the topic. Errors: bus.*, memory.limit. */
MUST_CHECK bool told_read(const struct delivery_options *o, const char *topic, struct told **out,
                          struct err *e);
void told_release(struct told **t);
/* How that disclosure ended, by its last receipt; NULL when there is none. t may be NULL. */
const char *told_outcome(const struct told *t, struct slice id);

#endif
