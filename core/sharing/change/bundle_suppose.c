/* bundle_suppose.c - copies a bundle and puts agreements in force that wait for their day or their
 * signatures. An agreement that has ended or was stopped stays so. */
#include "sharing/change/bundle_suppose.h"

#include "sharing/rules/compiled.h"

/* A copy whose agreements and terms may be written. Decisions go by the terms; the agreements say
 * the same for people. */
struct supposed {
    struct bundle *bundle;
    struct agreement *agreements;
    struct terms *terms;
};

static bool copy_bundle(struct arena *a, const struct bundle *b, struct supposed *out)
{
    struct compiled *compiled = ARENA_NEW(a, struct compiled);
    out->bundle = ARENA_NEW(a, struct bundle);
    out->agreements = ARENA_ARRAY(a, b->agreement_count + 1, struct agreement);
    out->terms = ARENA_ARRAY(a, b->agreement_count + 1, struct terms);
    if (!compiled || !out->bundle || !out->agreements || !out->terms)
        return false;
    for (size_t i = 0; i < b->agreement_count; i++) {
        out->agreements[i] = b->agreements[i];
        out->terms[i] = b->compiled->terms[i];
    }
    *compiled = *b->compiled;
    compiled->terms = out->terms;
    *out->bundle = *b;
    out->bundle->agreements = out->agreements;
    out->bundle->compiled = compiled;
    return true;
}

static bool has_later_version(const struct bundle *b, const struct agreement *g)
{
    for (size_t i = 0; i < b->agreement_count; i++)
        if (slice_equal(b->agreements[i].name, g->name) && b->agreements[i].version > g->version)
            return true;
    return false;
}

const struct bundle *bundle_suppose(struct arena *a, const struct bundle *b)
{
    struct supposed s;
    if (!copy_bundle(a, b, &s))
        return NULL;
    for (size_t i = 0; i < b->agreement_count; i++) {
        struct agreement *g = &s.agreements[i];
        struct terms *t = &s.terms[i];
        g->approved = true;
        g->from_ms = INT64_MIN;
        g->superseded_ms = has_later_version(b, g) ? INT64_MIN : NEVER_MS;
        t->approved = g->approved;
        t->from_ms = g->from_ms;
        t->superseded_ms = g->superseded_ms;
    }
    return s.bundle;
}

const struct bundle *bundle_suppose_approved(struct arena *a, const struct bundle *b)
{
    struct supposed s;
    if (!copy_bundle(a, b, &s))
        return NULL;
    for (size_t i = 0; i < b->agreement_count; i++)
        s.agreements[i].approved = true;
    agreements_succeed(s.agreements, b->agreement_count);
    for (size_t i = 0; i < b->agreement_count; i++) {
        s.terms[i].approved = true;
        s.terms[i].superseded_ms = s.agreements[i].superseded_ms;
    }
    return s.bundle;
}
