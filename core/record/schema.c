/* schema.c - what a schema says of its kinds and categories. */
#include "record/catalogue.h"

void schema_categories(const struct schema *s, struct categories *out)
{
    *out = (struct categories){ .bits = { 0 } };
    for (size_t i = 0; i < plan_slots(s->plan); i++)
        categories_add(out, plan_slot_at(s->plan, i)->category);
}

bool schema_has_kind(const struct schema *s, struct slice kind)
{
    return slice_is_one_of(kind, s->kinds, s->kind_count);
}

static bool is_among(const struct schema *s, uint64_t kinds, struct slice kind)
{
    for (size_t i = 0; i < s->kind_count; i++)
        if (slice_equal(s->kinds[i], kind))
            return (kinds >> i) & 1;
    return false;
}

bool schema_restricts(const struct schema *s, struct slice kind)
{
    return is_among(s, s->restricts, kind);
}

bool schema_is_alike(const struct schema *s, struct slice kind, struct slice other)
{
    return slice_equal(kind, other) || (is_among(s, s->ends, kind) && is_among(s, s->ends, other));
}
