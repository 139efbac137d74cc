/* kafka_inside.h - a client as kafka_client.c, kafka_conf.c and kafka_topics.c see it; nobody else. */
#ifndef CONCORDAT_BUS_KAFKA_INSIDE_H
#define CONCORDAT_BUS_KAFKA_INSIDE_H

#include <stdatomic.h>
#include <stdio.h>

#include <librdkafka/rdkafka.h>

#include "bus/kafka_client.h"

#define KAFKA_ANSWER_MS 10000 /* one question to a broker */
#define KAFKA_PAUSE_MS 20
#define KAFKA_NAME_MAX 512

struct kafka_client {
    rd_kafka_t *rk;
    const char *prefix;
    struct kafka_why *why;
    void (*report)(void *parcel, const struct bus_record *at);
    struct topic *topics; /* those it has met, by name */
    size_t count, room;
    atomic_bool doubts; /* the library speaks of a topic that is not there */
    int64_t gone_ns;    /* since when one is; 0: all are there */
    int64_t asked_ns;   /* when the broker was asked for them last */
};

/* bus.down (ERR_RETRY): "cannot <what>: <why>", or what TLS or the login says of why. False. */
bool kafka_down(struct kafka_client *c, struct err *e, const char *what, rd_kafka_resp_err_t why);

/* kafka_conf.c. bus.url (ERR_FATAL), never with a value. */
MUST_CHECK bool kafka_conf_set(rd_kafka_conf_t *conf, const struct kafka_setting *list, struct err *e);

static inline const char *kafka_full_name(const struct kafka_client *c, const char *name,
                                          char out[KAFKA_NAME_MAX])
{
    snprintf(out, KAFKA_NAME_MAX, "%s%s", c->prefix, name);
    return out;
}

/* Before the same question again; false: the time is over. */
static inline bool kafka_pause(struct kafka_client *c, int64_t until_ns)
{
    rd_kafka_poll(c->rk, KAFKA_PAUSE_MS);
    return clock_mono_ns() < until_ns;
}

#endif
