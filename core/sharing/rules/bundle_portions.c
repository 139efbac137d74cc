/* bundle_portions.c - the portions of a bundle, by number and by name. */
#include "sharing/rules/bundle.h"

#include "sharing/rules/compiled.h"
#include "sharing/rules/portions.h"

size_t bundle_portion_count(const struct bundle *b)
{
    return catalogue_category_count(b->catalogue) + b->compiled->carved_count;
}

const uint8_t *bundle_portions(const struct bundle *b, size_t schema)
{
    return b->compiled->portions[schema];
}

void bundle_portions_of(const struct bundle *b, size_t schema, struct categories *out)
{
    size_t count = catalogue_count(b->catalogue);
    *out = b->compiled->types[schema < count ? schema : count];
}

static const struct carved *carved_at(const struct bundle *b, unsigned portion)
{
    size_t categories = catalogue_category_count(b->catalogue);
    return portion < categories ? NULL : &b->compiled->carved[portion - categories];
}

unsigned bundle_portion_category(const struct bundle *b, unsigned portion)
{
    const struct carved *field = carved_at(b, portion);
    return field ? field->category : portion;
}

struct slice bundle_portion_path(const struct bundle *b, unsigned portion)
{
    const struct carved *field = carved_at(b, portion);
    return field ? field->path : (struct slice){ 0 };
}

struct slice bundle_portion_name(const struct bundle *b, unsigned portion)
{
    const struct carved *field = carved_at(b, portion);
    return field ? field->name : catalogue_category(b->catalogue, portion);
}

/* Whether the path is the only field left in a portion: then the portion's name means that field as
 * surely as if it were carved out. */
static bool is_alone_in(const struct bundle *b, unsigned portion, struct slice path)
{
    for (size_t i = 0; i < catalogue_count(b->catalogue); i++) {
        const struct plan *p = catalogue_at(b->catalogue, i)->plan;
        for (size_t slot = 0; slot < plan_slots(p); slot++)
            if (bundle_portion(b, i, slot) == portion &&
                !slice_equal(plan_bare(plan_slot_at(p, slot)->path), path))
                return false;
    }
    return true;
}

/* A field's portion in every type that has it. */
static bool add_field(const struct bundle *b, struct slice path, struct categories *out)
{
    const struct catalogue *c = b->catalogue;
    bool any = false;
    for (size_t i = 0; i < catalogue_count(c); i++) {
        unsigned category;
        int slot = portions_nameable(c, i, path, &category);
        if (slot < 0)
            continue;
        unsigned portion = bundle_portion(b, i, (size_t)slot);
        if (!is_alone_in(b, portion, path))
            return false;
        categories_add(out, portion);
        any = true;
    }
    return any;
}

bool bundle_named(const struct bundle *b, struct slice name, struct categories *out)
{
    struct slice path;
    if (!catalogue_field(name, &path) && catalogue_categories(b->catalogue, name, out)) {
        portions_close(b, out);
        return true;
    }
    *out = (struct categories){ { 0 } };
    return add_field(b, path, out);
}

struct categories bundle_portions_of_category(const struct bundle *b, size_t schema,
                                              unsigned category)
{
    struct categories own = { { 0 } }, has, any;
    categories_add(&own, category);
    portions_close(b, &own);
    bundle_portions_of(b, schema, &has);
    bundle_portions_of(b, SIZE_MAX, &any);
    categories_keep(&has, &own);
    categories_keep(&any, &own);
    return categories_is_empty(&has) ? any : has;
}
