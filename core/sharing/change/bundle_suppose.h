/* bundle_suppose.h - a copy of a bundle as it would be if more of its agreements were in force. For
 * commands that answer; tests/lint/layers says which. */
#ifndef CONCORDAT_SHARING_CHANGE_BUNDLE_SUPPOSE_H
#define CONCORDAT_SHARING_CHANGE_BUNDLE_SUPPOSE_H

#include "sharing/rules/bundle.h"

/* As if the highest version of every agreement were approved and had begun long ago: to look at an
 * agreement before it is signed. Lives in a, borrows b; NULL without memory. */
const struct bundle *bundle_suppose(struct arena *a, const struct bundle *b);
/* As if every party had approved every agreement, while each keeps its own days: to try a draft. A
 * draft of a later version takes over from its first day on. Lives in a, borrows b; NULL without
 * memory. */
const struct bundle *bundle_suppose_approved(struct arena *a, const struct bundle *b);

#endif
