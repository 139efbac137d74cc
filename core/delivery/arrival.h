/* arrival.h - one record of the disclosures topic, as the queue takes it. */
#ifndef CONCORDAT_DELIVERY_ARRIVAL_H
#define CONCORDAT_DELIVERY_ARRIVAL_H

#include "delivery/delivery.h"
#include "delivery/store.h"

/* Reads r; out borrows from it. One that cannot be read becomes refused: with a receipt when the
 * bytes tell its id and its route is known, else without an id. Lives in a. False when nothing can
 * be said now. */
MUST_CHECK bool arrival_read(const struct delivery_options *o, struct store *s, struct arena *a,
                             const struct bus_record *r, struct arrived *out, struct err *e);

/* The framed receipt of out, in a: how it ended. */
MUST_CHECK bool arrival_receipt(const struct delivery_options *o, struct arena *a,
                                const char *outcome, const char *code, struct arrived *out,
                                struct err *e);

#endif
