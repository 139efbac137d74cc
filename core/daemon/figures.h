/* figures.h - gathers the figures that `status` and the admin listener show.
 *
 * They come from the spools, the deliveries' databases and what was last read of the audit, whether
 * a daemon runs or not. It never waits for the bus. Errors: db.*. */
#ifndef CONCORDAT_DAEMON_FIGURES_H
#define CONCORDAT_DAEMON_FIGURES_H

#include "daemon/tally.h"
#include "delivery/delivery.h"
#include "intake/intake.h"
#include "sharing/change/expiry.h"

/* Which site and which of its parts the figures are of. */
struct figures_of {
    const struct site *site;
    struct tally *tally; /* as last read; NULL: the router runs elsewhere, and its figures are 0 */
    const bool *feeds, *deliveries; /* by the site's index; NULL: all */
};

/* How many messages of one code are in a feed's quarantine now. */
struct figures_aside {
    size_t feed;
    struct slice code;
    uint64_t n;
};

struct figures {
    int64_t at_ms;
    const struct edition *rules; /* in force */
    struct feed_counts *feeds;   /* by the site's index, as below */
    struct delivery_counts *deliveries;
    const struct figures_aside *asides;
    size_t aside_count;
    struct tally_counts routed;
    struct expiry *ends; /* of every agreement that is live: expiry_ends */
    size_t end_count;
    uint64_t in_motion; /* taken in, decided or delivered, and not yet arrived at the next room */
    uint64_t outstanding;
    bool balanced; /* law 2: each of the three sums comes to zero */
};

/* *out lives in a; its rules are the site's. */
MUST_CHECK bool figures_gather(const struct figures_of *of, struct arena *a, struct figures *out,
                               struct err *e);
/* Whether somebody has to look at what the i-th delivery does not get rid of. */
bool figures_is_alarming(const struct figures_of *of, const struct figures *f, size_t i);
/* How many messages a feed has ended in one way or another. The sum balances when it has ended as
 * many as it has taken. */
uint64_t figures_feed_ended(const struct feed_counts *n);

#endif
