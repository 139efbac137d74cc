/* kafka_client.h - librdkafka in the bus's words. Its types stay in the files that include
 * kafka_inside.h.
 *
 * A client is a set of connections with one role. Topic names are without the prefix. A call that
 * may be made again (the coordinator is loading, a retriable error) is made again in here, for a
 * bounded time.
 * Threads: a publisher may be used by many threads, but kafka_want and kafka_send by one at a time.
 * Any other client belongs to one thread; kafka_ends and kafka_answers of a looker may be called
 * from any. Errors: as bus.h says. */
#ifndef CONCORDAT_BUS_KAFKA_CLIENT_H
#define CONCORDAT_BUS_KAFKA_CLIENT_H

#include "base/clock.h"
#include "bus/bus.h"
#include "bus/kafka_ask.h"
#include "bus/kafka_settings.h"
#include "bus/kafka_why.h"

struct kafka_client;

/* The monotonic clock's time, in ns, so many milliseconds from now. */
static inline int64_t after_ms(int64_t ms)
{
    return clock_mono_ns() + ms * 1000000;
}

struct kafka_start {
    enum kafka_role role;
    const char *prefix;                     /* borrows for the life of the client */
    const struct kafka_setting *site, *own; /* of the bus's address; client.id and identity */
    struct kafka_why *why;                  /* borrows for the life of the client */
    struct kafka_asker *asker; /* likewise; its hurry makes every wait of the client short */
    /* Publisher: kafka_serve calls this once for each record that was sent. at: where and when the
     * record was accepted, without its bytes; NULL: it was not accepted. why: what a broker said of
     * that; ERR_NONE after kafka_purge. */
    void (*report)(void *parcel, const struct bus_record *at, const struct err *why);
};
/* Borrows site and own for the call. *out is ended by kafka_stop. Starting connects to no broker.
 */
MUST_CHECK bool kafka_start(const struct kafka_start *s, struct kafka_client **out, struct err *e);
/* Takes NULL. Sets *c to NULL. A client that librdkafka could not end is left to the process. */
void kafka_stop(struct kafka_client **c);
/* Notes that a topic of this consumer is not there, which another client was told: librdkafka 2.0.2
 * never ends such a consumer, so kafka_stop will leave it to the process. */
void kafka_topic_gone(struct kafka_client *c);

/* A stop was asked for: loops that ask again give up. */
bool kafka_hurries(struct kafka_client *c);

/* ---- topics ---- */

/* Asks for the topic, unless the client knows it already. bus.topic when there is no such topic, or
 * it has no such partition. */
MUST_CHECK bool kafka_want(struct kafka_client *c, const char *topic, int partition, struct err *e);
/* Lists the topics of the prefix, in a, and counts the brokers. Fills `compacted` only where
 * with_compacted, which costs a second question. */
MUST_CHECK bool kafka_topics(struct kafka_client *c, bool with_compacted, struct arena *a,
                             struct bus_topic **out, size_t *n, int *brokers, struct err *e);
/* Whether each topic has the settings of kafka_topic_musts; else bus.settings (ERR_FATAL), and the
 * log has every setting that is wrong, with the command that mends it. Settings that this login may
 * not see are no failure: the log says so (bus.unseen). *later: the broker that was asked does not
 * know one of the topics yet. */
MUST_CHECK bool kafka_check_kept(struct kafka_client *c, const struct bus_topic *t, size_t n,
                                 bool *later, struct err *e);
/* Whether a broker answers within wait_ms (looker). */
bool kafka_answers(struct kafka_client *c, int wait_ms);
/* Makes n topics. A topic that exists already is no error. */
MUST_CHECK bool kafka_create(struct kafka_client *c, const struct bus_topic *t, size_t n,
                             int brokers, struct err *e);
/* The first offset that is left, and that of the next record, uncommitted ones included (looker).
 * bus.topic when the broker has said for 10 s that it does not know the topic. */
MUST_CHECK bool kafka_ends(struct kafka_client *c, const char *topic, int partition, int64_t *first,
                           int64_t *next, struct err *e);

/* ---- producing ---- */

/* Hands a copy of r to the library. *full: it has no room now; serve reports and send r again. */
MUST_CHECK bool kafka_send(struct kafka_client *c, const struct bus_record *r, void *parcel,
                           bool *full, struct err *e);
/* Waits at most wait_ms for reports, and calls kafka_start's `report` for each. */
void kafka_serve(struct kafka_client *c, int wait_ms);
/* Gives up all records that have no report yet: each gets one soon. */
void kafka_purge(struct kafka_client *c);

/* ---- a writer's transaction ---- */

/* Fences any other worker of the same id, and ends the transaction that it left open. */
MUST_CHECK bool kafka_take_over(struct kafka_client *c, struct err *e);
MUST_CHECK bool kafka_begin(struct kafka_client *c, struct err *e);
MUST_CHECK bool kafka_send_positions(struct kafka_client *c, const char *group,
                                     const struct bus_position *p, size_t n, struct err *e);
/* ERR_RETRY: nothing was committed, and the transaction is to be aborted. ERR_FATAL, too, where it
 * cannot be told whether it was committed: a restart finds out. */
MUST_CHECK bool kafka_commit(struct kafka_client *c, struct err *e);
MUST_CHECK bool kafka_abort(struct kafka_client *c, struct err *e);
/* After kafka_abort: if a broker has refused a record since kafka_begin for its size, e says so
 * instead of what it said (bus.limit). */
void kafka_say_refusal(struct kafka_client *c, struct err *e);

/* ---- consuming ---- */

#define KAFKA_NO_POSITION (-1) /* next, of a position that was never committed */

/* Fills next and note of n positions; notes live in a. Waits while a transaction over one of them
 * is open. */
MUST_CHECK bool kafka_committed(struct kafka_client *c, struct bus_position *p, size_t n,
                                struct arena *a, struct err *e);
/* From now on fetches these n lanes and no other, each from next on (KAFKA_NO_POSITION: from its
 * first record). */
MUST_CHECK bool kafka_assign(struct kafka_client *c, const struct bus_position *p, size_t n,
                             struct err *e);
enum kafka_took {
    KAFKA_NOTHING, /* nothing came within wait_ms */
    KAFKA_RECORD,  /* r borrows from *message, which the caller gives to kafka_release */
    KAFKA_END      /* reader: all records before r->offset were taken */
};
/* Waits at most wait_ms for the next record. */
MUST_CHECK bool kafka_take(struct kafka_client *c, int wait_ms, struct bus_record *r,
                           void **message, enum kafka_took *what, struct err *e);
void kafka_release(void *message);

#endif
