/* asides.h - disclosures that have not gone: listed beside a delivery, and sent again or dropped
 * by a named person.
 *
 * Errors: db.*; delivery.busy (ERR_RETRY): it was not done, the delivery waits for its partner. */
#ifndef CONCORDAT_DELIVERY_ASIDES_H
#define CONCORDAT_DELIVERY_ASIDES_H

#include "contract/way_back.h"
#include "delivery/delivery.h"

/* Calls each for every outstanding disclosure in trouble, and for those behind them, the oldest
 * first. Its bytes are framed. id empty: all, without bytes and words. each borrows its argument,
 * and returns false to stop. */
MUST_CHECK bool delivery_asides_each(const char *database, struct slice id,
                                     bool (*each)(void *ctx, const struct aside *a), void *ctx,
                                     struct err *e);
/* Has the delivery's thread send again, or drop, what w selects, and waits for it up to wait_ms.
 * *done: how many. Any thread. */
MUST_CHECK bool delivery_take_back(struct delivery *d, const struct way_back *w, int64_t wait_ms,
                                   uint64_t *done, struct err *e);
/* The same where no delivery runs: what is to be sent again goes when it runs next. Error
 * db.locked: one runs. */
MUST_CHECK bool delivery_take_back_alone(const char *database, const struct way_back *w,
                                         uint64_t *done, struct err *e);

#endif
