/* receiver.c - what a service was sent. */
#include "sharing/facts/receiver.h"

const struct receiver *receiver_of(const struct receiver *list, size_t n, uint16_t service)
{
    const struct receiver *last = NULL;
    for (size_t i = 0; i < n; i++)
        if (list[i].service == service)
            last = &list[i];
    return last;
}
