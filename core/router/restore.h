/* restore.h - a partition as it was at its last commit: chain from the committed note, facts
 * from the bus.
 *
 * Threads: the router's. Errors: bus.*, audit.chain, facts.* (ERR_FATAL: it must not go on). */
#ifndef CONCORDAT_ROUTER_RESTORE_H
#define CONCORDAT_ROUTER_RESTORE_H

#include "step/step.h"

MUST_CHECK bool restore_partition(struct bus *b, struct bus_worker *w, const struct bundle *bundle,
                                  int partition, struct partition *out, struct err *e);

#endif
