/* words.c - whether a list has a word. */
#include "sharing/rules/words.h"

bool words_have(const struct words *w, struct slice word)
{
    return slice_is_one_of(word, w->list, w->count);
}

static struct slice word_at(const void *of, size_t i)
{
    const struct words *w = of;
    return w->list[i];
}

struct choices_at words_choices(const struct words *w)
{
    return (struct choices_at){ w, word_at, w->count };
}
