/* kafka_settings.h - what the Kafka client is told: by the bus's address, and by us.
 *
 *   kafka://host:9093,host:9093?security.protocol=SSL&ssl.ca.location=/etc/concordat/ca.pem
 *
 * The address names hosts, then what a site may set. Only how to connect can be set: what makes the
 * bus exactly-once is not for a site to choose. A secret is named by the file that holds it
 * (sasl.password.file, ssl.key.password.file), which others may not read. */
#ifndef CONCORDAT_BUS_KAFKA_SETTINGS_H
#define CONCORDAT_BUS_KAFKA_SETTINGS_H

#include "base/arena.h"
#include "bus/bus.h"

struct kafka_setting {
    const char *name, *value; /* NULL name ends a list */
};

/* The list lives in a. Fails: bus.url (ERR_FATAL), never with a value in its text. */
MUST_CHECK bool kafka_settings(const char *address, struct arena *a,
                               const struct kafka_setting **out, struct err *e);

bool kafka_has_setting(const struct kafka_setting *list, const char *name);

enum kafka_role {
    KAFKA_LOOKER,    /* asks for metadata and ends, makes topics */
    KAFKA_PUBLISHER, /* idempotent producer */
    KAFKA_WRITER,    /* transactional producer */
    KAFKA_FETCHER,   /* a worker's consumer */
    KAFKA_READER     /* reads one partition to its end */
};
const struct kafka_setting *kafka_role_settings(enum kafka_role role);

/* What a topic must be, whoever made it: otherwise a sender dates what it says, records are lost
 * that must stay, or large ones are never taken. Up to a NULL name. */
const struct kafka_setting *kafka_topic_musts(const struct bus_topic *t);
/* Whether a topic that has `is` there is as it must be: a size is the least that it may be. */
bool kafka_must_holds(const struct kafka_setting *must, const char *is);
bool kafka_must_is_least(const struct kafka_setting *must);
/* In bytes, of a batch: what concordat sends at once. */
#define KAFKA_TOPIC_SIZE "max.message.bytes"
#define KAFKA_ROOM_BYTES "4325376" /* BUS_RECORD_MAX_BYTES and some for the batch around it */

/* What a new topic is made with: what it must be, and what is well for it. */
#define KAFKA_TOPIC_SETTINGS_MAX 7
void kafka_topic_settings(const struct bus_topic *t, int copies,
                          struct kafka_setting out[KAFKA_TOPIC_SETTINGS_MAX]);

#endif
