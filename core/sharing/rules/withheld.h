/* withheld.h - what the name of something withheld tells. Pure. */
#ifndef CONCORDAT_SHARING_RULES_WITHHELD_H
#define CONCORDAT_SHARING_RULES_WITHHELD_H

#include "sharing/rules/bundle.h"

/* Whether the name of something withheld would tell of a person what a protected prohibition keeps
 * back. Names of protected, clinical and safeguarding categories do, and so do names that this
 * bundle does not have. */
bool withheld_hides(const struct bundle *b, struct slice name);

#endif
