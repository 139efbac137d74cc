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

static bool name_covers(struct slice name, struct slice category)
{
    if (!slice_starts(category, name))
        return false;
    return category.n == name.n || category.p[name.n] == '.';
}

static bool is_last_segment(struct slice name, struct slice category)
{
    if (category.n <= name.n || !slice_ends(category, name))
        return false;
    return category.p[category.n - name.n - 1] == '.';
}

bool category_set_find(const struct category_set *c, struct slice name, struct categories *out)
{
    unsigned first = CATEGORY_NEVER + 1, found = 0, last = 0;
    *out = (struct categories){ .bits = { 0 } };
    if (slice_is_empty(name))
        return false;
    for (unsigned i = first; i < c->count; i++)
        if (name_covers(name, c->names[i])) {
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
