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
    const struct compiled *k = b->compiled;
    if (k->alias_count == 0)
        return (struct slice){ 0 };
    const struct alias *found =
        bsearch(&wanted, k->aliases, k->alias_count, sizeof wanted, alias_compare);
    return found ? found->alias : (struct slice){ 0 };
}
