/* kafka_publisher.h - one idempotent producer for all threads of a process.
 *
 * Of the records sent to a partition, those that arrived are always the first ones, without a gap.
 * So a caller may send all of them again after a failure, and loses nothing. To keep it so, one
 * failure gives up the whole producer: the calls of all its users fail, the last user ends it, and
 * the next call starts another.
 *
 * Threads: any. A thread of its own serves the reports. Errors: as bus.h says of bus_publish. */
#ifndef CONCORDAT_BUS_KAFKA_PUBLISHER_H
#define CONCORDAT_BUS_KAFKA_PUBLISHER_H

#include <pthread.h>

#include "bus/kafka_client.h"

struct kafka_producer;
/* A lane that records were published to; end: just behind the last confirmed one. */
struct kafka_lane {
    char *topic;
    int partition;
    struct bus_end end;
};
struct kafka_publisher {
    const char *name;
    struct kafka_start own; /* how each producer is started; role, report and name are added */
    pthread_mutex_t lock;   /* of all below */
    pthread_cond_t
        change; /* with lock: a parcel's last report has come, or the producer has gone */
    struct kafka_producer *producer; /* NULL until a first call, and after one was given up */
    struct kafka_lane *lanes;
    size_t lane_count, lane_room;
};

/* own: prefix, site, why and asker. Borrows all of them for its life. Starts no producer yet. */
void kafka_publisher_init(struct kafka_publisher *p, const char *name,
                          const struct kafka_start *own);
void kafka_publisher_release(struct kafka_publisher *p);
/* As bus_publish. Gives up after 30 s, or after 2 s once a stop was asked for. */
MUST_CHECK bool kafka_publisher_send(struct kafka_publisher *p, const struct bus_record *r,
                                     size_t n, struct err *e);
/* The end just behind the last record of that lane that was confirmed; next 0: none was. */
void kafka_publisher_end(struct kafka_publisher *p, const char *topic, int partition,
                         struct bus_end *out);

#endif
