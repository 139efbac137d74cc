/* load_portions.c - categories and fields as clauses and prohibitions name them.
 *
 * While files are read a category is its own number alone, and a named field gets its portion when
 * it is first named. Only when all files are read is it known what is carved out of a category:
 * then the portions are numbered in the order of their paths, so that nothing depends on the order
 * of files, and each set that has the category gets all of it. */
#include <stdlib.h>

#include "sharing/load/load.h"

/* The portion of a field, given now if it is named for the first time; -1 with a problem. */
static int portion_of_field(struct loader *l, const struct node *n, unsigned category,
                            struct slice path)
{
    struct compiled *k = l->compiled;
    size_t categories = catalogue_category_count(l->bundle->catalogue);
    for (size_t i = 0; i < k->carved_count; i++)
        if (l->carved[i].category == category && slice_equal(l->carved[i].path, path))
            return (int)(categories + i);
    if (portions_is_alone(l->bundle->catalogue, category, path))
        return (int)category;
    if (categories + k->carved_count == CATEGORIES_MAX) {
        (void)strict_say(&l->reader, n, "bundle.fields",
                         "the bundle names too many single fields: there may be %d categories and "
                         "named fields together",
                         CATEGORIES_MAX);
        return -1;
    }
    struct slice name = catalogue_field_name(l->bundle->catalogue, l->reader.arena, path);
    if (!name.n) {
        (void)strict_memory(&l->reader);
        return -1;
    }
    l->carved[k->carved_count++] = (struct carved){ path, category, name };
    return (int)(categories + k->carved_count - 1);
}

/* The categories, and behind them the fields of one type. */
struct nameable {
    const struct catalogue *catalogue;
    const struct plan *plan;
};

static struct slice nameable_at(const void *of, size_t i)
{
    const struct nameable *both = of;
    struct choices_at categories = choices_of_categories(both->catalogue);
    if (i < categories.n)
        return categories.at(categories.of, i);
    i -= categories.n;
    bool may_be_named = portions_may_be_named(both->catalogue, plan_categories(both->plan)[i]);
    return may_be_named ? plan_bare(plan_slot_at(both->plan, i)->path) : SLICE("");
}

/* p: the type that lacks the field. */
static bool say_no_field(struct loader *l, const struct node *n, struct slice path,
                         const struct plan *p, const char *of)
{
    char list[90];
    const struct catalogue *c = l->bundle->catalogue;
    const struct nameable both = { c, p };
    const struct choices_at choices = { &both, nameable_at,
                                        choices_of_categories(c).n + plan_slots(p) };
    return strict_say(&l->reader, n, "bundle.category",
                      "'%.*s' is no category, and no field of %s: it has %s", SHOWN(path), of,
                      nearest_list_at(path, &choices, list, sizeof list));
}

/* Whether the types have the field: every one of them, or any. Told when not. */
static bool check_field(struct loader *l, const struct node *n, struct slice path,
                        const struct load_types *types)
{
    const struct catalogue *c = l->bundle->catalogue;
    const struct plan *last = NULL;
    bool any = false;
    for (size_t i = 0; i < catalogue_count(c); i++) {
        const struct plan *p = catalogue_at(c, i)->plan;
        if (types->schemas[i])
            last = p;
        int slot = types->schemas[i] ? plan_field(p, path) : -1;
        if (types->schemas[i] && types->every && slot < 0)
            return say_no_field(l, n, path, p, plan_name(p));
        if (slot >= 0 && !portions_may_be_named(c, plan_categories(p)[slot]))
            return strict_say(&l->reader, n, "bundle.field",
                              "the field '%.*s' is always sent, so no rule may name it",
                              SHOWN(path));
        any |= slot >= 0;
    }
    if (any)
        return true;
    if (last)
        return say_no_field(l, n, path, last, "any type it is for");
    const struct choices_at categories = choices_of_categories(c);
    return strict_unknown(&l->reader, n, "bundle.category", "category", path, &categories);
}

/* Its portion of each category that it has in any type. */
static void load_one_field(struct loader *l, const struct node *n, struct slice path,
                           const struct load_types *types, struct categories *out)
{
    const struct catalogue *c = l->bundle->catalogue;
    if (!check_field(l, n, path, types))
        return;
    for (size_t i = 0; i < catalogue_count(c); i++) {
        const struct plan *p = catalogue_at(c, i)->plan;
        unsigned category;
        int slot = portions_nameable(c, i, path, &category);
        if (slot < 0)
            continue;
        struct slice own = plan_slot_at(p, (size_t)slot)->path; /* lives as long as the bundle */
        int portion = portion_of_field(l, n, category, plan_bare(own));
        if (portion < 0)
            return;
        categories_add(out, (unsigned)portion);
    }
}

void load_named(struct loader *l, const struct node *list, const struct load_types *types,
                struct categories *out)
{
    const struct catalogue *c = l->bundle->catalogue;
    const struct choices_at categories = choices_of_categories(c);
    for (const struct node *n = strict_each(list, NULL); n; n = strict_each(list, n)) {
        struct categories one = { { 0 } };
        struct slice name = n->kind == NODE_TEXT ? n->text : SLICE(""), path;
        if (catalogue_field(name, &path))
            load_one_field(l, n, path, types, out);
        else if (catalogue_categories(c, name, &one))
            categories_join(out, &one);
        else if (slice_find(path, '.') < path.n)
            load_one_field(l, n, path, types, out);
        else
            (void)strict_unknown(&l->reader, n, "bundle.category", "or ambiguous category", name,
                                 &categories);
    }
}

/* ---- when all is read ---- */

static int by_path(const void *a, const void *b)
{
    const struct carved *left = a, *right = b;
    int order = slice_compare(left->path, right->path);
    if (order)
        return order;
    return (left->category > right->category) - (left->category < right->category);
}

/* The portions as they were numbered while reading, sorted; in the set each bit moves with its
 * portion. */
struct sorting {
    const struct bundle *bundle;
    const struct carved *was;
};

static bool sort_carved(struct loader *l, struct sorting *s)
{
    size_t n = l->compiled->carved_count;
    struct carved *was = ARENA_ARRAY(l->reader.arena, n + 1, struct carved);
    if (!was)
        return strict_memory(&l->reader);
    *s = (struct sorting){ l->bundle, was };
    if (n) {
        memcpy(was, l->carved, n * sizeof *was);
        qsort(l->carved, n, sizeof *was, by_path);
    }
    return true;
}

/* Puts a set in the new numbers, and adds what is carved out of its categories. */
static void settle_set(const struct sorting *s, struct categories *set)
{
    const struct compiled *k = s->bundle->compiled;
    size_t first = catalogue_category_count(s->bundle->catalogue);
    struct categories named = *set;
    for (size_t i = 0; i < k->carved_count; i++)
        set->bits[(first + i) / 64] &= ~((uint64_t)1 << ((first + i) % 64));
    for (size_t i = 0; i < k->carved_count; i++) {
        if (!categories_has(&named, (unsigned)(first + i)))
            continue;
        const struct carved *field =
            bsearch(&s->was[i], k->carved, k->carved_count, sizeof *field, by_path);
        if (field)
            categories_add(set, (unsigned)(first + (size_t)(field - k->carved)));
    }
    portions_close(s->bundle, set);
}

static void settle_sets(struct loader *l, const struct sorting *s)
{
    for (size_t i = 0; i < l->bundle->clause_count; i++) {
        struct clause *c = &l->clauses[i];
        settle_set(s, &c->release);
        c->plain = c->release;
        for (enum obligation o = 0; o < OBLIGE_COUNT; o++) {
            settle_set(s, &c->obliged[o]);
            categories_drop(&c->plain, &c->obliged[o]);
        }
    }
    for (size_t i = 0; i < l->bundle->prohibition_count; i++)
        settle_set(s, &l->prohibitions[i].withhold);
}

static unsigned portion_of_slot(const struct bundle *b, const struct slot *s)
{
    const struct compiled *k = b->compiled;
    struct slice path = plan_bare(s->path);
    for (size_t i = 0; i < k->carved_count; i++)
        if (k->carved[i].category == s->category && slice_equal(k->carved[i].path, path))
            return (unsigned)(catalogue_category_count(b->catalogue) + i);
    return s->category;
}

/* The portions of one type's slots; all gets which it has. */
static const uint8_t *portions_of_type(struct loader *l, const struct plan *p,
                                       struct categories *all)
{
    uint8_t *portions = ARENA_ARRAY(l->reader.arena, plan_slots(p) + 1, uint8_t);
    for (size_t i = 0; portions && i < plan_slots(p); i++) {
        portions[i] = (uint8_t)portion_of_slot(l->bundle, plan_slot_at(p, i));
        categories_add(all, portions[i]);
    }
    return portions;
}

bool load_portions(struct loader *l)
{
    struct compiled *k = l->compiled;
    const struct catalogue *c = l->bundle->catalogue;
    size_t count = catalogue_count(c);
    const uint8_t **portions = ARENA_ARRAY(l->reader.arena, count + 1, const uint8_t *);
    struct categories *types = ARENA_ARRAY(l->reader.arena, count + 1, struct categories);
    struct sorting sorting;
    if (!portions || !types)
        return strict_memory(&l->reader);
    if (!sort_carved(l, &sorting))
        return false;
    for (size_t i = 0; i < count; i++) {
        portions[i] = portions_of_type(l, catalogue_at(c, i)->plan, &types[i]);
        if (!portions[i])
            return strict_memory(&l->reader);
        categories_join(&types[count], &types[i]);
    }
    k->portions = portions;
    k->types = types;
    for (size_t i = 0; i < k->carved_count; i++)
        categories_add(&k->carved_from, k->carved[i].category);
    settle_sets(l, &sorting);
    return true;
}
