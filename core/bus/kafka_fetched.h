/* kafka_fetched.h - the records that one fetch of a worker, or one call of a reader, hands out on
 * Kafka.
 *
 * Threads: that of the worker or reader. Errors: as bus.h says. */
#ifndef CONCORDAT_BUS_KAFKA_FETCHED_H
#define CONCORDAT_BUS_KAFKA_FETCHED_H

#include "bus/kafka_client.h"

/* At most BUS_BATCH_COUNT records, and not many more than BUS_BATCH_BYTES. They live until the next
 * reset. */
struct kafka_fetched {
    struct bus_record *r;
    void **messages; /* the library's; the records borrow from them */
    size_t n, bytes;
};

/* Release also after a failed init, and before the client, which the messages hold on to. */
MUST_CHECK bool kafka_fetched_init(struct kafka_fetched *f, struct err *e);
void kafka_fetched_reset(struct kafka_fetched *f);
void kafka_fetched_release(struct kafka_fetched *f);
/* Takes the records that are there. Waits for the first of them, at most wait_ms, unless *at
 * reaches the offset `end` before. Moves *at behind what was taken. */
MUST_CHECK bool kafka_fetched_fill(struct kafka_fetched *f, struct kafka_client *c, int wait_ms,
                                   int64_t end, int64_t *at, struct err *e);

#endif
