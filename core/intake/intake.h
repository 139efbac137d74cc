/* intake.h - one feed: take, parse, map, spool in one durable commit, answer, publish.
 *
 * Law 1: a turn's raw bytes, outcomes, records, dedup keys, links and changes go to the feed's
 * spool database in one commit; then its answers. A publisher thread sends spooled records to the
 * bus in feed_seq order and keeps them a while when the bus has them: what the bus then loses (an
 * older bus.db, a topic made anew) is published again at the next start, or when it is seen. Law
 * 2: every message ends as published, unchanged, duplicate, not carried or quarantined, and is
 * counted in the same commit. Threads: take() from the transport's thread; one publisher thread of
 * its own. */
#ifndef CONCORDAT_INTAKE_INTAKE_H
#define CONCORDAT_INTAKE_INTAKE_H

#include "bus/bus.h"
#include "contract/reference.h"
#include "intake/spool/feed_counts.h"
#include "mapping/mapping.h"
#include "sharing/change/editions.h"

struct feed;

struct feed_options {
    const char *name;             /* "pas-adt" */
    struct slice agency, service; /* "wexbridge-hospital", "wexbridge-hospital/wards" */
    const char *system; /* name of the partner system for header.source_system; may be NULL */
    const char *contact_team, *contact_phone; /* defaults for header.contact_*; may be NULL */
    const char *timeliness;                   /* "realtime", "daily", "quarterly" */
    bool traced;                              /* numbers of this feed count as verified */
    bool live; /* environment: a message of the other one is answered AR */
    const struct mapping *mapping;
    const struct bundle *bundle;
    struct bus *bus;
    const struct key *region_key; /* NULL: this agency is not entitled; NHS numbers are dropped */
    const struct key *agency_key;
    const char *spool;                  /* path of the spool database */
    struct reference_finder references; /* the agency's own delivery records; find may be NULL */
    int64_t spool_max_bytes;            /* beyond it: ANSWER_LATER; 0 = 8 GiB */
    int64_t
        keep_ms; /* what the bus has is kept so long, within spool_max_bytes, in case it loses it */
    int64_t quarantine_max_bytes, quarantine_age_ms; /* 0: an eighth of the above; 30 days */
    int64_t words_max_bytes; /* of words about sharing that are kept for links to come; 0: an eighth
                                too */
    int64_t (*now_ms)(void); /* NULL: clock_wall_ms */
    const struct editions
        *rules;             /* say at every turn whether the feed is traced; NULL: `traced` does */
    int64_t stale_after_ms; /* of snapshots: an alarm when none came for so long; 0: never */
    /* What is spooled waits for that, or (NULL) goes on: when it changes, in the publisher's
     * thread. NULL: nobody wants to know. */
    void (*waits)(void *ctx, const struct err *why);
    void *waits_ctx;
    bool fetches;     /* its transport does (transport.h) */
    bool without_bus; /* nothing is asked of the bus, and nothing sent, until feed_join_bus */
};

/* Opens the spool, starts the publisher thread. Borrows all that o points to until feed_close.
 * Errors: db.*, map.* (ERR_FATAL). */
MUST_CHECK bool feed_open(const struct feed_options *o, struct feed **out, struct err *e);
/* The transport's way up. */
struct intake feed_intake(struct feed *f);
/* Whether it takes in what comes: not when the last turn, within half a minute, could not be kept,
 * as on a full disk or with the spool at its limit. Any thread. */
bool feed_accepts(const struct feed *f);
/* The bus is there, with its topics: from now on what is spooled goes to it. */
void feed_join_bus(struct feed *f);
/* What is spooled from now on waits, and what is spooled and has not gone out, until
 * feed_join_bus. */
void feed_leave_bus(struct feed *f);
/* Since when the bus does not take what is spooled; 0: it does. Any thread. */
int64_t feed_bus_away_ms(const struct feed *f);
/* And why, a code; NULL: it does, or nobody has asked it yet. Any thread. */
const char *feed_bus_trouble(const struct feed *f);
/* Any thread, before the transport is stopped: a unit that takes several runs is given up, and
 * comes again. */
void feed_stop(struct feed *f);
/* Publishes what can be published, stops the thread, closes. */
void feed_close(struct feed **f);
/* Waits until all that is spooled is on the bus, or ms have passed: for tests and draining. */
bool feed_drain(struct feed *f, int64_t ms);

#endif
