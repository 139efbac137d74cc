/* nearest.h - "it has: a, b or c", the nearest first: the choices that a message about a wrong
 * word names.
 *
 * The distance of two words is how many letters must be changed, added, left out or swapped with
 * the next. Of a word only the first NEAREST_LETTERS are compared. Allocates nothing. */
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
/* n words, each asked of `at`. An empty one is no choice. */
struct choices_at {
    const void *of;
    struct slice (*at)(const void *of, size_t i);
    size_t n;
};
/* "a, b or c", the nearest first; equally near ones stand in their order. Ends with "..." when
 * room is too little for all; "nothing" when there is no choice. room > 8. Returns out. */
const char *nearest_list(struct slice word, const struct choices *choices, char *out, size_t room);
const char *nearest_list_at(struct slice word, const struct choices_at *choices, char *out,
                            size_t room);

#endif
