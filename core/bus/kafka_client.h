/* kafka_client.h - librdkafka in the bus's words; its types stay in kafka_client.c,
 * kafka_kept.c and kafka_topics.c.
 *
 * A client is one connection set with one role. Topic names are without the prefix. What is to be
 * done again (a coordinator that loads, a retriable error) is done again in here, for a bounded
 * time. Threads: a publisher may be used by many, but kafka_want, and so kafka_send, by one at a
 * time; the others belong to one thread. Errors: as bus.h says. */
#ifndef CONCORDAT_BUS_KAFKA_CLIENT_H
#define CONCORDAT_BUS_KAFKA_CLIENT_H

#include "base/clock.h"
#include "bus/bus.h"
#include "bus/kafka_ask.h"
#include "bus/kafka_settings.h"
#include "bus/kafka_why.h"

struct kafka_client;

/* The steady clock's time so many milliseconds from now. */
static inline int64_t after_ms(int64_t ms)
{
    return clock_mono_ns() + ms * 1000000;
}

struct kafka_start {
    enum kafka_role role;
    const char *prefix;                     /* borrows for the life of the client */
    const struct kafka_setting *site, *own; /* of the bus's address; client.id and identity */
    struct kafka_why *why;                  /* lives as long as the client */
    struct kafka_asker *asker; /* likewise: no wait in here outlasts its hurry by much */
    /* Publisher: called by kafka_serve, once a record sent; at: where and when it was accepted,
     * without its bytes; NULL: it was not, and why (ERR_NONE where nobody has refused it:
     * kafka_purge). */
    void (*report)(void *parcel, const struct bus_record *at, const struct err *why);
};
MUST_CHECK bool kafka_start(const struct kafka_start *s, struct kafka_client **out, struct err *e);
void kafka_stop(struct kafka_client **c);
/* Another client was told that a topic of this consumer's is not there: kafka_stop does not wait
 * for it. */
void kafka_topic_gone(struct kafka_client *c);

/* Everybody is to hurry: whoever asks again and again gives up. */
bool kafka_hurries(struct kafka_client *c);

/* ---- topics ---- */

/* bus.topic unless the topic has such a partition. */
MUST_CHECK bool kafka_want(struct kafka_client *c, const char *topic, int partition, struct err *e);
/* All topics of the prefix and the number of brokers; compacted only when asked for (a second
 * question). */
MUST_CHECK bool kafka_topics(struct kafka_client *c, bool with_compacted, struct arena *a,
                             struct bus_topic **out, size_t *n, int *brokers, struct err *e);
/* Whether each is kept as kafka_topic_musts says: else bus.settings (ERR_FATAL); the log has every
 * setting that is wrong, with the command that mends it. What this login may not see is said
 * (bus.unseen), and is no failure. *later: the broker asked does not know one of them yet. */
MUST_CHECK bool kafka_check_kept(struct kafka_client *c, const struct bus_topic *t, size_t n,
                                 bool *later, struct err *e);
/* Whether a broker answers within wait_ms (looker). */
bool kafka_answers(struct kafka_client *c, int wait_ms);
/* One that exists already is no error. */
MUST_CHECK bool kafka_create(struct kafka_client *c, const struct bus_topic *t, size_t n,
                             int brokers, struct err *e);
/* The first offset there is and the next one there will be, uncommitted ones counted (looker).
 * bus.topic when the broker has not known the topic for as long as it was asked (10 s). */
MUST_CHECK bool kafka_ends(struct kafka_client *c, const char *topic, int partition, int64_t *first,
                           int64_t *next, struct err *e);

/* ---- producing ---- */

/* Hands r over (copies it). *full: no room now, serve reports and send it again. */
MUST_CHECK bool kafka_send(struct kafka_client *c, const struct bus_record *r, void *parcel,
                           bool *full, struct err *e);
/* Waits at most wait_ms for reports and calls back for each. */
void kafka_serve(struct kafka_client *c, int wait_ms);
/* Gives up all that has no report yet: each gets one soon. */
void kafka_purge(struct kafka_client *c);

/* ---- a writer's transaction ---- */

/* Ends what a predecessor of the same id left open, and fences it. */
MUST_CHECK bool kafka_take_over(struct kafka_client *c, struct err *e);
MUST_CHECK bool kafka_begin(struct kafka_client *c, struct err *e);
MUST_CHECK bool kafka_send_positions(struct kafka_client *c, const char *group,
                                     const struct bus_position *p, size_t n, struct err *e);
/* ERR_RETRY: certainly not committed, abort it. Cannot be told: ERR_FATAL, a restart will. */
MUST_CHECK bool kafka_commit(struct kafka_client *c, struct err *e);
MUST_CHECK bool kafka_abort(struct kafka_client *c, struct err *e);
/* Whether a broker has refused a record since kafka_begin, told once that is aborted: why takes the
 * place of what e says. */
void kafka_say_refusal(struct kafka_client *c, struct err *e);

/* ---- consuming ---- */

#define KAFKA_NO_POSITION (-1) /* next, of a position that was never committed */

/* Fills next and note of each p (notes in a). Waits while a transaction over them is open. */
MUST_CHECK bool kafka_committed(struct kafka_client *c, struct bus_position *p, size_t n,
                                struct arena *a, struct err *e);
/* Fetches exactly these from next on (KAFKA_NO_POSITION: from the first there is); a record taken
 * from here on is of this assignment. */
MUST_CHECK bool kafka_assign(struct kafka_client *c, const struct bus_position *p, size_t n,
                             struct err *e);
enum kafka_took {
    KAFKA_NOTHING, /* the wait is over */
    KAFKA_RECORD,  /* r borrows from *message until kafka_release */
    KAFKA_END      /* reader: r->offset is where reading goes on; all before it was taken */
};
MUST_CHECK bool kafka_take(struct kafka_client *c, int wait_ms, struct bus_record *r,
                           void **message, enum kafka_took *what, struct err *e);
void kafka_release(void *message);

#endif
