/* store.h - a delivery's database: progress on the topic, the queue, own ids, counts.
 *
 * queue: the outstanding disclosures, in arrival order. The oldest row of each subject is its
 * head, and only heads are tried (law 8). Beside a head that is in doubt, retractions of
 * disclosures that have left the queue are tried, too (law 10). own: every disclosure id with its
 * pseudonym, route and outcome, kept so that a case reference or a retraction can be answered
 * later. trouble: why a row of the queue has not gone, and since when. down: since when nothing
 * goes at all. heard: up to where this file knows the receipts on the bus; what stands behind that
 * was written by another file, or by a later state of this one.
 *
 * One connection, the delivery's thread. */
#ifndef CONCORDAT_DELIVERY_STORE_H
#define CONCORDAT_DELIVERY_STORE_H

#include "base/arena.h"
#include "base/ids.h"
#include "bus/bus.h"
#include "contract/handing.h"
#include "contract/way_back.h"
#include "host/db.h"

struct store;

/* The code of a row whose subject is in doubt (door.c). */
#define STORE_DOUBT "delivery.doubt"

enum queued_state {
    QUEUED_WAITING, /* to be sent, or to be sent again */
    QUEUED_ENDED,   /* its outcome is known; its receipt is to be published, then it is forgotten */
    QUEUED_PARKED,  /* set aside for a human, at the head of its subject */
    QUEUED_DROPPED  /* given up by one: it ends when it is its turn */
};

struct queued {
    int64_t seq;
    struct slice id;       /* disclosure id */
    struct slice subject;  /* pseudonym: order is kept within it */
    struct slice original; /* disclosure id that is replaced or retracted; may be empty */
    struct slice bytes;    /* framed disclosure */
    int64_t route, tries;
    int64_t errors; /* tries that the partner answered with AE or AR */
    bool retracts;
    bool maybe; /* an earlier try may have reached the partner */
    enum queued_state state;
    struct slice receipt; /* framed, when ended */
    struct slice said;    /* the partner's codes when it was tried last */
};

MUST_CHECK bool store_open(const char *path, struct store **out, struct err *e);
void store_close(struct store **s);

/* Next offset to read of the topic. */
MUST_CHECK bool store_progress(struct store *s, int64_t *next, struct err *e);

/* Moves the progress to `to`, and counts the records before it as skipped. */
MUST_CHECK bool store_skip(struct store *s, int64_t to, struct err *e);
/* The topic is another than before: it is read again from `next` on. Disclosures taken before are
 * known by their ids. */
MUST_CHECK bool store_begin_anew(struct store *s, int64_t next, int64_t now_ms, struct err *e);
/* *fresh: nothing was ever taken; *anew_ms: when that was last, 0: never. */
MUST_CHECK bool store_history(struct store *s, bool *fresh, int64_t *anew_ms, struct err *e);
/* *known: that id was taken before. *outcome, in a: how it ended; empty while it has not. */
MUST_CHECK bool store_known(struct store *s, struct slice id, struct arena *a, bool *known,
                            struct slice *outcome, struct err *e);

/* Queues what the topic gave, and moves the progress to next, in one commit. An id that was seen
 * before is counted as a duplicate and dropped. One with a receipt could not be read: only the
 * receipt is to be published. One without an id could not be read either, and nobody can be told:
 * it is counted as refused. */
struct arrived {
    struct slice id, subject, original, bytes, receipt;
    int64_t route;
    bool retracts;
    bool again;         /* taken before and ended: only its receipt is to be published once more */
    const char *ended;  /* so it had ended, by a receipt that this file does not know; NULL: not */
    bool may_have_left; /* by another file: its retraction is sent, however it ends here */
};
MUST_CHECK bool store_take(struct store *s, const struct arrived *list, size_t n, int64_t next,
                           struct err *e);

/* The next head after seq that is due at now_ms; a parked one is due when its retraction has come.
 * Lives in a. */
MUST_CHECK bool store_due(struct store *s, int64_t after_seq, int64_t now_ms, struct arena *a,
                          struct queued *out, bool *found, struct err *e);
/* When the next head falls due; INT64_MAX when there is none. */
MUST_CHECK bool store_next_due(struct store *s, int64_t *due_ms, struct err *e);
/* Whether a retraction of that id waits in the queue. */
MUST_CHECK bool store_is_retracted(struct store *s, struct slice id, bool *yes, struct err *e);
/* Whether that id was stopped before any try can have reached the partner. */
MUST_CHECK bool store_never_left(struct store *s, struct slice id, bool *yes, struct err *e);
/* The route of a subject that an earlier disclosure was about; -1 when there was none. Slow. */
MUST_CHECK bool store_route(struct store *s, struct slice subject, int64_t *route, struct err *e);

/* Notes, before a try, that the disclosure may have reached the partner. */
MUST_CHECK bool store_trying(struct store *s, int64_t seq, struct err *e);
/* Why a row did not go. mapping: hash of the mapping that could not render it; empty: else. */
struct store_trouble {
    int64_t seq, at_ms;
    const char *code, *sentence;
    const struct partner_said *said;
    struct slice mapping;
    bool maybe;    /* it may have reached the partner, by this try or an earlier one */
    bool answered; /* by AE or AR: counted */
};
/* After a try that did not end it; or it is parked. */
MUST_CHECK bool store_again(struct store *s, const struct store_trouble *t, int64_t due_ms,
                            struct err *e);
MUST_CHECK bool store_park(struct store *s, const struct store_trouble *t, struct err *e);
/* Rows that another mapping could not render are tried with this one. *n: how many. */
MUST_CHECK bool store_unpark_rendered(struct store *s, struct slice mapping, int64_t *n,
                                      struct err *e);
/* Notes that the subject's head is in doubt: retractions of disclosures that have left the queue
 * may pass it. */
MUST_CHECK bool store_let_pass(struct store *s, struct slice subject, struct err *e);
/* Makes waiting rows due by_ms sooner, and none later than latest_ms. */
MUST_CHECK bool store_sooner(struct store *s, int64_t by_ms, int64_t latest_ms, struct err *e);
/* Rows in trouble that are not parked, the oldest since *since_ms (0: none); those parked. */
struct store_troubled {
    int64_t waiting, since_ms, tries, parked;
};
MUST_CHECK bool store_troubled(struct store *s, struct store_troubled *out, struct err *e);
/* Notes since when nothing goes at all, and the code of why; 0: it goes again. site: somebody at
 * the site has to mend it. */
MUST_CHECK bool store_down(struct store *s, int64_t since_ms, const char *code, bool site,
                           struct err *e);
/* Whether anything waits that no parked one holds back. */
MUST_CHECK bool store_has_to_try(struct store *s, bool *yes, struct err *e);
MUST_CHECK bool store_down_since(struct store *s, int64_t *since_ms, struct err *e);
/* Ends a row: notes its outcome, and the receipt that is to be published. */
MUST_CHECK bool store_ended(struct store *s, const struct queued *row, const char *outcome,
                            struct slice receipt, struct err *e);
/* Sends again, or drops, the rows that a named person selects; *done: how many. */
MUST_CHECK bool store_take_back(struct store *s, const struct way_back *w, uint64_t *done,
                                struct err *e);
/* Forgets a row whose receipt is published: the subject's next row becomes its head. heard, in the
 * same commit: the receipts of its lane are known up to there; NULL: that stays. */
MUST_CHECK bool store_forget(struct store *s, const struct queued *row, const struct bus_end *heard,
                             struct err *e);

/* store_heard.c. Up to where the receipts of that lane are known; next 0: not at all. In the place
 * of a lane: next 1 from store_settle to store_hear_all, where another file has spoken. */
#define STORE_OTHERS (-1)
MUST_CHECK bool store_heard(struct store *s, int lane, struct bus_end *out, struct err *e);
/* Of all lanes, in one commit: the topic of disclosures has been compared. */
MUST_CHECK bool store_hear_all(struct store *s, const struct bus_end *ends, int count,
                               struct err *e);
/* How a disclosure ended, by its receipt on the bus. */
struct told_end {
    const char *id, *outcome;
};
/* Sets the file right by what receipts say, in one commit: what has one leaves the queue and is not
 * sent. *news: how many of them the file did not know as ended so; those that it has never taken
 * are to be compared when they come. gone: so many receipts aged out that the file does not know.
 * Where there are any of either, what waits may have left by another file, and what comes
 * (STORE_OTHERS). */
MUST_CHECK bool store_settle(struct store *s, const struct told_end *list, size_t n, int64_t gone,
                             int64_t *news, struct err *e);

#endif
