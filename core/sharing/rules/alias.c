/* alias.c - finds the reviewed name of a ward or a site. */
#include "sharing/rules/alias.h"

#include <stdlib.h>

#include "sharing/rules/compiled.h"

int alias_compare(const void *a, const void *b)
{
    const struct alias *left = a, *right = b;
    if (left->category != right->category)
        return left->category < right->category ? -1 : 1;
    return slice_compare(left->name, right->name);
}

struct slice alias_find(const struct bundle *b, unsigned category, struct slice name)
{
    const struct alias wanted = { category, name, { 0 } };
    const struct alias *found =
        b->compiled->alias_count ? bsearch(&wanted, b->compiled->aliases, b->compiled->alias_count,
                                           sizeof wanted, alias_compare)
                                 : NULL;
    return found ? found->alias : (struct slice){ 0 };
}
