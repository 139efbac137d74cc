/* load_alias.c - aliases.yaml: the reviewed names under which wards and sites may travel.
 *
 *   aliases:
 *     stay.ward: {"W7 STROKE": "Ward 7"}
 *
 * A name of a place can tell why somebody is there; a name that nobody has reviewed is withheld. */
#include <stdlib.h>

#include "sharing/load/load.h"

static size_t count_aliases(const struct node *map)
{
    size_t n = 0;
    for (const struct node *c = map ? map->first : NULL; c; c = c->next)
        n += c->kind == NODE_MAP ? c->count : 0;
    return n;
}

/* The one category of that name; a group has no names of its own. */
static bool load_category(struct loader *l, const struct node *n, unsigned *out)
{
    const struct catalogue *c = l->bundle->catalogue;
    for (unsigned i = 0; i < catalogue_category_count(c); i++) {
        if (!slice_equal(catalogue_category(c, i), n->key))
            continue;
        *out = i;
        return true;
    }
    const struct choices_at categories = choices_of_category_names(c);
    return strict_unknown_key(&l->reader, n, "bundle.category", "category", &categories);
}

void load_aliases(struct loader *l, const struct node *root)
{
    const struct node *map = strict_member(root, "aliases", NODE_MAP);
    struct alias *list = ARENA_ARRAY(l->reader.arena, count_aliases(map) + 1, struct alias);
    size_t count = 0;
    if (!list) {
        (void)strict_memory(&l->reader);
        return;
    }
    strict_keys(&l->reader, root, &load_keys_aliases);
    for (const struct node *c = map ? map->first : NULL; c; c = c->next) {
        unsigned category = 0;
        if (!strict_is(&l->reader, c, NODE_MAP, "the names of a category") ||
            !load_category(l, c, &category))
            continue;
        for (const struct node *n = c->first; n; n = n->next)
            if (strict_is(&l->reader, n, NODE_TEXT, "an alias"))
                list[count++] = (struct alias){ category, n->key, n->text };
    }
    for (size_t i = 0; i < count; i++)
        if (list[i].alias.n > l->compiled->alias_bytes_max)
            l->compiled->alias_bytes_max = list[i].alias.n;
    qsort(list, count, sizeof *list, alias_compare);
    l->compiled->aliases = list;
    l->compiled->alias_count = count;
}
