/* share.h - what of a person's facts each agency may fill.
 *
 * The facts of a person are one record of a limited size. Anybody may fill half of it; of the other
 * half each agency has the same share, so that one agency always leaves room for another.
 * Events that nobody waits for may be forgotten. When the record is too large, agencies beyond
 * their share lose theirs, the oldest first: its bytes, then all of it. Words, holds and ids may
 * not be forgotten. Once they fill half of the record, an agency beyond its share adds no more: its
 * event is refused, and nobody else's. Only an event that restricts goes beyond, while all others'
 * shares still fit. Sizes are bounds from above. Pure. */
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

/* Brings `after` within the limit: *out, in a. *fits false: the change would add to more than its
 * agency's share. */
MUST_CHECK bool share_fit(const struct bundle *b, struct arena *a, const struct person *before,
                          const struct person *after, const struct share_asker *by, size_t limit,
                          struct person *out, bool *fits, struct err *e);

#endif
