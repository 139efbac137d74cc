/* kafka_publisher.h - one idempotent producer for all threads of a process.
 *
 * What reached a partition is always a beginning of what was sent, so sending all of it again after
 * a failure loses nothing. To keep that, a failure gives up the producer as a whole: its users fail
 * alike, the last one to leave ends it, and the next one starts another.
 *
 * Threads: any; a thread of its own serves the reports. */
#ifndef CONCORDAT_BUS_KAFKA_PUBLISHER_H
#define CONCORDAT_BUS_KAFKA_PUBLISHER_H

#include <pthread.h>

#include "bus/kafka_client.h"

struct kafka_producer;
/* A lane that something was published to, up to the last record. */
struct kafka_lane {
    char *topic;
    int partition;
    struct bus_end end;
};
struct kafka_publisher {
    const char *name;
    struct kafka_start own; /* of each producer: whom it tells, and what it is called, come to it */
    pthread_mutex_t lock;
    pthread_cond_t change;      /* with lock: reports have come, or the producer is gone */
    struct kafka_producer *now; /* NULL until somebody publishes */
    struct kafka_lane *lanes;   /* under lock, as their count */
    size_t lane_count, lane_room;
};

/* own: prefix, site, why and asker. Borrows all for its life; starts nothing yet. */
void kafka_publisher_init(struct kafka_publisher *p, const char *name,
                          const struct kafka_start *own);
void kafka_publisher_release(struct kafka_publisher *p);
/* As bus_publish. Gives up after 30 s, hurried after 2. */
MUST_CHECK bool kafka_publisher_send(struct kafka_publisher *p, const struct bus_record *r,
                                     size_t n, struct err *e);
/* Up to the last record that was confirmed; next 0: none was. */
void kafka_publisher_end(struct kafka_publisher *p, const char *topic, int partition,
                         struct bus_end *out);

#endif
