/* kafka_inside.h - a client as the files that speak with the library see it; nobody else. */
#ifndef CONCORDAT_BUS_KAFKA_INSIDE_H
#define CONCORDAT_BUS_KAFKA_INSIDE_H

#include <stdatomic.h>
#include <stdio.h>

#include <librdkafka/rdkafka.h>

#include "bus/kafka_client.h"

#define KAFKA_ANSWER_MS 10000 /* one question to a broker */
#define KAFKA_PAUSE_MS 20
/* what blocks without the asker blocks no longer than this at once */
#define KAFKA_SLICE_MS 200
#define KAFKA_NAME_MAX 512

struct kafka_client {
    rd_kafka_t *rk;
    const char *prefix;
    struct kafka_why *why;
    struct kafka_asker *asker;
    int open; /* questions that are with the library; under the asker's lock */
    void (*report)(void *parcel, const struct bus_record *at, const struct err *why);
    _Atomic(const char *) too_small; /* writer: the topic (its handle's name) that has refused a
                                        record for its size */
    struct topic *topics;            /* those it has met, by name */
    size_t count, room;
    atomic_bool doubts; /* the library speaks of a topic that is not there */
    int64_t gone_ns;    /* since when one is; 0: all are there */
    int64_t asked_ns;   /* when the broker was asked for them last */
};

/* bus.down (ERR_RETRY): "cannot <what>: <why>", or what TLS or the login says of why. False. */
bool kafka_down(struct kafka_client *c, struct err *e, const char *what, rd_kafka_resp_err_t why);

/* Waits for the answer to what was asked with this queue; NULL with e set: it is an error. */
rd_kafka_event_t *kafka_answer(struct kafka_client *c, rd_kafka_queue_t *queue, const char *what,
                               struct err *e);

/* kafka_kept.c. Fills `compacted`. */
MUST_CHECK bool kafka_note_compacted(struct kafka_client *c, struct bus_topic *t, size_t n,
                                     struct err *e);

/* kafka_conf.c. bus.url (ERR_FATAL), never with a value. */
MUST_CHECK bool kafka_conf_set(rd_kafka_conf_t *conf, const struct kafka_setting *list,
                               struct err *e);

static inline const char *kafka_full_name(const struct kafka_client *c, const char *name,
                                          char out[KAFKA_NAME_MAX])
{
    snprintf(out, KAFKA_NAME_MAX, "%s%s", c->prefix, name);
    return out;
}

/* What the broker knows of that topic (NULL: of all), freed by rd_kafka_metadata_destroy. */
rd_kafka_resp_err_t kafka_metadata(struct kafka_client *c, const char *topic, int wait_ms,
                                   const struct rd_kafka_metadata **out);

/* Before the same question again; false: the time is over, or everybody hurries. */
static inline bool kafka_pause(struct kafka_client *c, int64_t until_ns)
{
    rd_kafka_poll(c->rk, KAFKA_PAUSE_MS);
    return clock_mono_ns() < until_ns && !kafka_asker_hurries(c->asker);
}

#endif
