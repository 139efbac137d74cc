/* asides.h - disclosures that have not gone: listed beside a delivery, and sent again or dropped
 * by a named person.
 *
 * Errors: db.*; delivery.busy (ERR_RETRY): it was not done, the delivery waits for its partner. */
#ifndef CONCORDAT_DELIVERY_ASIDES_H
#define CONCORDAT_DELIVERY_ASIDES_H

#include "contract/way_back.h"
#include "delivery/delivery.h"

/* Outstanding disclosures in trouble, and those behind them, oldest first. bytes are framed. id
 * empty: all of them, without bytes and words. each borrows a, and returns false to stop. */
MUST_CHECK bool delivery_asides_each(const char *database, struct slice id,
                                     bool (*each)(void *ctx, const struct aside *a), void *ctx,
                                     struct err *e);
/* Done by the delivery's thread; waits for it at most so long. Any thread. */
MUST_CHECK bool delivery_take_back(struct delivery *d, const struct way_back *w, int64_t wait_ms,
                                   uint64_t *done, struct err *e);
/* The same where none runs: it does the rest when it does. db.locked: one runs. */
MUST_CHECK bool delivery_take_back_alone(const char *database, const struct way_back *w,
                                         uint64_t *done, struct err *e);

#endif
