/* bundle_names.c - a set of portions in names. */
#include "sharing/rules/bundle.h"

#include "base/bits.h"
#include "sharing/rules/compiled.h"

#define EXCEPT SLICE(" except ")
#define BETWEEN SLICE(", ")

/* Takes the names of a set one by one. but: the portions of that name which are not in the set, or
 * NULL. */
struct taker {
    const struct bundle *b;
    void (*take)(struct taker *t, struct slice name, const struct categories *but);
    size_t count;
    struct arena *arena;
    struct slice *list;
    bool lost; /* memory ran out */
    struct slice how;
    struct buf *out;
};

static void take_category(struct taker *t, size_t schema, const struct categories *set,
                          unsigned category)
{
    const struct compiled *k = t->b->compiled;
    struct slice name = catalogue_category(t->b->catalogue, category);
    size_t first_carved = catalogue_category_count(t->b->catalogue);
    if (!categories_has(&k->carved_from, category)) {
        t->take(t, name, NULL);
        return;
    }
    struct categories own = bundle_portions_of_category(t->b, schema, category);
    struct categories but = own;
    categories_drop(&but, set);
    if (categories_is_empty(&but)) {
        t->take(t, name, NULL);
        return;
    }
    bool has_rest = categories_has(set, category) && categories_has(&own, category);
    if (has_rest) {
        t->take(t, name, &but);
        return;
    }
    for (size_t i = 0; i < k->carved_count; i++) {
        if (k->carved[i].category != category)
            continue;
        if (categories_has(set, (unsigned)(first_carved + i)))
            t->take(t, k->carved[i].name, NULL);
    }
}

static void take_names(struct taker *t, size_t schema, const struct categories *set)
{
    const struct compiled *k = t->b->compiled;
    size_t categories = catalogue_category_count(t->b->catalogue);
    struct categories said = *set;
    for (size_t i = 0; i < k->carved_count; i++)
        if (categories_has(set, (unsigned)(categories + i)))
            categories_add(&said, k->carved[i].category);
    for (size_t w = 0; w < CATEGORIES_WORDS; w++)
        for (uint64_t bits = said.bits[w]; bits; bits = bits_rest(bits)) {
            size_t category = w * 64 + bits_lowest(bits);
            if (category < categories)
                take_category(t, schema, set, (unsigned)category);
        }
}

static size_t but_length(const struct bundle *b, const struct categories *but)
{
    size_t n = 0;
    if (!but)
        return 0;
    for (unsigned i = 0; i < bundle_portion_count(b); i++) {
        if (!categories_has(but, i))
            continue;
        struct slice before = n ? BETWEEN : EXCEPT;
        n += before.n + bundle_portion_name(b, i).n;
    }
    return n;
}

static void put_name_except(const struct bundle *b, struct slice name, const struct categories *but,
                            struct buf *out)
{
    bool any = false;
    buf_put(out, name);
    if (!but)
        return;
    for (unsigned i = 0; i < bundle_portion_count(b); i++) {
        if (!categories_has(but, i))
            continue;
        buf_put(out, any ? BETWEEN : EXCEPT);
        buf_put(out, bundle_portion_name(b, i));
        any = true;
    }
}

static void take_into_list(struct taker *t, struct slice name, const struct categories *but)
{
    struct err e;
    struct buf text;
    if (but) {
        if (!buf_in_arena(t->arena, name.n + but_length(t->b, but), &text, &e)) {
            t->lost = true;
            return;
        }
        put_name_except(t->b, name, but, &text);
        name = buf_slice(&text);
    }
    t->list[t->count++] = name;
}

size_t bundle_names(const struct bundle *b, size_t schema, const struct categories *set,
                    struct arena *a, const struct slice **out)
{
    struct taker t = { .b = b, .take = take_into_list, .arena = a };
    t.list = ARENA_ARRAY(a, bundle_portion_count(b) + 1, struct slice);
    if (t.list)
        take_names(&t, schema, set);
    *out = t.lost ? NULL : t.list;
    return t.count;
}

static void count_name(struct taker *t, struct slice name, const struct categories *but)
{
    (void)name;
    (void)but;
    t->count++;
}

static void take_as_text(struct taker *t, struct slice name, const struct categories *but)
{
    avro_put_long(t->out, (int64_t)(name.n + but_length(t->b, but)));
    put_name_except(t->b, name, but, t->out);
}

void bundle_put_names(const struct bundle *b, size_t schema, const struct categories *set,
                      struct buf *out)
{
    struct taker t = { .b = b, .take = count_name, .out = out };
    take_names(&t, schema, set);
    if (t.count)
        avro_put_long(out, (int64_t)t.count);
    t.take = take_as_text;
    take_names(&t, schema, set);
    avro_put_long(out, 0);
}

static void take_as_block(struct taker *t, struct slice name, const struct categories *but)
{
    avro_put_long(t->out, 1);
    avro_put_long(t->out, (int64_t)(t->how.n + 1 + name.n + but_length(t->b, but)));
    buf_put(t->out, t->how);
    buf_byte(t->out, ':');
    put_name_except(t->b, name, but, t->out);
}

void bundle_put_names_as(const struct bundle *b, size_t schema, const struct categories *set,
                         struct slice how, struct buf *out)
{
    struct taker t = { .b = b, .take = take_as_block, .how = how, .out = out };
    take_names(&t, schema, set);
}
