/* pack_order.h - who must have signed a pack that only stops or only extends agreements.
 *
 * One person must be able to stop an agreement at any hour: an approver, or one of the region's
 * people with the role `stops`. To extend agreements takes two of the people, of two agencies, with
 * the role `extends`; load_signed.c says what each extension needs besides.
 * In what follows `by` is the bundle in force before p, and at_ms is when the bus accepted the
 * order that brings p. Pure. Errors: pack.signature, pack.unsigned, pack.extension (ERR_REJECT). */
#ifndef CONCORDAT_SHARING_CHANGE_PACK_ORDER_H
#define CONCORDAT_SHARING_CHANGE_PACK_ORDER_H

#include "sharing/rules/bundle.h"
#include "sharing/change/pack.h"

/* Whether `after` adds stops to `before`, and differs in nothing else. */
bool pack_only_stops(const struct pack *before, const struct pack *after);
/* Whether p is signed, and each signature is a good one of an approver or of a person who may stop.
 */
MUST_CHECK bool pack_stop_signed(const struct pack *p, const struct bundle *by, int64_t at_ms,
                                 struct err *e);
/* Whether one of the people who may extend has signed p: then p must be an extension. */
bool pack_extension_tried(const struct pack *p, const struct bundle *by);
/* Whether `after` adds extensions to `before`, and differs in nothing else: no agreement gains or
 * loses its approval, or ends earlier. `was` and `now` are the two as bundles. */
bool pack_only_extends(const struct pack *before, const struct bundle *was,
                       const struct pack *after, const struct bundle *now);
/* Whether each signature is good, and two are of people of two agencies who may extend. */
MUST_CHECK bool pack_extension_signed(const struct pack *p, const struct bundle *by, int64_t at_ms,
                                      struct err *e);
/* Whether at least one signature is a good one of an approver, or of a person who may stop or
 * extend. Whether that is enough is asked above. */
MUST_CHECK bool pack_order_signed(const struct pack *p, const struct bundle *by, int64_t at_ms,
                                  struct err *e);

#endif
