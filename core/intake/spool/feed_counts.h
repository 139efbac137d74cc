/* feed_counts.h - law 2's first sum, read from a spool beside a running daemon or not. */
#ifndef CONCORDAT_INTAKE_SPOOL_FEED_COUNTS_H
#define CONCORDAT_INTAKE_SPOOL_FEED_COUNTS_H

#include "base/err.h"
#include "base/slice.h"

/* What is counted by name beside the sums (feed_counts_each). */
#define TALLY_UNKNOWN "not named"
/* Law 2's first sum, read from a spool beside a running daemon or not. */
#define TALLY_NOT_KEPT "not kept"
/* Of a transport that fetches: since when it cannot, how often it has tried in vain, when it tries
 * next, and the code of what keeps it. */
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
    /* Messages that the bus had, lost, and that were no longer kept to be published again. */
    uint64_t lost, lost_first, lost_last;
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
#define WORDS_KEPT "words.kept" /* the code by which a named person drops some (asides.h) */
    struct spool_fetch fetch;
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
