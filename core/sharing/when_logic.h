/* when_logic.h - what a condition can be at all, whatever the facts and the event are.
 *
 * A search for a way to make conditions true or false (a tableau: each "or" a branch, each leaf
 * held against the leaves before it). It knows that one leaf is not both true and false, what
 * comparisons of one field with literals leave, which words a field can hold, and that what is
 * compared is there. Sound one way: "cannot" is certain; "can" may be wrong (also when the search
 * became too long), so that nothing right is ever called wrong. Pure; any thread. */
#ifndef CONCORDAT_SHARING_WHEN_LOGIC_H
#define CONCORDAT_SHARING_WHEN_LOGIC_H

#include "sharing/when.h"

/* Whether it can be so. w NULL: no condition, always true. */
bool when_can_be(const struct catalogue *c, const struct when *w, bool is_true);
/* Whether both can be true of one event. */
bool when_can_both(const struct catalogue *c, const struct when *a, const struct when *b);
/* Whether b is true whenever a is. */
bool when_implies(const struct catalogue *c, const struct when *a, const struct when *b);

/* A literal that a field is compared with and never holds: the first such of the condition, with
 * the field's path. False when there is none. */
bool when_foreign_word(const struct catalogue *c, const struct when *w, struct slice *path,
                       struct slice *word);

#endif
