/* when_logic.h - what a condition can be at all, whatever the facts and the event are.
 *
 * A search for a way to give conditions the truths asked for (a tableau: each "or" a branch, each
 * leaf held against the leaves before it). It knows that a leaf has one truth only, what
 * comparisons of one field with literals leave, which words a field can hold, that what was
 * compared is there, and what can never be unknown. Sound one way: "cannot" is certain; "can" may
 * be wrong (also when the search became too long), so that nothing right is ever called wrong. One
 * thing is taken for granted: that nobody is born after the day, or more than 150 years before it.
 * Pure; any thread. */
#ifndef CONCORDAT_SHARING_TOOLS_WHEN_LOGIC_H
#define CONCORDAT_SHARING_TOOLS_WHEN_LOGIC_H

#include "sharing/rules/when.h"

/* Sets of truths that make sense of a whole condition: WHEN_IS_TRUE, WHEN_IS_FALSE, either with
 * WHEN_IS_UNKNOWN, or that alone. */
enum { WHEN_IS_FALSE = 1, WHEN_IS_UNKNOWN = 2, WHEN_IS_TRUE = 4 };

/* Whether it can be one of these. w NULL: no condition, always true. */
bool when_can_be(const struct catalogue *c, const struct when *w, unsigned is);
/* Whether of one event a can be one of a_is and b one of b_is. */
bool when_can_both(const struct catalogue *c, const struct when *a, unsigned a_is,
                   const struct when *b, unsigned b_is);
/* Whether b is true whenever a is, and never false when a cannot be told. */
bool when_implies(const struct catalogue *c, const struct when *a, const struct when *b);

/* A literal that a field is compared with and never holds: the first such of the condition, with
 * the field's path. False when there is none. */
bool when_foreign_word(const struct catalogue *c, const struct when *w, struct slice *path,
                       struct slice *word);

#endif
