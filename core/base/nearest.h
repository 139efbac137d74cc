/* nearest.h - the words that somebody may have meant, for a message about one that is none of them.
 *
 * Nearest is by how many letters must be changed, added, left out or swapped with the next. Bounded:
 * a word of more than NEAREST_LETTERS is compared by its beginning. Allocates nothing. */
#ifndef CONCORDAT_BASE_NEAREST_H
#define CONCORDAT_BASE_NEAREST_H

#include "base/slice.h"

#define NEAREST_LETTERS 40

/* How far apart two words are; 0: the same. */
unsigned nearest_distance(struct slice a, struct slice b);

/* n words, which stand stride bytes apart, in any table whose rows begin with one. */
struct choices {
    const void *first; /* const char ** */
    size_t stride, n;
};
/* "a, b or c", the nearest first and of equals in their order; what has no room is "..." at the end.
 * room > 8. Returns out. */
const char *nearest_list(struct slice word, const struct choices *choices, char *out, size_t room);

#endif
