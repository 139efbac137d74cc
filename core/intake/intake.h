/* intake.h - one feed: take, parse, map, spool in one durable commit, answer, publish.
 *
 * Law 1: a turn's raw bytes, outcomes, records, dedup marks, links and changes go to the feed's
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
    int64_t keep_ms; /* what the bus has is kept so long, within spool_max_bytes, in case it loses it */
    int64_t quarantine_max_bytes, quarantine_age_ms; /* 0: an eighth of the above; 30 days */
    int64_t words_max_bytes; /* of words about sharing that are kept for links to come; 0: an eighth too */
    int64_t (*now_ms)(void);            /* NULL: clock_wall_ms */
    const struct editions *rules; /* say at every turn whether the feed is traced; NULL: `traced` does */
    int64_t stale_after_ms; /* of snapshots: an alarm when none came for so long; 0: never */
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
/* Since when the bus does not take what is spooled; 0: it does. Any thread. */
int64_t feed_bus_away_ms(const struct feed *f);
/* Publishes what can be published, stops the thread, closes. */
/* Any thread, before the transport is stopped: a unit that takes several runs is given up, and comes again. */
void feed_stop(struct feed *f);
void feed_close(struct feed **f);
/* Waits until all that is spooled is on the bus, or ms have passed: for tests and draining. */
bool feed_drain(struct feed *f, int64_t ms);

/* Law 2's first sum, read from a spool beside a running daemon or not. */
/* What is counted by name beside the sums (feed_counts_each). */
#define TALLY_UNKNOWN "not named"
#define TALLY_NOT_KEPT "not kept"

struct feed_counts {
    uint64_t taken, published, unchanged, duplicates, not_carried, quarantined; /* messages */
    uint64_t refused_environment, refused_later; /* answered AR: counted, not kept */
    uint64_t events, waiting;                    /* records made; messages still in the spool */
    uint64_t lost_ids;                           /* numbers that failed the check and fell back */
    uint64_t unknown;       /* messages of types that the mapping does not name */
    uint64_t not_kept;      /* values that were read and are in no record */
    uint64_t waiting_bytes; /* of those still in the spool */
    /* Messages that the bus had, lost, and that were no longer kept to be published again. */
    uint64_t lost, lost_first, lost_last;
    uint64_t vanished;  /* rows that the last snapshot lacks: somebody has to look */
    /* In the quarantine now; the oldest, and the age past which it is an alarm; no room for another. */
    uint64_t aside, aside_bytes;
    int64_t aside_oldest_ms, aside_age_ms;
    bool aside_full;
    /* Words about sharing that are kept for links to come, the oldest, and whether one was refused for room. */
    uint64_t words, words_bytes;
    int64_t words_oldest_ms;
    bool words_full;
#define WORDS_KEPT "words.kept" /* the code by which a named person drops some (asides.h) */
    int64_t snapshot_ms, stale_after_ms; /* when the last complete one came; 0: none, no limit */
};
/* Whether the quarantine wants somebody: full, or older than it may be. */
bool feed_is_full_or_old(const struct feed_counts *c, int64_t now_ms);
bool feed_is_stale(const struct feed_counts *c, int64_t now_ms);
MUST_CHECK bool feed_counts_read(const char *spool, struct feed_counts *out, struct err *e);
/* Not carried by type, and quarantined by code: name and number, in name order. */
MUST_CHECK bool feed_counts_each(const char *spool,
                                 void (*each)(void *ctx, const char *what, const char *name,
                                              uint64_t n),
                                 void *ctx, struct err *e);
/* The rows that vanished, in the partner's own keys: for its own operators, never for a log. */
MUST_CHECK bool feed_vanished_each(const char *spool,
                                   void (*each)(void *ctx, struct slice row, int64_t since_ms),
                                   void *ctx, struct err *e);

#endif
