/* parts.c - what the sets of a bundle are sets of: categories, and fields carved out of them. */
#include "sharing/clause.h"
#include "sharing/project.h"

#define EXCEPT SLICE(" except ")
#define BETWEEN SLICE(", ")

bool parts_may_be_named(const struct catalogue *c, unsigned category)
{
    return category != catalogue_always(c) && category != catalogue_never(c);
}

int parts_nameable(const struct catalogue *c, size_t schema, struct slice path, unsigned *category)
{
    const struct plan *p = catalogue_at(c, schema)->plan;
    int slot = plan_field(p, path);
    *category = slot < 0 ? catalogue_never(c) : plan_categories(p)[slot];
    return parts_may_be_named(c, *category) ? slot : -1;
}

bool parts_is_alone(const struct catalogue *c, unsigned category, struct slice path)
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

void parts_close(const struct bundle *b, struct categories *set)
{
    const struct compiled *k = b->compiled;
    for (size_t i = 0; i < k->carved_count; i++)
        if (categories_has(set, k->carved[i].category))
            categories_add(set, (unsigned)(catalogue_category_count(b->catalogue) + i));
}

/* ---- by number ---- */

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

/* ---- by name ---- */

/* Whether nothing else is left in a part: a field that is alone in what others were carved out of
 * is meant as surely as they are. */
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

/* ---- in names ---- */

/* Takes one name: but NULL, or its parts that are not meant. */
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

struct categories parts_of_category(const struct bundle *b, size_t schema, unsigned category)
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

static void take_category(struct taker *t, size_t schema, const struct categories *set,
                          unsigned category)
{
    const struct compiled *k = t->b->compiled;
    struct slice name = catalogue_category(t->b->catalogue, category);
    struct categories own, but;
    if (!categories_has(&k->parted, category)) {
        t->take(t, name, NULL);
        return;
    }
    but = own = parts_of_category(t->b, schema, category);
    categories_drop(&but, set);
    if (categories_is_empty(&but) ||
        (categories_has(set, category) && categories_has(&own, category)))
        t->take(t, name, categories_is_empty(&but) ? NULL : &but);
    else
        for (size_t i = 0; i < k->carved_count; i++)
            if (k->carved[i].category == category &&
                categories_has(set, (unsigned)(catalogue_category_count(t->b->catalogue) + i)))
                t->take(t, k->carved[i].name, NULL);
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
        for (uint64_t bits = said.bits[w]; bits; bits &= bits - 1) {
            size_t category = w * 64 + (size_t)__builtin_ctzll(bits);
            if (category < categories)
                take_category(t, schema, set, (unsigned)category);
        }
}

static size_t but_length(const struct bundle *b, const struct categories *but)
{
    size_t n = 0;
    for (unsigned i = 0; but && i < bundle_part_count(b); i++)
        if (categories_has(but, i))
            n += (n ? BETWEEN : EXCEPT).n + bundle_part_name(b, i).n;
    return n;
}

static void put_name(const struct bundle *b, struct slice name, const struct categories *but,
                     struct buf *out)
{
    bool any = false;
    buf_put(out, name);
    for (unsigned i = 0; but && i < bundle_part_count(b); i++) {
        if (!categories_has(but, i))
            continue;
        buf_put(out, any ? BETWEEN : EXCEPT);
        buf_put(out, bundle_part_name(b, i));
        any = true;
    }
}

static void take_into_list(struct taker *t, struct slice name, const struct categories *but)
{
    struct err e;
    struct buf text;
    if (but) {
        if (!project_buf(t->arena, name.n + but_length(t->b, but), &text, &e)) {
            t->lost = true;
            return;
        }
        put_name(t->b, name, but, &text);
        name = buf_slice(&text);
    }
    t->list[t->count++] = name;
}

size_t bundle_names(const struct bundle *b, size_t schema, const struct categories *set,
                    struct arena *a, const struct slice **out)
{
    struct taker t = { .b = b, .take = take_into_list, .arena = a };
    t.list = ARENA_ARRAY(a, bundle_part_count(b) + 1, struct slice);
    if (t.list)
        take_names(&t, schema, set);
    *out = t.lost ? NULL : t.list;
    return t.count;
}

static void take_count(struct taker *t, struct slice name, const struct categories *but)
{
    (void)name;
    (void)but;
    t->count++;
}

static void take_as_text(struct taker *t, struct slice name, const struct categories *but)
{
    avro_put_long(t->out, (int64_t)(name.n + but_length(t->b, but)));
    put_name(t->b, name, but, t->out);
}

void bundle_put_names(const struct bundle *b, size_t schema, const struct categories *set,
                      struct buf *out)
{
    struct taker t = { .b = b, .take = take_count, .out = out };
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
    put_name(t->b, name, but, t->out);
}

void bundle_put_names_as(const struct bundle *b, size_t schema, const struct categories *set,
                         struct slice how, struct buf *out)
{
    struct taker t = { .b = b, .take = take_as_block, .how = how, .out = out };
    take_names(&t, schema, set);
}
