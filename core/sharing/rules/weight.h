/* weight.h - a truth as one byte, so that && is the lesser, || the greater, ! the mirror image.
 *
 *   0          nobody was asked
 *   1 - 127    false; the number is the rank of the gate that was shut (reasons.def)
 *   128        unknown
 *   129        of a clause only: would permit, or might, but its agreement has ended
 *   130 - 255  true; what is lacking to 256 is the rank of the gate if it is negated
 *
 * Of several gates within one clause the lowest rank is told, of several clauses the highest: that,
 * too, is the lesser and the greater. So a row of weights, one a service, is decided for all
 * services by a loop over bytes. */
#ifndef CONCORDAT_SHARING_RULES_WEIGHT_H
#define CONCORDAT_SHARING_RULES_WEIGHT_H

#include "sharing/rules/reason.h"

#include <stdbool.h>
#include <stdint.h>

#define WEIGHT_NONE 0
#define WEIGHT_UNKNOWN 128
#define WEIGHT_ENDED 129
#define WEIGHT_TRUE 255

/* False, stopped by that gate; true, and stopped by that gate if it is negated. */
#define WEIGHT_FALSE(name) ((uint8_t)RANK_##name)
#define WEIGHT_TRUE_BUT(name) ((uint8_t)(256 - RANK_##name))

static inline uint8_t weight_false(enum reason why)
{
    return (uint8_t)reason_rank(why);
}
/* A truth that tells no gate but that the condition does not hold. */
static inline uint8_t weight_plain(bool is_true)
{
    return is_true ? WEIGHT_TRUE_BUT(CONDITION_FALSE) : WEIGHT_FALSE(CONDITION_FALSE);
}
static inline bool weight_is_false(uint8_t w)
{
    return w < WEIGHT_UNKNOWN;
}
static inline bool weight_is_true(uint8_t w)
{
    return w > WEIGHT_ENDED;
}
static inline uint8_t weight_lesser(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}
static inline uint8_t weight_greater(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}
static inline uint8_t weight_not(uint8_t w)
{
    return (uint8_t)-w;
}

#endif
