/* marks.h - what was decided before: how far each opening of a feed's spool came in a partition,
 * and the ids of its events of the last 30 days.
 *
 * A spool numbers its records (header.feed_seq) under an opening: a random number that it draws
 * each time it is opened, so that numbers of a state that returned, of another host or of a clock
 * that went back are never taken for numbers already decided. Within an opening numbers rise, and
 * what is above the mark was never decided. For all else the event's id tells.
 * All of it lies in the partition's memory beside the persons, changes in the worker's transaction
 * and follows from the records alone: a replay comes to the same.
 * Threads: the partition's. Errors: memory.limit (ERR_RETRY); facts.mark (ERR_FATAL): our own
 * record is damaged. */
#ifndef CONCORDAT_STEP_MARKS_H
#define CONCORDAT_STEP_MARKS_H

#include "step/memory.h"
#include "base/arena.h"
#include "sharing/rules/bundle.h"

#define MARKS_KEPT_MS ((int64_t)30 * 24 * 3600 * 1000)
#define MARKS_KEPT_MIN 64   /* openings of a feed that are kept however old they are */
#define MARKS_KEPT_MAX 1024 /* and the most, however young */
#define MARKS_IDS_A_PAGE 128
#define MARKS_PAGES_MAX 8192 /* a million ids a partition; then the oldest page makes room */

/* header.feed_seq: the upper half is the opening, with this bit set, the lower counts up. Numbers
 * without it were given by programs that knew no openings: together they are one. */
#define MARKS_OPENING_BIT ((int64_t)1 << 62)

struct mark_event {
    struct slice feed; /* "AGENCY/FEED" */
    int64_t number;    /* header.feed_seq */
    struct slice id;   /* header.id, as it stands there */
    int64_t taken_ms;  /* when the feed took it in; 0: it does not say */
    int64_t decided_ms;
};

enum mark_says {
    MARK_NEW,      /* above its mark */
    MARK_FIRST,    /* the first here of its opening, of a feed known before */
    MARK_AGAIN,    /* decided before: sent twice */
    MARK_RETURNED, /* at or below its mark, and yet never decided: numbers were given twice */
    MARK_OTHER,    /* never decided, of another opening than the one before it: two spools */
    MARK_UNKNOWN,  /* it cannot be told: an unknown opening, from before the ids that are kept */
};
/* The code that the audit notes of an event for it: feed.opened, feed.returned, feed.second; "" of
 * those that are no news. */
const char *mark_note(enum mark_says s);

struct mark_place {
    uint8_t key[ID_BYTES]; /* of the feed's marks */
    enum mark_says says;
};
MUST_CHECK bool marks_ask(const struct bundle *b, const struct memory *m,
                          const struct mark_event *event, struct mark_place *out, struct err *e);

/* A named person's word ("skip") that a lane goes on, which of an event says that it was never
 * decided: on is "lane events.hosp 3 at 17". Kept in memory, with the act's bytes, for when the
 * lane is fetched again; of any other word *goes_on is false. */
bool marks_is_word(struct slice word, struct slice on);
MUST_CHECK bool marks_keep_word(struct slice word, struct slice on, struct slice act, bool *goes_on,
                                struct memory_change *out, struct err *e);
bool marks_has_word(const struct memory *m, const char *topic, int partition, int64_t offset);

/* What changes when the event has been decided. NULL bytes: no change; the caller's. */
#define MARK_CHANGES 3
/* On failure nothing is left in out. */
MUST_CHECK bool marks_make(const struct bundle *b, const struct memory *m,
                           const struct mark_event *event, const struct mark_place *at,
                           struct memory_change out[MARK_CHANGES], struct err *e);

#endif
