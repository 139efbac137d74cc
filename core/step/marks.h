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
#define MARKS_KEPT_MIN 64   /* so many openings of a feed are kept however old they are */
#define MARKS_KEPT_MAX 1024 /* and no more however young */
#define MARKS_IDS_A_PAGE 128
#define MARKS_PAGES_MAX 8192 /* a million ids a partition; then the oldest page makes room */

/* Set in each header.feed_seq of an opening. Numbers without it were given by programs that knew no
 * openings: together they count as one.
 *
 *     | 0 | 1 | the other 30 bits of the opening | counts up |
 *      63  62                                32   31 .. 0 */
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
/* The code that the audit notes with an event: feed.opened, feed.returned, feed.second; "" of what
 * is no news. */
const char *mark_note(enum mark_says s);

struct mark_place {
    uint8_t key[ID_BYTES]; /* of the feed's marks */
    enum mark_says says;
};
/* Asks what memory knows of the event's number and id. Fails: facts.mark. */
MUST_CHECK bool marks_ask(const struct bundle *b, const struct memory *m,
                          const struct mark_event *event, struct mark_place *out, struct err *e);

/* Whether an act says that a lane goes on: its verb is "skip", and it is on "lane events.hosp 3 at
 * 17". Of the event there nobody could tell whether it was decided; a named person says that it was
 * never. */
bool marks_is_skip(struct slice verb, struct slice on);
/* Keeps the act's bytes in memory, for when the lane is fetched again; *goes_on: it is such an act.
 * out->bytes are the caller's. Fails: memory.limit. */
MUST_CHECK bool marks_keep_skip(struct slice verb, struct slice on, struct slice act, bool *goes_on,
                                struct memory_change *out, struct err *e);
bool marks_has_skip(const struct memory *m, const char *topic, int partition, int64_t offset);

/* What changes in memory once the event has been decided: its feed's marks, and a page of ids or
 * two. bytes are the caller's; NULL: no change. On failure there is none. Fails: memory.limit;
 * facts.mark, audit.schema. */
#define MARK_CHANGES 3
MUST_CHECK bool marks_make(const struct bundle *b, const struct memory *m,
                           const struct mark_event *event, const struct mark_place *at,
                           struct memory_change out[MARK_CHANGES], struct err *e);

#endif
