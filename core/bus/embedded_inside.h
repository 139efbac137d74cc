/* embedded_inside.h - the embedded bus as its own two files see it. Included by no other.
 *
 * Threads: `disk` guards the store and the workers, and is held through a commit. `queue` guards
 * the requests that wait. A thread that takes both takes `disk` first. The table of topics grows
 * under both, so it may be read under either. */
#ifndef CONCORDAT_BUS_EMBEDDED_INSIDE_H
#define CONCORDAT_BUS_EMBEDDED_INSIDE_H

#include <pthread.h>

#include "bus/backend.h"
#include "bus/bus_store.h"

/* What one publisher or worker wants to be written. It lives on the stack of its thread, which
 * waits until it is served. */
struct embedded_request {
    const struct bus_record *r;
    size_t n;
    const struct bus_position *done;
    size_t m;
    struct embedded_worker *w; /* NULL: a publisher's */
    bool served, good;
    struct err e; /* unless good */
    struct embedded_request *next;
};

struct embedded {
    struct bus bus;
    struct bus_store store;
    char *prefix;
    pthread_mutex_t disk;
    pthread_cond_t news; /* with disk: records were committed, or a worker was fenced */
    struct embedded_worker *workers;
    pthread_mutex_t queue;
    pthread_cond_t served;                  /* with queue */
    struct embedded_request *first, **last; /* last: where the next request is linked in */
    bool leading;                           /* a thread commits a group now */
};

/* A lane that a worker fetches. */
struct embedded_slot {
    struct bus_store_topic *t;
    int partition;
    int64_t at, committed; /* offsets: of the next fetch; of the committed position */
    int64_t before;        /* where `at` was when the fetch under way began */
};

struct embedded_worker {
    struct bus_worker face;
    struct embedded *b;
    char *id;
    struct slice group; /* the start of id */
    struct embedded_slot *slots;
    size_t count, turn; /* turn: the slot at which the next fetch starts, so that none starves */
    struct batch batch;
    bool fenced;
    struct embedded_worker *next;
};

/* embedded_queue.c. Writes q's records and positions in one commit with all other requests that
 * wait, and returns when that is durable. bus.topic when a lane does not exist. After a failure
 * nothing of q was written, and its worker is back at its committed positions. */
MUST_CHECK bool embedded_submit(struct embedded *b, struct embedded_request *q, struct err *e);
/* True, with bus.fenced (ERR_FATAL), when another worker has joined by w's id. w NULL: never.
 * `disk` is held. */
bool embedded_is_fenced(const struct embedded_worker *w, struct err *e);

#endif
