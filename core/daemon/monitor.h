/* monitor.h - the admin listener, which answers those who watch a running process.
 *
 * GET /metrics (metrics.h), /health/live (it answers), /health/ready (its feeds take in, its router
 * is in step and the bus answers it, a bundle is in force: 200; else 503 and a sentence for each
 * trouble). No request changes anything, and no answer tells of a person. Beyond loopback only as
 * secure.h has it: with TLS and client certificates, or where the site says why not. A request
 * under another name than its own, a loopback name or one of the site's `hosts` is answered 421, so
 * that no page in a browser reads it. Threads: one of its own, which gathers the figures when it is
 * asked and never waits for the bus. Errors: http.listen, http.door, those of host/tls.h
 * (ERR_FATAL). */
#ifndef CONCORDAT_DAEMON_MONITOR_H
#define CONCORDAT_DAEMON_MONITOR_H

#include "daemon/figures.h"
#include "daemon/keeper.h"
#include "router/router.h"

struct monitor;

struct monitor_options {
    const char *listen;              /* "127.0.0.1:9464"; port 0: the kernel's choice */
    struct figures_of of;            /* what runs here */
    const struct router *router;     /* NULL: elsewhere */
    const struct keeper *keeper;     /* NULL: the bus is not there yet */
    const struct feed *const *feeds; /* by the site's index; NULL ones are elsewhere */
    bool has_others;                 /* not feeds alone */
};

/* Borrows all that o points to until monitor_stop. */
MUST_CHECK bool monitor_start(const struct monitor_options *o, struct monitor **out, struct err *e);
/* Gives the router and keeper that run since the bus has answered. */
void monitor_join(struct monitor *m, const struct monitor_options *o);
/* "127.0.0.1:40123": where it listens. */
const char *monitor_where(const struct monitor *m);
void monitor_stop(struct monitor **m);

#endif
