/* certificates.h - how many days the certificates last that a site's parts show, and were last
 * shown.
 *
 * Its own are read from their files when they are asked for, as the next connection will be. A
 * listener's senders are many; of them nothing is told here. */
#ifndef CONCORDAT_DAEMON_CERTIFICATES_H
#define CONCORDAT_DAEMON_CERTIFICATES_H

#include "base/buf.h"
#include "daemon/ending.h"
#include "daemon/figures.h"

/* How the family is introduced. */
extern const char certificates_family[];
/* A family in Prometheus' text format, of the parts that run here; nothing where no part has
 * any. */
void certificates_write(const struct figures_of *of, int64_t now_ms, struct buf *out);
/* Logs that the bus's own ends, as below: before the bus has answered. */
void certificates_warn_bus(const struct site *s);
/* Until the end: logs, now and twice a day, each that ends within TLS_WARN_DAYS or has ended. of
 * NULL: none. */
void certificates_watch(const struct figures_of *of, struct ending *until);

#endif
