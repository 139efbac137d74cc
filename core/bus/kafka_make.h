/* kafka_make.h - makes the topics that a region needs, on Kafka. Errors: as bus.h says. */
#ifndef CONCORDAT_BUS_KAFKA_MAKE_H
#define CONCORDAT_BUS_KAFKA_MAKE_H

#include "bus/kafka_client.h"

/* As bus_topics, by a looker. Waits up to 20 s until the broker knows the topics that it made. */
MUST_CHECK bool kafka_make_topics(struct kafka_client *look, const struct bus_topic *t, size_t n,
                                  struct err *e);

#endif
