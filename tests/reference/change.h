/* change.h - a bundle changed at random, as somebody might who edits its files. */
#ifndef CONCORDAT_TESTS_REFERENCE_CHANGE_H
#define CONCORDAT_TESTS_REFERENCE_CHANGE_H

#include "reference.h"

/* Its lists are its own; words and conditions are shared. */
struct ref_bundle *ref_copy_bundle(struct arena *a, const struct ref_bundle *b);

/* Makes it share more, and clauses that differ on what they oblige to meet each other: so that a
 * change is seen more often. */
void ref_loosen(struct arena *a, struct ref_random *r, struct ref_bundle *b);

/* Changes one thing and says which; NULL: what was picked does not fit this bundle, and nothing has
 * changed. A loader may refuse what comes of it. only_narrow: only such as plainly take away, and
 * nothing that an obligation hangs on. */
const char *ref_change(struct arena *a, struct ref_random *r, const struct catalogue *c,
                       struct ref_bundle *b, bool only_narrow);

#endif
