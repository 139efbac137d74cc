/* metrics_router.h - the figures of the router: what the audit adds up to, and what waits. */
#ifndef CONCORDAT_DAEMON_METRICS_ROUTER_H
#define CONCORDAT_DAEMON_METRICS_ROUTER_H

#include "daemon/metrics.h"

/* Writes the families of a process that runs the router. A failure is out's. */
void metrics_put_router(struct buf *out, const struct figures *f, const struct metrics_process *p);

#endif
