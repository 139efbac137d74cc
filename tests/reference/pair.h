/* pair.h - two bundles, one in force and one to follow it, and one case of both. */
#ifndef CONCORDAT_TESTS_REFERENCE_PAIR_H
#define CONCORDAT_TESTS_REFERENCE_PAIR_H

#include "engine.h"
#include "sharing/change/pack_widens.h"

struct pair {
    struct ref_case of; /* whose bundle is the one in force */
    struct ref_bundle *candidate;
    uint64_t shuffle; /* the order of the candidate's files */
};

/* False: one of the two cannot be loaded. *out NULL: the candidate is said not to widen. */
bool pair_widens(struct arena *a, const struct pair *p, const struct widening **out);
/* What the candidate discloses of the case and the bundle in force does not, in words; NULL:
 * nothing. */
const char *pair_discloses_more(struct arena *a, const struct pair *p);

/* Drops parts of both as long as the candidate discloses more and is not said to widen (more), or
 * as long as it is said to (not more). */
void shrink_pair(struct pair *p, bool more);

#endif
