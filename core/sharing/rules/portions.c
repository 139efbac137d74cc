/* portions.c - the members of a bundle's sets: categories, and fields carved out of them. */
#include "sharing/rules/compiled.h"
#include "sharing/rules/portions.h"

bool portions_may_be_named(const struct catalogue *c, unsigned category)
{
    return category != catalogue_always(c) && category != catalogue_never(c);
}

int portions_nameable(const struct catalogue *c, size_t schema, struct slice path,
                      unsigned *category)
{
    const struct plan *p = catalogue_at(c, schema)->plan;
    int slot = plan_field(p, path);
    *category = slot < 0 ? catalogue_never(c) : plan_categories(p)[slot];
    return portions_may_be_named(c, *category) ? slot : -1;
}

bool portions_is_alone(const struct catalogue *c, unsigned category, struct slice path)
{
    for (size_t i = 0; i < catalogue_count(c); i++) {
        const struct plan *p = catalogue_at(c, i)->plan;
        for (size_t slot = 0; slot < plan_slots(p); slot++)
            if (plan_categories(p)[slot] == category &&
                !slice_equal(plan_bare(plan_slot_at(p, slot)->path), path))
                return false;
    }
    return true;
}

void portions_close(const struct bundle *b, struct categories *set)
{
    const struct compiled *k = b->compiled;
    for (size_t i = 0; i < k->carved_count; i++)
        if (categories_has(set, k->carved[i].category))
            categories_add(set, (unsigned)(catalogue_category_count(b->catalogue) + i));
}
