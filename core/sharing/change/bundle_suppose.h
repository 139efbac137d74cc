/* bundle_suppose.h - a bundle as if it stood otherwise with its agreements; for commands that
 * answer. */
#ifndef CONCORDAT_SHARING_CHANGE_BUNDLE_SUPPOSE_H
#define CONCORDAT_SHARING_CHANGE_BUNDLE_SUPPOSE_H

#include "sharing/rules/bundle.h"

/* As if every agreement had been approved and begun long ago, the highest version of
 * each: to look at it before it is signed. In a, borrows b; NULL without memory. */
const struct bundle *bundle_suppose(struct arena *a, const struct bundle *b);
/* As if every party had approved every agreement, each still of its own days: to try a
 * draft. A draft of a later version takes over from its day on. In a, borrows b; NULL without
 * memory. */
const struct bundle *bundle_suppose_approved(struct arena *a, const struct bundle *b);

#endif
