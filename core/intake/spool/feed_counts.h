/* feed_counts.h - law 2's first sum, read from a spool beside a running daemon or not. */
#ifndef CONCORDAT_INTAKE_SPOOL_FEED_COUNTS_H
#define CONCORDAT_INTAKE_SPOOL_FEED_COUNTS_H

#include "base/err.h"
#include "base/slice.h"

/* What is counted by name beside the sums (feed_counts_each). */
#define TALLY_UNKNOWN "not named" /* types that the mapping does not name */
#define TALLY_NOT_KEPT "not kept" /* values that were read and are in no record */
/* A transport that cannot fetch: since when, how often it has tried in vain, when it tries next,
 * and the code of the reason. */
struct spool_fetch {
    int64_t since_ms, again_ms;
    uint64_t tries; /* 0: it can, and nothing else is set */
    char code[64];
};
struct feed_counts {
    uint64_t taken, published, unchanged, duplicates, not_carried, quarantined; /* messages */
    uint64_t refused_environment, refused_later; /* answered AR: counted, not kept */
    uint64_t events, waiting;                    /* records made; messages still in the spool */
    uint64_t lost_ids;                           /* numbers that failed the check and fell back */
    uint64_t unknown;       /* messages of types that the mapping does not name */
    uint64_t not_kept;      /* values that were read and are in no record */
    uint64_t waiting_bytes; /* of those still in the spool */
    /* Messages that only their sender still has: the bus had them, lost them, and they were no
     * longer kept to be published again (their numbers follow); or they are aside_lost. */
    uint64_t lost, lost_first, lost_last;
    /* What the bus knows as quarantined and the file lacks (noticed.h), with numbers and times. */
    uint64_t aside_lost, aside_lost_first, aside_lost_last;
    int64_t aside_lost_from_ms, aside_lost_to_ms;
    uint64_t vanished; /* rows that the last snapshot lacks: somebody has to look */
    /* In the quarantine now; the oldest, and the age past which it is an alarm; no room for
     * another. */
    uint64_t aside, aside_bytes;
    int64_t aside_oldest_ms, aside_age_ms;
    bool aside_full;
    /* Words about sharing that are kept for links to come, the oldest, and whether one was refused
     * for room. */
    uint64_t words, words_bytes;
    int64_t words_oldest_ms;
    bool words_full;
#define SAID_AGAIN "intake.said_again" /* set aside since somebody must be asked */
#define WORDS_KEPT "words.kept"        /* the code by which a named person drops some (asides.h) */
    struct spool_fetch fetch;
    int64_t snapshot_ms, stale_after_ms; /* when the last complete one came; 0: none, no limit */
};
/* Whether somebody has to look at the quarantine: it is full, or its oldest row is too old. */
bool feed_is_full_or_old(const struct feed_counts *c, int64_t now_ms);
/* Whether the last snapshot is older than stale_after_ms. */
bool feed_is_stale(const struct feed_counts *c, int64_t now_ms);
/* Reads the sums of a spool; zeroes where the file has none. spool: path of its database. Errors:
 * db.*. */
MUST_CHECK bool feed_counts_read(const char *spool, struct feed_counts *out, struct err *e);
/* Calls each for every tally, in the order of what and name: `what` is "not_carried" (name: type),
 * "quarantined" (name: code), or one of TALLY_*. */
MUST_CHECK bool feed_counts_each(const char *spool,
                                 void (*each)(void *ctx, const char *what, const char *name,
                                              uint64_t n),
                                 void *ctx, struct err *e);
/* Calls each for every row that vanished from the snapshots. A row is shown by the partner's own
 * keys: for its own operators, never for a log. */
MUST_CHECK bool feed_vanished_each(const char *spool,
                                   void (*each)(void *ctx, struct slice row, int64_t since_ms),
                                   void *ctx, struct err *e);

#endif
