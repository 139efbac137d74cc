/* acts_publish.h - acts on `control`: put there durably, and whether one stands there already. */
#ifndef CONCORDAT_CONTROL_ACTS_PUBLISH_H
#define CONCORDAT_CONTROL_ACTS_PUBLISH_H

#include "bus/bus.h"
#include "sharing/acts/act.h"
#include "site/site.h"

/* In its subject's partition. What is no word on a hold, which the router decides, is then judged
 * by the bus's time of that record, as the router does it: what is not good by that is not to be
 * done, whatever the clock here says. */
MUST_CHECK bool acts_publish(struct bus *b, const struct site *s, const struct act *x,
                             struct err *e);
/* act.again when it stands on `control` already. */
MUST_CHECK bool acts_unused(struct bus *b, const struct site *s, const struct act *x,
                            struct err *e);
/* The same once it has been put there: act.again when it stands there more than once, or not.
 * Whoever asks has the bus's word that its own stands there, so of several that hand it in at once
 * at most one may go on: none whose record came later, and the first only when it asked before the
 * second's was there. */
MUST_CHECK bool acts_used_once(struct bus *b, const struct site *s, const struct act *x,
                               struct err *e);

#endif
