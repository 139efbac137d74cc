/* certificates.h - how many days are left of the certificates that a site's parts show, and of
 * those that their partners last showed.
 *
 * The site's own are read from their files each time, as the next connection will read them. A
 * listener has many senders; their certificates are not told here. */
#ifndef CONCORDAT_DAEMON_CERTIFICATES_H
#define CONCORDAT_DAEMON_CERTIFICATES_H

#include "base/buf.h"
#include "daemon/ending.h"
#include "daemon/figures.h"

/* The HELP and TYPE lines of the family. */
extern const char certificates_family[];
/* Writes the family in Prometheus' text format, for the parts that run here. Writes nothing where
 * no part has a certificate. */
void certificates_write(const struct figures_of *of, int64_t now_ms, struct buf *out);
/* Logs the site's own certificate for the bus when it ends soon. Needs no answer of the bus. */
void certificates_warn_bus(const struct site *s);
/* Logs each certificate that has ended or ends within TLS_WARN_DAYS: now, and twice a day until the
 * end. of NULL: there is nothing to log. */
void certificates_watch(const struct figures_of *of, struct ending *until);

#endif
