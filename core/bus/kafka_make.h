/* kafka_make.h - the topics that a region needs, on Kafka. As bus_topics; asks of the looker. */
#ifndef CONCORDAT_BUS_KAFKA_MAKE_H
#define CONCORDAT_BUS_KAFKA_MAKE_H

#include "bus/kafka_client.h"

MUST_CHECK bool kafka_make_topics(struct kafka_client *look, const struct bus_topic *t, size_t n,
                                  struct err *e);

#endif
