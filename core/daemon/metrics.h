/* metrics.h - the figures in Prometheus' text format, version 0.0.4.
 *
 * Names and labels are for ever: alerts are written against them. Labels hold names of the
 * configuration and codes only, never an identifier, a path or payload; a protected reason reads
 * "prohibited". What this process does not run is left out. */
#ifndef CONCORDAT_DAEMON_METRICS_H
#define CONCORDAT_DAEMON_METRICS_H

#include "daemon/figures.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* What is known only while it runs. */
struct metrics_process {
    int64_t started_ms;
    int64_t router_lag_ms;   /* with a router only */
    uint64_t standing_lanes; /* the same */
    bool is_ready, wants_restart;
    /* By the site's index of feeds; 0: the bus takes what that feed keeps. NULL: not known. */
    const int64_t *bus_away_since_ms;
    uint64_t disk_free_bytes, disk_size_bytes; /* where the site keeps its state */
};

/* Writes all families. of: what f was gathered of. A failure is out's. */
void metrics_write(const struct figures_of *of, const struct figures *f,
                   const struct metrics_process *p, struct buf *out);

#endif
