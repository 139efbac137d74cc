/* receiver.h - what a service was sent of an event, and what people still hold. */
#ifndef CONCORDAT_SHARING_FACTS_RECEIVER_H
#define CONCORDAT_SHARING_FACTS_RECEIVER_H

#include "sharing/facts/facts.h"

/* What that service got last; NULL: nothing. */
const struct receiver *receiver_of(const struct receiver *list, size_t n, uint16_t service);

#endif
