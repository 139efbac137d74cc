/* suppose.c - a bundle as if what waits for its day or its signatures were in force. */
#include "sharing/bundle.h"

static bool has_later(const struct bundle *b, const struct agreement *g)
{
    for (size_t i = 0; i < b->agreement_count; i++)
        if (slice_equal(b->agreements[i].name, g->name) && b->agreements[i].version > g->version)
            return true;
    return false;
}

const struct bundle *bundle_suppose(struct arena *a, const struct bundle *b)
{
    struct bundle *out = ARENA_NEW(a, struct bundle);
    struct agreement *list = ARENA_ARRAY(a, b->agreement_count + 1, struct agreement);
    if (!out || !list)
        return NULL;
    for (size_t i = 0; i < b->agreement_count; i++) {
        list[i] = b->agreements[i];
        list[i].approved = true;
        list[i].from_ms = INT64_MIN;
        list[i].superseded_ms = has_later(b, &list[i]) ? INT64_MIN + 1 : 0;
    }
    *out = *b;
    out->agreements = list;
    return out;
}
