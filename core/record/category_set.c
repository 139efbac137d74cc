/* category_set.c - a list: there are some dozens, and looking one up happens while loading only. */
#include "record/category_set.h"

void category_set_init(struct category_set *c)
{
    c->count = 0;
    c->names[c->count++] = SLICE("always"); /* CATEGORY_ALWAYS */
    c->names[c->count++] = SLICE("never");  /* CATEGORY_NEVER */
}

int category_set_add(struct category_set *c, struct slice name)
{
    for (unsigned i = 0; i < c->count; i++)
        if (slice_equal(c->names[i], name))
            return (int)i;
    if (c->count == CATEGORIES_MAX)
        return -1;
    c->names[c->count] = name;
    return (int)c->count++;
}

static bool stands_for(struct slice name, struct slice category)
{
    bool may_be = category.n == name.n || (category.n > name.n && category.p[name.n] == '.');
    return may_be && slice_starts(category, name);
}

static bool is_last_segment(struct slice name, struct slice category)
{
    return category.n > name.n && category.p[category.n - name.n - 1] == '.' &&
           slice_ends(category, name);
}

bool category_set_find(const struct category_set *c, struct slice name, struct categories *out)
{
    unsigned first = CATEGORY_NEVER + 1, found = 0, last = 0;
    *out = (struct categories){ .bits = { 0 } };
    if (slice_is_empty(name))
        return false;
    for (unsigned i = first; i < c->count; i++)
        if (stands_for(name, c->names[i])) {
            categories_add(out, i);
            found++;
        }
    if (found > 0)
        return true;
    for (unsigned i = first; i < c->count; i++)
        if (is_last_segment(name, c->names[i])) {
            last = i;
            found++;
        }
    if (found == 1)
        categories_add(out, last);
    return found == 1;
}
