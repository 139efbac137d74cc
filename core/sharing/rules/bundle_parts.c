/* bundle_parts.c - the parts of a bundle, by number and by name. */
#include "sharing/rules/bundle.h"

#include "sharing/rules/compiled.h"
#include "sharing/rules/parts.h"

size_t bundle_part_count(const struct bundle *b)
{
    return catalogue_category_count(b->catalogue) + b->compiled->carved_count;
}

const uint8_t *bundle_parts(const struct bundle *b, size_t schema)
{
    return b->compiled->parts[schema];
}

void bundle_parts_of(const struct bundle *b, size_t schema, struct categories *out)
{
    size_t count = catalogue_count(b->catalogue);
    *out = b->compiled->types[schema < count ? schema : count];
}

static const struct carved *carved_at(const struct bundle *b, unsigned part)
{
    size_t categories = catalogue_category_count(b->catalogue);
    return part < categories ? NULL : &b->compiled->carved[part - categories];
}

unsigned bundle_part_category(const struct bundle *b, unsigned part)
{
    const struct carved *field = carved_at(b, part);
    return field ? field->category : part;
}

struct slice bundle_part_path(const struct bundle *b, unsigned part)
{
    const struct carved *field = carved_at(b, part);
    return field ? field->path : (struct slice){ 0 };
}

struct slice bundle_part_name(const struct bundle *b, unsigned part)
{
    const struct carved *field = carved_at(b, part);
    return field ? field->name : catalogue_category(b->catalogue, part);
}

/* Whether the path is the only field left in a part: then the part's name means that field as
 * surely as if it were carved out. */
static bool is_alone_in(const struct bundle *b, unsigned part, struct slice path)
{
    for (size_t i = 0; i < catalogue_count(b->catalogue); i++) {
        const struct plan *p = catalogue_at(b->catalogue, i)->plan;
        for (size_t slot = 0; slot < plan_slots(p); slot++)
            if (bundle_part(b, i, slot) == part &&
                !slice_equal(plan_bare(plan_slot_at(p, slot)->path), path))
                return false;
    }
    return true;
}

/* A field's part in every type that has it. */
static bool add_field(const struct bundle *b, struct slice path, struct categories *out)
{
    const struct catalogue *c = b->catalogue;
    bool any = false;
    for (size_t i = 0; i < catalogue_count(c); i++) {
        unsigned category;
        int slot = parts_nameable(c, i, path, &category);
        if (slot < 0)
            continue;
        unsigned part = bundle_part(b, i, (size_t)slot);
        if (!is_alone_in(b, part, path))
            return false;
        categories_add(out, part);
        any = true;
    }
    return any;
}

bool bundle_named(const struct bundle *b, struct slice name, struct categories *out)
{
    struct slice path;
    if (!catalogue_field(name, &path) && catalogue_categories(b->catalogue, name, out)) {
        parts_close(b, out);
        return true;
    }
    *out = (struct categories){ { 0 } };
    return add_field(b, path, out);
}

struct categories bundle_parts_of_category(const struct bundle *b, size_t schema, unsigned category)
{
    struct categories own = { { 0 } }, has, any;
    categories_add(&own, category);
    parts_close(b, &own);
    bundle_parts_of(b, schema, &has);
    bundle_parts_of(b, SIZE_MAX, &any);
    categories_keep(&has, &own);
    categories_keep(&any, &own);
    return categories_is_empty(&has) ? any : has;
}
