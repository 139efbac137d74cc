/* withheld.h - what the name of something withheld tells. Pure. */
#ifndef CONCORDAT_SHARING_RULES_WITHHELD_H
#define CONCORDAT_SHARING_RULES_WITHHELD_H

#include "sharing/rules/bundle.h"

/* Whether that an event had this, and it was withheld, tells of a person what a protected prohibition
 * keeps back: names of what is protected, clinical or of safeguarding, and names of none now. */
bool withheld_hides(const struct bundle *b, struct slice name);

#endif
