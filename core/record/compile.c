/* compile.c - flattening nested records into slots.
 *
 * The recursion follows the composed schema, which compose() has found finite. */
#include "record/compile.h"

#include <limits.h>

#include "record/schema_rules.h"

#define FIXED_BYTES_MAX 65536
#define NO_CATEGORY (-1)

struct compiler {
    struct arena *a;
    const struct composed *types;
    struct category_set *categories;
    struct problems *p;
    bool internal;
};

/* What surrounds a field: the path so far, and the category that overrides all below. */
struct scope {
    struct slice path;
    int category;
    bool item; /* within an array, which is withheld as one */
};

/* What a field's type comes to. */
struct shape {
    enum slot_type type;
    bool nullable, is_time_ms;
    const struct node *record; /* a nested record: no slot of its own */
    const struct node *def;    /* of an enum or fixed */
    const struct node *item;   /* of an array */
};

/* Avro's primitive types that a slot can have; false for null and float. */
static bool primitive_shape(struct slice name, struct shape *out)
{
    static const struct {
        const char *name;
        enum slot_type type;
    } known[] = { { "boolean", SLOT_BOOLEAN }, { "int", SLOT_INT },     { "long", SLOT_LONG },
                  { "double", SLOT_DOUBLE },   { "bytes", SLOT_BYTES }, { "string", SLOT_STRING } };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (slice_equal_text(name, known[i].name)) {
            out->type = known[i].type;
            return true;
        }
    return false;
}

static bool defined_shape(struct compiler *c, const struct node *def, struct shape *out)
{
    struct slice kind = schema_attribute(def, "type");
    if (slice_equal_text(kind, "record")) {
        out->record = def;
        return true;
    }
    if (slice_equal_text(kind, "array")) {
        out->type = SLOT_ARRAY;
        out->item = node_get(def, "items");
        return out->item ? true
                         : schema_problem(c->p, def, "schema.type",
                                          "an array must say what its items are");
    }
    bool is_enum = slice_equal_text(kind, "enum");
    bool is_fixed = slice_equal_text(kind, "fixed");
    out->def = def;
    out->type = is_enum ? SLOT_ENUM : SLOT_FIXED;
    out->is_time_ms = slice_equal_text(schema_attribute(def, "logicalType"), "timestamp-millis");
    if (is_enum || is_fixed || primitive_shape(kind, out))
        return true;
    return schema_problem(c->p, def, "schema.type", "'%.*s' is not used here", (int)kind.n,
                          (const char *)kind.p);
}

static bool single_shape(struct compiler *c, const struct node *type, struct shape *out)
{
    if (type->kind == NODE_LIST)
        return schema_problem(c->p, type, "schema.union", "a union is [\"null\", T] and no other");
    if (type->kind == NODE_TEXT && primitive_shape(type->text, out))
        return true;
    const struct node *def = compose_type(c->types, type);
    if (def)
        return defined_shape(c, def, out);
    return schema_problem(c->p, type, "schema.type", "'%.*s' is not used here", (int)type->text.n,
                          (const char *)type->text.p);
}

static bool union_shape(struct compiler *c, const struct node *list, struct shape *out)
{
    const struct node *first = list->first, *second = first ? first->next : NULL;
    if (list->count != 2)
        return schema_problem(c->p, list, "schema.union", "a union is [\"null\", T] and no other");
    if (slice_equal_text(second->text, "null"))
        return schema_problem(c->p, list, "schema.null-first", "null must stand first in a union");
    if (!slice_equal_text(first->text, "null"))
        return schema_problem(c->p, list, "schema.union", "a union is [\"null\", T] and no other");
    out->nullable = true;
    if (!single_shape(c, second, out))
        return false;
    if (out->record)
        return schema_problem(c->p, list, "schema.nullable-record",
                              "a nested record is never null: make its fields nullable");
    return true;
}

static bool read_shape(struct compiler *c, const struct node *field, struct shape *out)
{
    const struct node *type = node_get(field, "type");
    *out = (struct shape){ .type = SLOT_NULL };
    return type->kind == NODE_LIST ? union_shape(c, type, out) : single_shape(c, type, out);
}

/* The field's own category, unless one above overrides it. Without any (internal): never. */
static unsigned category_of(struct compiler *c, const struct node *field, struct scope scope)
{
    const struct node *own = node_get(field, "category");
    if (!own)
        return scope.category == NO_CATEGORY ? CATEGORY_NEVER : (unsigned)scope.category;
    int n = NO_CATEGORY;
    if (schema_is_category(own->text)) {
        n = category_set_add(c->categories, own->text);
        if (n < 0)
            schema_problem(c->p, own, "schema.categories", "more than %d categories",
                           CATEGORIES_MAX);
    } else {
        schema_problem(c->p, own, "schema.category", "'%.*s' is no name of a category",
                       (int)own->text.n, (const char *)own->text.p);
    }
    if (scope.category != NO_CATEGORY)
        return (unsigned)scope.category;
    return n < 0 ? CATEGORY_NEVER : (unsigned)n;
}

static struct slice slot_path(struct compiler *c, struct slice before, struct slice name,
                              const char *end)
{
    const char *path = arena_format(c->a, "%.*s%.*s%s", (int)before.n, (const char *)before.p,
                                    (int)name.n, (const char *)name.p, end);
    if (!path)
        schema_no_memory(c->p);
    return slice_text(path);
}

static bool count_slots(struct compiler *c, const struct node *record, size_t *n)
{
    const struct node *fields = node_get(record, "fields");
    struct shape shape;
    bool good = true;
    for (const struct node *field = fields ? fields->first : NULL; field; field = field->next) {
        if (!read_shape(c, field, &shape))
            good = false;
        else if (shape.record)
            good &= count_slots(c, shape.record, n);
        else
            ++*n;
    }
    return good;
}

static struct plan *compile_record(struct compiler *c, const struct node *record,
                                   struct scope scope);

static bool set_item(struct compiler *c, struct slot *s, struct op *op, const struct node *item)
{
    struct shape shape = { .type = SLOT_NULL };
    op->bound = 1; /* the least bytes that an item takes */
    if (!single_shape(c, item, &shape))
        return false;
    if (!shape.record)
        return shape.type == SLOT_STRING ||
               schema_problem(c->p, item, "schema.type",
                              "the items of a list must be texts or records");
    struct scope within = { { .n = 0 }, (int)s->category, true };
    struct plan *plan = compile_record(c, shape.record, within);
    if (!plan)
        return false;
    if (plan->min_bytes == 0)
        return schema_problem(
            c->p, item, "schema.zero-width",
            "the items of this list take no bytes, so a message could claim any number of them");
    op->bound = plan->min_bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)plan->min_bytes;
    op->item = s->item = plan;
    return true;
}

static bool set_fixed(struct compiler *c, struct slot *s, struct op *op, const struct node *def)
{
    const struct node *size = node_get(def, "size");
    uint64_t n = 0;
    bool is_number = size && size->kind == NODE_NUMBER && slice_to_u64(size->text, &n);
    if (!is_number || n == 0 || n > FIXED_BYTES_MAX)
        return schema_problem(c->p, size ? size : def, "schema.size", "a fixed has 1 to %d bytes",
                              FIXED_BYTES_MAX);
    s->fixed_bytes = (size_t)n;
    op->bound = (uint32_t)n;
    return true;
}

static bool set_symbols(struct compiler *c, struct slot *s, struct op *op, const struct node *def)
{
    if (!schema_words(c->a, def, "symbols", &s->symbols, &s->symbol_count, c->p))
        return false;
    op->bound = (uint32_t)s->symbol_count;
    return s->symbol_count > 0 ||
           schema_problem(c->p, def, "schema.words", "an enum must list its 'symbols'");
}

/* What depends on the type alone. */
static bool set_type(struct compiler *c, struct slot *s, struct op *op, const struct shape *shape)
{
    op->type = s->type = shape->type;
    op->nullable = s->nullable = shape->nullable;
    s->is_time_ms = shape->is_time_ms;
    switch (shape->type) {
    case SLOT_ARRAY:
        return set_item(c, s, op, shape->item);
    case SLOT_FIXED:
        return set_fixed(c, s, op, shape->def);
    case SLOT_ENUM:
        return set_symbols(c, s, op, shape->def);
    default:
        return true;
    }
}

static size_t min_bytes(const struct op *op)
{
    if (op->nullable)
        return 1;
    switch (op->type) {
    case SLOT_FIXED:
        return op->bound;
    case SLOT_DOUBLE:
        return 8;
    default:
        return 1;
    }
}

static bool set_iso8601(struct compiler *c, struct slot *s, const struct node *field)
{
    const struct node *said = node_get(field, "iso8601");
    s->is_iso8601 = said && said->kind == NODE_BOOL && said->truth && s->type == SLOT_STRING;
    if (!said || s->is_iso8601)
        return true;
    return schema_problem(c->p, field, "schema.type", "'iso8601' is true on a text, or left out");
}

static bool compile_leaf(struct compiler *c, const struct node *field, const struct shape *shape,
                         struct scope scope, struct plan *plan)
{
    struct slot *s = &plan->slots[plan->count];
    struct op *op = &plan->ops[plan->count];
    s->path = slot_path(c, scope.path, schema_attribute(field, "name"),
                        shape->type == SLOT_ARRAY ? "[]" : "");
    s->doc = schema_attribute(field, "doc");
    s->category = category_of(c, field, scope);
    schema_rules_leaf(field, c->internal, c->p);
    if (!c->internal && !scope.item && s->category != CATEGORY_ALWAYS)
        schema_rules_withholdable(field, shape->nullable, c->p);
    bool good =
        set_type(c, s, op, shape) && set_iso8601(c, s, field) &&
        schema_words(c->a, field, "vocabulary", &s->vocabulary, &s->vocabulary_count, c->p) &&
        schema_words(c->a, field, "needed_with", &s->needed_with, &s->needed_with_count, c->p);
    op->kept = !op->nullable || s->category == CATEGORY_ALWAYS;
    plan->categories[plan->count] = (uint8_t)s->category;
    plan->empty[plan->count] = (uint8_t)(op->nullable + (op->type == SLOT_ARRAY));
    plan->min_bytes += min_bytes(op);
    plan->count++;
    return good && s->path.p;
}

static bool compile_fields(struct compiler *c, const struct node *record, struct scope scope,
                           struct plan *plan)
{
    const struct node *fields = node_get(record, "fields");
    if (!fields)
        return schema_problem(c->p, record, "schema.type", "a record must have fields");
    schema_rules_fields(fields, c->p);
    bool good = true;
    for (const struct node *field = fields->first; field; field = field->next) {
        struct shape shape;
        if (!read_shape(c, field, &shape))
            return false;
        if (!shape.record) {
            good &= compile_leaf(c, field, &shape, scope, plan);
            continue;
        }
        struct scope within = { slot_path(c, scope.path, schema_attribute(field, "name"), "."),
                                scope.category, scope.item };
        if (node_get(field, "category"))
            within.category = (int)category_of(c, field, scope);
        good &= within.path.p && compile_fields(c, shape.record, within, plan);
    }
    return good;
}

static struct plan *compile_record(struct compiler *c, const struct node *record,
                                   struct scope scope)
{
    size_t n = 0;
    struct err e = { .fate = ERR_NONE };
    if (!count_slots(c, record, &n))
        return NULL;
    if (n > PLAN_SLOTS_MAX) {
        schema_problem(c->p, record, "schema.limit", "more than %d fields", PLAN_SLOTS_MAX);
        return NULL;
    }
    struct plan *plan = ARENA_NEW(c->a, struct plan);
    char *name = arena_text(c->a, schema_attribute(record, "name"));
    if (plan)
        *plan = (struct plan){ .name = name,
                               .ops = ARENA_ARRAY(c->a, n, struct op),
                               .slots = ARENA_ARRAY(c->a, n, struct slot),
                               .categories = ARENA_ARRAY(c->a, n, uint8_t),
                               .empty = ARENA_ARRAY(c->a, n, uint8_t) };
    if (!plan || !name || !plan->ops || !plan->slots || !plan->categories || !plan->empty) {
        schema_no_memory(c->p);
        return NULL;
    }
    if (!compile_fields(c, record, scope, plan))
        return NULL;
    if (!plan_index(plan, c->a, &e)) {
        schema_no_memory(c->p);
        return NULL;
    }
    return plan;
}

struct plan *compile(struct arena *a, const struct composed *c, bool internal,
                     struct category_set *categories, struct problems *p)
{
    struct compiler compiler = { a, c, categories, p, internal };
    struct scope all = { { .n = 0 }, NO_CATEGORY, false };
    if (!slice_equal_text(schema_attribute(c->root, "type"), "record")) {
        schema_problem(p, c->root, "schema.type", "a schema must be a record");
        return NULL;
    }
    return compile_record(&compiler, c->root, all);
}
