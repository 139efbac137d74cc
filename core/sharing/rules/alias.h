/* alias.h - the reviewed names under which wards and sites may travel (aliases.yaml). */
#ifndef CONCORDAT_SHARING_RULES_ALIAS_H
#define CONCORDAT_SHARING_RULES_ALIAS_H

#include "base/slice.h"

/* The reviewed name for a name that tells too much; by category and name. */
struct alias {
    unsigned category;
    struct slice name, alias;
};
struct bundle;
/* By category, then by name: for qsort. */
int alias_compare(const void *a, const void *b);
/* Empty when nobody has reviewed that name. */
struct slice alias_find(const struct bundle *b, unsigned category, struct slice name);

#endif
