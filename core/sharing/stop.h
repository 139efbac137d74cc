/* stop.h - who has signed a bundle that is to follow another: approvers, or who may stop.
 *
 * What only stops an agreement one person must be able to order at any hour: an approver, or one of
 * the region's people with the role `stops`. Pure. Errors: pack.signature, pack.unsigned
 * (ERR_REJECT). */
#ifndef CONCORDAT_SHARING_STOP_H
#define CONCORDAT_SHARING_STOP_H

#include "sharing/bundle.h"
#include "sharing/pack.h"

/* Whether after is before and stops more, and nothing else. */
bool pack_only_stops(const struct pack *before, const struct pack *after);
/* Whether all who signed p are approvers or people who may stop at the time it begins, somebody has,
 * and every signature is good. by: the bundle before it. */
MUST_CHECK bool pack_stop_signed(const struct pack *p, const struct bundle *by, struct err *e);
/* Whether at least one signature is good by an approver, or by whoever may stop: somebody who may
 * order something has ordered this, whether it is enough or not. */
MUST_CHECK bool order_is_signed(const struct pack *p, const struct bundle *by, struct err *e);

#endif
