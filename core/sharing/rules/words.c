/* words.c - whether a list has a word. */
#include "sharing/rules/words.h"

bool words_have(const struct words *w, struct slice word)
{
    return slice_is_one_of(word, w->list, w->count);
}
