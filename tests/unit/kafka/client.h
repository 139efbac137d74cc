/* client.h - kafka_client.h without a broker: one topic partition, and what fails next. */
#ifndef TEST_KAFKA_CLIENT_H
#define TEST_KAFKA_CLIENT_H

#include "bus/kafka_client.h"

struct broker {
    int64_t first, next, committed; /* the records there are; the group's position */
    enum err_fate commit_fails, abort_fails, assign_fails; /* ERR_NONE: it does not */
    int aborts, assigns;
};
extern struct broker broker;

#endif
