/* kafka_inside.h - a Kafka client as the files see it that call the library. Included by no other.
 */
#ifndef CONCORDAT_BUS_KAFKA_INSIDE_H
#define CONCORDAT_BUS_KAFKA_INSIDE_H

#include <stdatomic.h>
#include <stdio.h>

#include <librdkafka/rdkafka.h>

#include "bus/kafka_client.h"

#define KAFKA_ANSWER_MS 10000 /* how long one question to a broker may take */
#define KAFKA_PAUSE_MS 20     /* before the same question is put again */
#define KAFKA_SLICE_MS                                                                             \
    200 /* the longest that a call blocks at once which the asker does not make */
#define KAFKA_NAME_MAX 512

/* A topic that a client has asked for. */
struct kafka_topic {
    rd_kafka_topic_t *handle;
    const char *name; /* without the prefix; the handle's */
    int partitions;
};

struct kafka_client {
    rd_kafka_t *rk;
    const char *prefix;
    struct kafka_why *why;
    struct kafka_asker *asker;
    int open; /* how many questions are with the library; under the asker's lock */
    void (*report)(void *parcel, const struct bus_record *at, const struct err *why);
    /* Writer: full name of the topic that has refused a record for its size; its handle's own. */
    _Atomic(const char *) too_small;
    struct kafka_topic *topics; /* those that it has asked for, sorted by name */
    size_t count, room;
    atomic_bool doubts; /* the library's log has said that a topic is not there */
    int64_t gone_ns;    /* since when a topic is not there; 0: all are */
    int64_t asked_ns;   /* when the broker was last asked whether they are */
};

/* Sets bus.down (ERR_RETRY): "cannot <what>: <why>". What TLS or the login has said within the last
 * seconds stands in the place of why. Always false. */
bool kafka_down(struct kafka_client *c, struct err *e, const char *what, rd_kafka_resp_err_t why);
/* The same of a topic: `what` ends before its name. */
bool kafka_topic_down(struct kafka_client *c, struct err *e, const char *what, const char *topic,
                      rd_kafka_resp_err_t why);

/* Waits for the answer to the question put with this queue. NULL, with e set: there is none, or it
 * is an error. The caller destroys the event. */
rd_kafka_event_t *kafka_answer(struct kafka_client *c, rd_kafka_queue_t *queue, const char *what,
                               struct err *e);

/* kafka_topics.c. Fills t->partitions. bus.topic (ERR_FATAL) when there is no such topic, or none
 * for this login. */
MUST_CHECK bool kafka_ask_partitions(struct kafka_client *c, const char *name, int wait_ms,
                                     struct kafka_topic *t, struct err *e);
/* kafka_topics.c. The handle of a topic that has such a partition. Asks for the topic where the
 * client does not know it yet. */
MUST_CHECK bool kafka_find_topic(struct kafka_client *c, const char *name, int partition,
                                 rd_kafka_topic_t **out, struct err *e);

/* kafka_kept.c. Fills `compacted` of each of n topics. */
MUST_CHECK bool kafka_note_compacted(struct kafka_client *c, struct bus_topic *t, size_t n,
                                     struct err *e);

/* kafka_conf.c. Fails with bus.url (ERR_FATAL), never with a value in the sentence. */
MUST_CHECK bool kafka_conf_set(rd_kafka_conf_t *conf, const struct kafka_setting *list,
                               struct err *e);

/* The topic's name with the prefix, in out. */
static inline const char *kafka_full_name(const struct kafka_client *c, const char *name,
                                          char out[KAFKA_NAME_MAX])
{
    snprintf(out, KAFKA_NAME_MAX, "%s%s", c->prefix, name);
    return out;
}

/* Asks a broker about a topic (NULL: about all). *out is freed by rd_kafka_metadata_destroy. */
rd_kafka_resp_err_t kafka_metadata(struct kafka_client *c, const char *topic, int wait_ms,
                                   const struct rd_kafka_metadata **out);

/* Waits KAFKA_PAUSE_MS before the same question is put again. False: until_ns has come, or a stop
 * was asked for. */
static inline bool kafka_pause(struct kafka_client *c, int64_t until_ns)
{
    rd_kafka_poll(c->rk, KAFKA_PAUSE_MS);
    return clock_mono_ns() < until_ns && !kafka_asker_hurries(c->asker);
}

#endif
