/* kafka_lost.h - whether a worker's lanes are those that it has read.
 *
 * A topic that was deleted and made anew begins at offset 0 and may have grown past a position
 * since: then other records stand where the worker has read. So the time at which the broker took
 * the last one (log append time) is committed with a position, as its note, and compared when a
 * worker joins. Positions of older programs have none, and nothing is compared.
 *
 * Threads: the worker's. */
#ifndef CONCORDAT_BUS_KAFKA_LOST_H
#define CONCORDAT_BUS_KAFKA_LOST_H

#include "bus/kafka_client.h"

/* The same positions, with at_ms in the notes of those that have no other. In a. */
MUST_CHECK bool kafka_put_times(const struct bus_position *p, size_t n, struct arena *a,
                                const struct bus_position **out, struct err *e);
/* at_ms of what was committed so; the note is taken off. */
void kafka_take_time(struct bus_position *p);
/* Reads the last record before each lane that has at_ms; one that was taken at another time: the
 * lane begins anew at its first record, and the log says so. The consumer's assignment is gone
 * afterwards. */
MUST_CHECK bool kafka_look_back(struct kafka_client *in, struct kafka_client *looker,
                                const struct bus_join *j, struct bus_position *lanes, size_t n,
                                struct arena *a, struct err *e);

#endif
