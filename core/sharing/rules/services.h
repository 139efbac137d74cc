/* services.h - a set of services, by number. */
#ifndef CONCORDAT_SHARING_RULES_SERVICES_H
#define CONCORDAT_SHARING_RULES_SERVICES_H

#include "base/slice.h"

#define SERVICES_MAX 1024
#define SERVICES_WORDS (SERVICES_MAX / 64)

struct services {
    uint64_t bits[SERVICES_WORDS];
};

static inline void services_add(struct services *s, unsigned n)
{
    s->bits[n / 64] |= (uint64_t)1 << (n % 64);
}
static inline bool services_have(const struct services *s, unsigned n)
{
    return (s->bits[n / 64] >> (n % 64)) & 1;
}

#endif
