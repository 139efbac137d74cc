/* bits.h - taking the bits of a word one by one, from the lowest up.
 *
 *     bits                 0101 1000
 *     bits_lowest(bits)         3
 *     bits_rest(bits)      0101 0000
 *
 * for (uint64_t left = bits; left; left = bits_rest(left)) visits each by its number. Pure. */
#ifndef CONCORDAT_BASE_BITS_H
#define CONCORDAT_BASE_BITS_H

#include <stddef.h>
#include <stdint.h>

/* The number of the lowest bit that is set; of 0 there is none. */
static inline size_t bits_lowest(uint64_t bits)
{
    return (size_t)__builtin_ctzll(bits);
}

/* All bits but the lowest that is set. */
static inline uint64_t bits_rest(uint64_t bits)
{
    return bits & (bits - 1);
}

#endif
