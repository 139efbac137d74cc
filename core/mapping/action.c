/* action.c - what a record does, by its word. */
#include "mapping/inside.h"

unsigned action_named(struct slice word)
{
    if (slice_equal_text(word, "asserts"))
        return ACTION_ASSERTS;
    if (slice_equal_text(word, "replaces"))
        return ACTION_REPLACES;
    return slice_equal_text(word, "retracts") ? ACTION_RETRACTS : 0;
}
