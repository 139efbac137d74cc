/* kafka_lost.h - notices that a topic was deleted and made anew since a worker read it.
 *
 * A new topic begins at offset 0, and may have grown past the worker's position: then other records
 * stand where the worker has read. So each position is committed with the time at which the broker
 * accepted the record before it (log append time), as its note. A worker that joins reads that
 * record again and compares. Positions that older programs committed have no time, and are not
 * compared.
 *
 * Threads: the worker's. Errors: as bus.h says. */
#ifndef CONCORDAT_BUS_KAFKA_LOST_H
#define CONCORDAT_BUS_KAFKA_LOST_H

#include "bus/kafka_client.h"

/* Copies n positions into a, and puts at_ms into the note of each that has a time and no note. */
MUST_CHECK bool kafka_lost_put_times(const struct bus_position *p, size_t n, struct arena *a,
                                     const struct bus_position **out, struct err *e);
/* Takes the time out of a committed note into at_ms. Leaves any other note alone. */
void kafka_lost_take_time(struct bus_position *p);
/* Reads the record before each position that has at_ms. Where it was accepted at another time, the
 * lane was lost: the position moves to the lane's first record, and the log says so. Ends the
 * consumer's assignment. */
MUST_CHECK bool kafka_lost_look_back(struct kafka_client *in, struct kafka_client *looker,
                                     const struct bus_join *j, struct bus_position *lanes, size_t n,
                                     struct arena *a, struct err *e);

#endif
