/* pack_order.h - who has signed a bundle that is to follow another: approvers, or who may stop
 * or extend.
 *
 * What only stops an agreement one person must be able to order at any hour: an approver, or one of
 * the region's people with the role `stops`. What only extends agreements two of the people order,
 * of two agencies, with the role `extends`; what each extension needs besides, load_signed.c says.
 * Pure. Errors: pack.signature, pack.unsigned, pack.extension (ERR_REJECT). */
#ifndef CONCORDAT_SHARING_CHANGE_PACK_ORDER_H
#define CONCORDAT_SHARING_CHANGE_PACK_ORDER_H

#include "sharing/rules/bundle.h"
#include "sharing/change/pack.h"

/* Whether after is before and stops more, and nothing else. */
bool pack_only_stops(const struct pack *before, const struct pack *after);
/* Whether all who signed p are approvers or people who may stop, somebody has, and every signature
 * is good. by: the bundle before it; at_ms: when the bus took the order that brings p. */
MUST_CHECK bool pack_stop_signed(const struct pack *p, const struct bundle *by, int64_t at_ms,
                                 struct err *e);
/* Whether one of the people who may extend has signed p, by their key: it is judged as theirs. */
bool pack_extension_tried(const struct pack *p, const struct bundle *by);
/* Whether next is before and extends more, and nothing else: no other approval comes or goes by
 * it. */
bool pack_only_extends(const struct pack *before, const struct bundle *was,
                       const struct pack *after, const struct bundle *now);
/* Whether every signature is good, and two are of people of two agencies who may extend. */
MUST_CHECK bool pack_extension_signed(const struct pack *p, const struct bundle *by, int64_t at_ms,
                                      struct err *e);
/* Whether at least one signature is good by an approver, or by whoever may stop or extend: somebody
 * who may order something has ordered this, whether it is enough or not. */
MUST_CHECK bool pack_order_signed(const struct pack *p, const struct bundle *by, int64_t at_ms,
                                  struct err *e);

#endif
