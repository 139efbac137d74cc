/* category_set.h - the names of categories and their numbers, while and after loading. */
#ifndef CONCORDAT_RECORD_CATEGORY_SET_H
#define CONCORDAT_RECORD_CATEGORY_SET_H

#include "base/slice.h"
#include "record/categories.h"

#define CATEGORY_ALWAYS 0
#define CATEGORY_NEVER 1

struct category_set {
    struct slice names[CATEGORIES_MAX]; /* borrowed */
    unsigned count;
};

/* Holds "always" and "never". */
void category_set_init(struct category_set *c);
/* Its number, given now if new; -1 when there are CATEGORIES_MAX already. */
int category_set_add(struct category_set *c, struct slice name);
/* See catalogue_categories. */
bool category_set_find(const struct category_set *c, struct slice name, struct categories *out);

#endif
