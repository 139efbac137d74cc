/* refs.c - lists of paths. */
#include "mapping/inside.h"

bool refs_name(const struct refs *refs, int source)
{
    for (size_t i = 0; i < refs->count; i++)
        if (refs->list[i].source == source)
            return true;
    return false;
}
