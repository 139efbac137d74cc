/* arrival.h - one record of the disclosures topic, as the queue takes it. */
#ifndef CONCORDAT_DELIVERY_ARRIVAL_H
#define CONCORDAT_DELIVERY_ARRIVAL_H

#include "delivery/delivery.h"
#include "delivery/store.h"

/* Reads r into out, which borrows from r and lives in a. A record that cannot be read becomes one
 * that is refused: with a receipt where its bytes tell the id and its route is known, else without
 * an id. False: nothing can be said now, as when the database cannot be read. */
MUST_CHECK bool arrival_read(const struct delivery_options *o, struct store *s, struct arena *a,
                             const struct bus_record *r, struct arrived *out, struct err *e);

/* Sets out->receipt to a framed receipt, in a, that says how out ended. */
MUST_CHECK bool arrival_receipt(const struct delivery_options *o, struct arena *a,
                                const char *outcome, const char *code, struct arrived *out,
                                struct err *e);

#endif
