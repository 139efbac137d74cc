/* compose.c - a walk over a file's tree that makes a tree that stands alone. */
#include "record/compose.h"

#include "record/schema_rules.h"

struct composer {
    struct arena *a;
    const struct schema_files *files;
    struct composed *out;
    struct problems *p;
};

bool avro_is_primitive(struct slice name)
{
    static const char *const names[] = { "null",  "boolean", "int",   "long",
                                         "float", "double",  "bytes", "string" };
    return slice_is_one_of_texts(name, names, sizeof names / sizeof names[0]);
}

/* The node alone: the same value and place, not yet anybody's child. */
static struct node *copy_node(struct composer *c, const struct node *n)
{
    struct node *copy = ARENA_NEW(c->a, struct node);
    if (!copy) {
        schema_no_memory(c->p);
        return NULL;
    }
    *copy = *n;
    copy->next = NULL;
    return copy;
}

static struct node *empty_copy(struct composer *c, const struct node *n)
{
    struct node *copy = copy_node(c, n);
    if (copy) {
        copy->first = copy->last = NULL;
        copy->count = 0;
    }
    return copy;
}

/* Avro specification, "Names": a name with a dot is full, another is in the space around it. */
static struct slice full_name(struct composer *c, struct slice name, struct slice space)
{
    if (slice_find(name, '.') < name.n || slice_is_empty(space))
        return name;
    const char *full = arena_format(c->a, "%.*s.%.*s", (int)space.n, (const char *)space.p,
                                    (int)name.n, (const char *)name.p);
    if (!full)
        schema_no_memory(c->p);
    return slice_text(full);
}

static struct node *make_type(struct composer *c, const struct node *type, struct slice space);

/* A field, or another map whose member `key` is a type; the rest is kept as it is. */
static struct node *compose_member(struct composer *c, const struct node *map, const char *key,
                                   struct slice space)
{
    struct node *out = empty_copy(c, map);
    for (const struct node *n = map->first; out && n; n = n->next) {
        bool type = slice_equal_text(n->key, key);
        struct node *copy = type ? make_type(c, n, space) : copy_node(c, n);
        if (!copy)
            return NULL;
        node_put(out, n->key, copy);
    }
    return out;
}

/* Goes on after a bad field, so that one run shows all problems. */
static struct node *compose_fields(struct composer *c, const struct node *fields,
                                   struct slice space)
{
    struct node *out = empty_copy(c, fields);
    bool good = out && fields->kind == NODE_LIST;
    for (const struct node *field = fields->first; out && field; field = field->next) {
        struct node *copy = NULL;
        if (field->kind == NODE_MAP && node_get(field, "type"))
            copy = compose_member(c, field, "type", space);
        else
            schema_problem(c->p, field, "schema.type", "a field must have a name and a type");
        node_add(out, copy);
        good &= copy != NULL;
    }
    return good ? out : NULL;
}

static bool define_type(struct composer *c, struct slice full, const struct node *at, size_t *n)
{
    for (size_t i = 0; i < c->out->count; i++)
        if (slice_equal(c->out->types[i].full, full))
            return schema_problem(c->p, at, "schema.duplicate", "'%.*s' is defined twice",
                                  (int)full.n, (const char *)full.p);
    if (c->out->count == COMPOSED_TYPES_MAX)
        return schema_problem(c->p, at, "schema.limit", "more than %d types in one schema",
                              COMPOSED_TYPES_MAX);
    *n = c->out->count++;
    c->out->types[*n].full = full;
    c->out->types[*n].open = true;
    return true;
}

static struct node *compose_named(struct composer *c, const struct node *def, struct slice space)
{
    struct slice own = schema_attribute(def, "namespace"), name = schema_attribute(def, "name");
    if (!slice_is_empty(own))
        space = own;
    size_t n = 0;
    if (slice_is_empty(name) || !define_type(c, full_name(c, name, space), def, &n))
        return NULL;
    struct node *out = empty_copy(c, def);
    bool good = out != NULL;
    for (const struct node *m = def->first; out && m; m = m->next) {
        bool fields = slice_equal_text(m->key, "fields");
        struct node *copy = fields ? compose_fields(c, m, space) : copy_node(c, m);
        if (copy)
            node_put(out, m->key, copy);
        good &= copy != NULL;
    }
    c->out->types[n].node = out;
    c->out->types[n].open = false;
    return good ? out : NULL;
}

static struct node *compose_name(struct composer *c, const struct node *type, struct slice space)
{
    if (avro_is_primitive(type->text))
        return copy_node(c, type);
    struct slice full = full_name(c, type->text, space);
    for (size_t i = 0; i < c->out->count; i++) {
        if (!slice_equal(c->out->types[i].full, full))
            continue;
        struct node *copy = copy_node(c, type);
        if (c->out->types[i].open) {
            schema_problem(c->p, type, "schema.recursion", "'%.*s' contains itself", (int)full.n,
                           (const char *)full.p);
            return NULL;
        }
        if (copy)
            copy->text = full;
        return copy;
    }
    const struct schema_file *file = schema_files_find(c->files, full);
    if (file)
        return compose_named(c, file->root, (struct slice){ .n = 0 });
    schema_problem(c->p, type, "schema.unknown-type", "no file defines '%.*s'", (int)type->text.n,
                   (const char *)type->text.p);
    return NULL;
}

static struct node *compose_union(struct composer *c, const struct node *list, struct slice space)
{
    struct node *out = empty_copy(c, list);
    for (const struct node *branch = list->first; out && branch; branch = branch->next) {
        struct node *copy = make_type(c, branch, space);
        if (!copy)
            return NULL;
        node_add(out, copy);
    }
    return out;
}

static struct node *compose_map(struct composer *c, const struct node *type, struct slice space)
{
    struct slice kind = schema_attribute(type, "type");
    if (slice_equal_text(kind, "record") || slice_equal_text(kind, "enum") ||
        slice_equal_text(kind, "fixed"))
        return compose_named(c, type, space);
    if (slice_equal_text(kind, "array"))
        return compose_member(c, type, "items", space);
    if (avro_is_primitive(kind))
        return copy_node(c, type);
    schema_problem(c->p, type, "schema.type", "this kind of type is not used here");
    return NULL;
}

/* NULL when a problem was added. The result has the key and place of what it stands for. */
static struct node *make_type(struct composer *c, const struct node *type, struct slice space)
{
    switch (type->kind) {
    case NODE_TEXT:
        return compose_name(c, type, space);
    case NODE_LIST:
        return compose_union(c, type, space);
    case NODE_MAP:
        return compose_map(c, type, space);
    default:
        schema_problem(c->p, type, "schema.type",
                       "a type is wanted here: a name, a record, an array or a union");
        return NULL;
    }
}

bool compose(struct arena *a, const struct schema_files *files, const struct schema_file *file,
             struct composed *out, struct problems *p)
{
    struct composer c = { a, files, out, p };
    out->count = 0;
    out->root = compose_named(&c, file->root, (struct slice){ .n = 0 });
    return out->root != NULL;
}

const struct node *compose_type(const struct composed *c, const struct node *type)
{
    if (type->kind == NODE_MAP)
        return type;
    for (size_t i = 0; type->kind == NODE_TEXT && i < c->count; i++)
        if (slice_equal(c->types[i].full, type->text))
            return c->types[i].node;
    return NULL;
}
