/* categories.h - a set of sharing categories, as bits.
 *
 * Categories are interned by the catalogue ("identity.nhs-number", "stay.ward"). Two are not for
 * agreements: "always" (travels in every disclosure) and "never" (leaves the router in none). */
#ifndef CONCORDAT_RECORD_CATEGORIES_H
#define CONCORDAT_RECORD_CATEGORIES_H

#include <stdbool.h>
#include <stdint.h>

#define CATEGORIES_MAX 192
#define CATEGORIES_WORDS (CATEGORIES_MAX / 64)

struct categories {
    uint64_t bits[CATEGORIES_WORDS];
};

static inline void categories_add(struct categories *c, unsigned n)
{
    c->bits[n / 64] |= (uint64_t)1 << (n % 64);
}
static inline bool categories_has(const struct categories *c, unsigned n)
{
    return (c->bits[n / 64] >> (n % 64)) & 1;
}
static inline void categories_join(struct categories *c, const struct categories *more)
{
    for (unsigned i = 0; i < CATEGORIES_WORDS; i++)
        c->bits[i] |= more->bits[i];
}
static inline void categories_drop(struct categories *c, const struct categories *less)
{
    for (unsigned i = 0; i < CATEGORIES_WORDS; i++)
        c->bits[i] &= ~less->bits[i];
}
static inline void categories_keep(struct categories *c, const struct categories *only)
{
    for (unsigned i = 0; i < CATEGORIES_WORDS; i++)
        c->bits[i] &= only->bits[i];
}
static inline bool categories_is_empty(const struct categories *c)
{
    for (unsigned i = 0; i < CATEGORIES_WORDS; i++)
        if (c->bits[i])
            return false;
    return true;
}
static inline bool categories_equal(const struct categories *a, const struct categories *b)
{
    for (unsigned i = 0; i < CATEGORIES_WORDS; i++)
        if (a->bits[i] != b->bits[i])
            return false;
    return true;
}

#endif
