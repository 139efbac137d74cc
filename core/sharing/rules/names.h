/* names.h - finding a thing by its name among those of an array; for the room sharing only.
 *
 * Open addressing over the numbers of the things, made once; names are looked up for every
 * event. */
#ifndef CONCORDAT_SHARING_RULES_NAMES_H
#define CONCORDAT_SHARING_RULES_NAMES_H

#include "base/arena.h"

struct names {
    const void *first;     /* the name of the first thing */
    size_t stride;         /* from one name to the next, in bytes */
    const uint32_t *slots; /* number + 1; 0: empty. NULL: there is nothing */
    size_t mask;
};

/* The things stay where they are as long as the names are used. Of equal names the first is
 * found. */
MUST_CHECK bool names_index(struct names *n, struct arena *a, const struct slice *first,
                            size_t stride, size_t count);
/* -1 when there is none. */
int names_find(const struct names *n, struct slice name);

#endif
