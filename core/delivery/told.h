/* told.h - receipts that a service's deliveries have published: which disclosures had ended.
 *
 * Read where the bus has some that the delivery's own file does not know (look_back.c). Threads:
 * one. */
#ifndef CONCORDAT_DELIVERY_TOLD_H
#define CONCORDAT_DELIVERY_TOLD_H

#include "delivery/delivery.h"
#include "delivery/store.h"

struct told;

MUST_CHECK bool told_make(struct told **out, struct err *e);
/* Reads the receipts of o's service in one lane of the topic, from at->next to the lane's end. *at
 * becomes the end behind the last record that was read. Errors: bus.*, memory.limit. */
MUST_CHECK bool told_read(struct told *t, const struct delivery_options *o, const char *topic,
                          int lane, struct bus_end *at, struct err *e);
/* After the last lane. *list, of *n, lives in a; each disclosure once. */
MUST_CHECK bool told_list(struct told *t, struct arena *a, const struct told_end **list, size_t *n,
                          struct err *e);
void told_release(struct told **t);
/* How that disclosure ended: taken by the partner, if one receipt says so, else as the last one
 * says; NULL when there is none. t may be NULL. */
const char *told_outcome(const struct told *t, struct slice id);

#endif
