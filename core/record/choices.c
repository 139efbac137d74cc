/* choices.c - the words that schemas know, one by one. */
#include "record/choices.h"

static const struct slice none = { .n = 0 };

static struct slice type_at(const void *of, size_t i)
{
    const struct schema *s = catalogue_at(of, i);
    return s->internal ? none : s->name;
}

/* "stay" of "stay.ward", once; none of a name without a dot. */
static struct slice group_of(const struct catalogue *c, size_t i)
{
    struct slice name = catalogue_category(c, (unsigned)i);
    size_t dot = slice_find(name, '.');
    for (size_t k = 0; k < i; k++)
        if (slice_starts(catalogue_category(c, (unsigned)k), slice_head(name, dot + 1)))
            return none;
    return dot < name.n ? slice_head(name, dot) : none;
}

/* "ward" of "stay.ward", where no other category ends so. */
static struct slice last_of(const struct catalogue *c, size_t i)
{
    struct categories one = { { 0 } }, found = { { 0 } };
    struct slice name = catalogue_category(c, (unsigned)i), last = name;
    for (size_t dot = slice_find(last, '.'); dot < last.n; dot = slice_find(last, '.'))
        last = slice_from(last, dot + 1);
    categories_add(&one, (unsigned)i);
    bool is_found = last.n < name.n && catalogue_categories(c, last, &found);
    return is_found && categories_equal(&one, &found) ? last : none;
}

/* The names, then the groups, then the last words. */
static struct slice category_at(const void *of, size_t i)
{
    const struct catalogue *c = of;
    size_t count = catalogue_category_count(c), category = i % count;
    if (category == catalogue_always(c) || category == catalogue_never(c))
        return none;
    if (i < count)
        return catalogue_category(c, (unsigned)category);
    return i < 2 * count ? group_of(c, category) : last_of(c, category);
}

static struct slice kind_at(const void *of, size_t i)
{
    const struct schema *s = of;
    return s->kinds[i];
}

static struct slice field_at(const void *of, size_t i)
{
    return plan_slot_at(of, i)->path;
}

static struct slice symbol_at(const void *of, size_t i)
{
    const struct slot *s = of;
    return s->symbols[i];
}

static struct slice word_at(const void *of, size_t i)
{
    const struct slot *s = of;
    return s->vocabulary[i];
}

static struct slice truth_at(const void *of, size_t i)
{
    (void)of;
    return i == 0 ? SLICE("true") : SLICE("false");
}

struct choices_at choices_of_types(const struct catalogue *c)
{
    return (struct choices_at){ c, type_at, catalogue_count(c) };
}

struct choices_at choices_of_categories(const struct catalogue *c)
{
    return (struct choices_at){ c, category_at, 3 * catalogue_category_count(c) };
}

struct choices_at choices_of_category_names(const struct catalogue *c)
{
    return (struct choices_at){ c, category_at, catalogue_category_count(c) };
}

struct choices_at choices_of_kinds(const struct schema *s)
{
    return (struct choices_at){ s, kind_at, s->kind_count };
}

struct choices_at choices_of_fields(const struct plan *p)
{
    return (struct choices_at){ p, field_at, plan_slots(p) };
}

struct choices_at choices_of_slot(const struct slot *s)
{
    if (s->type == SLOT_ENUM)
        return (struct choices_at){ s, symbol_at, s->symbol_count };
    if (s->type == SLOT_BOOLEAN)
        return (struct choices_at){ s, truth_at, 2 };
    return (struct choices_at){ s, word_at, s->vocabulary ? s->vocabulary_count : 0 };
}
