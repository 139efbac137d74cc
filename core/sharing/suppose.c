/* suppose.c - a bundle as if what waits for its day or its signatures had begun; what has ended or
 * was stopped stays so. */
#include "sharing/clause.h"

static bool has_later(const struct bundle *b, const struct agreement *g)
{
    for (size_t i = 0; i < b->agreement_count; i++)
        if (slice_equal(b->agreements[i].name, g->name) && b->agreements[i].version > g->version)
            return true;
    return false;
}

/* Terms are what the decision goes by; the agreements say the same for whoever reads them. */
static void suppose(const struct bundle *b, size_t n, struct agreement *g, struct terms *t)
{
    *g = b->agreements[n];
    *t = b->compiled->terms[n];
    g->approved = t->approved = true;
    g->from_ms = t->from_ms = INT64_MIN;
    g->superseded_ms = t->superseded_ms = has_later(b, g) ? INT64_MIN : NEVER_MS;
}

const struct bundle *bundle_suppose(struct arena *a, const struct bundle *b)
{
    struct bundle *out = ARENA_NEW(a, struct bundle);
    struct compiled *compiled = ARENA_NEW(a, struct compiled);
    struct agreement *agreements = ARENA_ARRAY(a, b->agreement_count + 1, struct agreement);
    struct terms *terms = ARENA_ARRAY(a, b->agreement_count + 1, struct terms);
    if (!out || !compiled || !agreements || !terms)
        return NULL;
    for (size_t i = 0; i < b->agreement_count; i++)
        suppose(b, i, &agreements[i], &terms[i]);
    *compiled = *b->compiled;
    compiled->terms = terms;
    *out = *b;
    out->agreements = agreements;
    out->compiled = compiled;
    return out;
}
