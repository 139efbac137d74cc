/* released.h - what of an event a recipient was told, slot by slot; for the room sharing only. */
#ifndef CONCORDAT_SHARING_JUDGE_RELEASED_H
#define CONCORDAT_SHARING_JUDGE_RELEASED_H

#include "sharing/facts/draft.h"
#include "sharing/judge/judge.h"

/* What d tells of ev; in a. Only slots that hold something, or that the sender says are cleared. */
MUST_CHECK bool released_by(const struct bundle *b, struct arena *a, const struct event *ev,
                            const struct decision *d, struct released *out, struct err *e);
/* Whether now tells anything that before did not: another slot, or more of one that travelled
 * changed before. */
bool released_more(const struct released *now, const struct released *before);

/* The same without the slots of the portions that are forbidden, in a; portions: of each slot.
 * *took: there were any. False: no memory. */
MUST_CHECK bool released_let_through(const struct released *now, const struct categories *forbidden,
                                     const uint8_t *portions, struct arena *a, struct released *out,
                                     bool *took);
/* Takes out what a door of that schema's disclosures has named as removed: categories and paths; in
 * a. *took: any of it had been told. */
MUST_CHECK bool released_take_out(const struct catalogue *c, const struct schema *s,
                                  const struct slice *removed, size_t n, struct arena *a,
                                  struct released *told, bool *took);

#endif
