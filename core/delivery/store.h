/* store.h - a delivery's database: progress on the topic, the queue, own ids, counts.
 *
 * queue: what is outstanding, in arrival order. own: every disclosure id with its pseudonym, route and
 * outcome, kept, so that a case reference or a retraction can be answered later.
 * One connection, the delivery's thread. */
#ifndef CONCORDAT_DELIVERY_STORE_H
#define CONCORDAT_DELIVERY_STORE_H

#include "base/arena.h"
#include "base/ids.h"
#include "bus/bus.h"
#include "host/db.h"

struct store;

enum queued_state {
    QUEUED_WAITING, /* to be sent, or to be sent again */
    QUEUED_ENDED    /* its outcome is known; its receipt is to be published, then it is forgotten */
};

struct queued {
    int64_t seq;
    struct slice id;            /* disclosure id */
    struct slice subject;       /* pseudonym: order is kept within it */
    struct slice bytes;         /* framed disclosure */
    int64_t route, tries, due_ms;
    bool maybe;                 /* a try may have reached the partner */
    enum queued_state state;
    struct slice receipt;       /* framed, when ended */
};

MUST_CHECK bool store_open(const char *path, struct store **out, struct err *e);
void store_close(struct store **s);

/* Next offset to read of the topic. */
MUST_CHECK bool store_progress(struct store *s, int64_t *next, struct err *e);

/* Queues what the topic gave, and moves the progress, in one commit. An id that was seen before is counted as a
 * duplicate and dropped. */
struct arrived {
    struct slice id, subject, original, bytes;
    int64_t route;
    bool retracts;
};
MUST_CHECK bool store_take(struct store *s, const struct arrived *list, size_t n, int64_t next,
                           struct err *e);

/* The oldest row of a subject that has no older one, is due at now_ms and comes after seq. Lives in a. */
MUST_CHECK bool store_due(struct store *s, int64_t after_seq, int64_t now_ms, struct arena *a,
                          struct queued *out, bool *found, struct err *e);
/* When the next waiting row falls due; INT64_MAX when none waits. */
MUST_CHECK bool store_next_due(struct store *s, int64_t *due_ms, struct err *e);
/* A retraction of id that waits, or has arrived: its own id; empty when there is none. Lives in a. */
MUST_CHECK bool store_retraction(struct store *s, struct slice id, struct arena *a, struct slice *out,
                                 struct err *e);
/* What became of an id: "" unknown or outstanding, else "accepted", "refused", "stopped", "reduced". */
MUST_CHECK bool store_outcome(struct store *s, struct slice id, char out[16], struct err *e);

/* Before a try: from now on it may have reached the partner. */
MUST_CHECK bool store_trying(struct store *s, int64_t seq, struct err *e);
/* After a try that did not end it. */
MUST_CHECK bool store_again(struct store *s, int64_t seq, int64_t due_ms, bool maybe, struct err *e);
MUST_CHECK bool store_ended(struct store *s, const struct queued *q, const char *outcome,
                            struct slice receipt, struct err *e);
MUST_CHECK bool store_forget(struct store *s, int64_t seq, struct err *e);

#endif
