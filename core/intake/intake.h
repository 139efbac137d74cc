/* intake.h - one feed: take, parse, map, spool in one durable commit, answer, publish.
 *
 * Law 1: a turn's raw bytes, outcomes, records, dedup keys, links and changes go to the feed's
 * spool database in one commit. Then the turn is answered. A publisher thread sends spooled records
 * to the bus in feed_seq order. It keeps them a while after the bus has them: if the bus loses them
 * (an older bus.db, a topic made anew), they are published again at the next start, or when the
 * loss is seen. Law 2: every message ends as published, unchanged, duplicate, not carried or
 * quarantined, and is counted in the same commit. Threads: take() on the transport's thread; the
 * feed has one publisher thread of its own. */
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
    /* How long records are kept after the bus has them, within spool_max_bytes. */
    int64_t keep_ms;
    int64_t quarantine_max_bytes; /* 0: an eighth of spool_max_bytes */
    int64_t quarantine_age_ms;    /* 0: 30 days */
    /* The share of words about sharing that are kept for links to come. 0: an eighth, too. */
    int64_t words_max_bytes;
    int64_t (*now_ms)(void); /* NULL: clock_wall_ms */
    /* The editions say at every turn whether the feed is traced. NULL: `traced` says it. */
    const struct editions *rules;
    int64_t stale_after_ms; /* an alarm when no snapshot came for so long; 0: never */
    /* Called in the publisher's thread when publishing stops, with the reason, and when it goes on,
     * with why NULL. May be NULL. */
    void (*waits)(void *ctx, const struct err *why);
    void *waits_ctx;
    bool fetches;     /* its transport fetches (transport.h) */
    bool without_bus; /* nothing is asked of the bus, and nothing sent, until feed_join_bus */
};

/* Opens the spool, starts the publisher thread. Borrows all that o points to until feed_close.
 * Errors: db.*, map.* (ERR_FATAL). */
MUST_CHECK bool feed_open(const struct feed_options *o, struct feed **out, struct err *e);
/* What the transport hands messages to. Borrows the feed. */
struct intake feed_intake(struct feed *f);
/* Whether the feed takes messages. It does not for half a minute after a turn could not be kept, as
 * on a full disk or with the spool at its limit. Any thread. */
bool feed_accepts(const struct feed *f);
/* Starts publishing: the bus is there, with its topics. Any thread. */
void feed_join_bus(struct feed *f);
/* Stops publishing: all that has not gone out waits in the spool until feed_join_bus. Any thread.
 */
void feed_leave_bus(struct feed *f);
/* Since when the bus does not take what is spooled; 0: it does. Any thread. */
int64_t feed_bus_away_ms(const struct feed *f);
/* The code of why the bus does not take it; NULL: it does, or was not asked yet. Any thread. */
const char *feed_bus_trouble(const struct feed *f);
/* Says that the program ends. A unit that takes several runs is given up, and comes again. Any
 * thread; before the transport is stopped. */
void feed_stop(struct feed *f);
/* Publishes what can be published, stops the publisher, closes the spool. Sets *f to NULL. */
void feed_close(struct feed **f);
/* Waits until all that is spooled is on the bus, and that is noted on disk. False: ms have passed
 * before. For tests and draining. */
bool feed_drain(struct feed *f, int64_t ms);

#endif
