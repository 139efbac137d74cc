/* kinds.c - whether a list has a kind. */
#include "sharing/rules/kinds.h"

bool kinds_have(const uint32_t *kinds, size_t n, uint32_t kind)
{
    for (size_t i = 0; i < n; i++)
        if (kinds[i] == kind)
            return true;
    return false;
}
