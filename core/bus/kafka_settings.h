/* kafka_settings.h - the settings of a Kafka client: those of the bus's address, and our own.
 *
 *   kafka://host:9093,host:9093?security.protocol=SSL&ssl.ca.location=/etc/concordat/ca.pem
 *
 * The address lists the hosts, and then settings. A site may set how to connect. It may not set
 * what makes the bus exactly-once. A secret is given by the file that holds it (sasl.password.file,
 * ssl.key.password.file), which only its owner may read. */
#ifndef CONCORDAT_BUS_KAFKA_SETTINGS_H
#define CONCORDAT_BUS_KAFKA_SETTINGS_H

#include "base/arena.h"
#include "bus/bus.h"

struct kafka_setting {
    const char *name, *value; /* NULL name ends a list */
};

/* Reads what stands behind "kafka://". The list lives in a. Fails with bus.url (ERR_FATAL), never
 * with a value in the sentence. */
MUST_CHECK bool kafka_settings(const char *address, struct arena *a,
                               const struct kafka_setting **out, struct err *e);

bool kafka_has_setting(const struct kafka_setting *list, const char *name);

enum kafka_role {
    KAFKA_LOOKER,    /* asks for topics and where they end; makes topics */
    KAFKA_PUBLISHER, /* idempotent producer */
    KAFKA_WRITER,    /* transactional producer */
    KAFKA_FETCHER,   /* a worker's consumer */
    KAFKA_READER     /* reads one partition to its end */
};
/* Fills out with what the role is told, a NULL name at its end. Returns out. */
#define KAFKA_ROLE_SETTINGS_MAX 32
const struct kafka_setting *kafka_role_settings(enum kafka_role role,
                                                struct kafka_setting out[KAFKA_ROLE_SETTINGS_MAX]);

/* A setting of a topic; a NULL name ends a list. */
struct kafka_topic_setting {
    const char *name, *value;
};
/* The settings that a topic must have, whoever made it. Otherwise senders would date their records,
 * records that must stay would be deleted, or large ones be refused. */
const struct kafka_topic_setting *kafka_topic_musts(const struct bus_topic *t);
/* Whether the value `is` will do: it is as `must` says, or, of a size, at least that. */
bool kafka_must_holds(const struct kafka_topic_setting *must, const char *is);
/* Whether the value is the least that will do. */
bool kafka_must_is_least(const struct kafka_topic_setting *must);
/* The largest batch that a topic takes, in bytes. A batch has one record at least. */
#define KAFKA_TOPIC_SIZE "max.message.bytes"
#define KAFKA_ROOM_BYTES "4325376" /* BUS_RECORD_MAX_BYTES and 128 KiB for the batch around it */

/* Fills out with the settings that a new topic is made with: those that it must have, and some that
 * do it good, a NULL name at their end. copies: how many brokers keep the topic. */
#define KAFKA_TOPIC_SETTINGS_MAX 8
void kafka_topic_settings(const struct bus_topic *t, int copies,
                          struct kafka_topic_setting out[KAFKA_TOPIC_SETTINGS_MAX]);

#endif
