/* share.h - what of a person's facts each agency may fill.
 *
 * The facts of a person are one record of a limited size. Half of it anybody may fill; of the other
 * half each agency has the same share, so that no agency's words leave no room for another's. Too
 * much of what may be forgotten (events that nobody waits for) is forgotten, of those who have more
 * than their share, the oldest first: its bytes, then all of it. Of what may not (words, holds,
 * what is known by its id) an agency that fills more than its share adds no more once half of the
 * record is so filled: its event is refused, and nobody else's. Only what restricts goes beyond, while
 * all others' shares still fit. Sizes are bounds from above. Pure. */
#ifndef CONCORDAT_SHARING_FACTS_SHARE_H
#define CONCORDAT_SHARING_FACTS_SHARE_H

#include "sharing/facts/facts.h"

/* Below that size there is nothing to ask. */
#define SHARE_ASKED_BYTES(limit) ((limit) / 2)

/* Who said something. */
struct share_asker {
    int agency;     /* AGENCY_NOBODY: an act of people */
    bool restricts; /* it only ever lessens what is shared */
};

/* What that made of the person, within the limit: *out, in a. *fits false: it would add to more than its
 * agency's share. */
MUST_CHECK bool share_fit(const struct bundle *b, struct arena *a, const struct person *before,
                          const struct person *after, const struct share_asker *by, size_t limit,
                          struct person *out, bool *fits, struct err *e);

#endif
