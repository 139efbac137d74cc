/* schema_canonical.c - the parsing canonical form (Avro specification 1.11, "Transforming into
 * Parsing Canonical Form"): what of a schema matters for reading its data, in one spelling. */
#include "record/catalogue.h"

#include "host/tree.h"
#include "record/compose.h"
#include "record/schema_rules.h"

static bool canonical_type(struct buf *out, const struct node *type, struct slice space,
                           struct err *e);

static bool canonical_refuse(struct err *e)
{
    return err_set(e, ERR_REJECT, "schema.syntax", 0, "cannot read this as an Avro schema");
}

static void canonical_key(struct buf *out, const char *key)
{
    buf_format(out, ",\"%s\":", key);
}

/* [FULLNAMES]: a name without a dot is in the space around it; primitives have none. */
static void canonical_name(struct buf *out, struct slice name, struct slice space)
{
    bool full = slice_find(name, '.') < name.n || slice_is_empty(space);
    buf_byte(out, '"');
    if (!full) {
        buf_put(out, space);
        buf_byte(out, '.');
    }
    buf_put(out, name);
    buf_byte(out, '"');
}

/* The space that names within a definition are in: of its own dotted name, else its attribute, else
 * the one around it. */
static struct slice space_of(const struct node *def, struct slice around)
{
    struct slice name = schema_attribute(def, "name");
    size_t dot = name.n;
    while (dot > 0 && name.p[dot - 1] != '.')
        dot--;
    if (dot > 0)
        return slice_head(name, dot - 1);
    const struct node *own = node_get(def, "namespace");
    return own && own->kind == NODE_TEXT ? own->text : around;
}

static bool canonical_fields(struct buf *out, const struct node *fields, struct slice space,
                             struct err *e)
{
    if (!fields || fields->kind != NODE_LIST)
        return canonical_refuse(e);
    canonical_key(out, "fields");
    buf_byte(out, '[');
    for (const struct node *field = fields->first; field; field = field->next) {
        const struct node *name = node_get(field, "name"), *type = node_get(field, "type");
        if (!name || name->kind != NODE_TEXT || !type)
            return canonical_refuse(e);
        buf_text(out, field == fields->first ? "{\"name\":" : ",{\"name\":");
        buf_json(out, name->text);
        canonical_key(out, "type");
        if (!canonical_type(out, type, space, e))
            return false;
        buf_byte(out, '}');
    }
    buf_byte(out, ']');
    return true;
}

static bool canonical_symbols(struct buf *out, const struct node *symbols, struct err *e)
{
    if (!symbols || symbols->kind != NODE_LIST)
        return canonical_refuse(e);
    canonical_key(out, "symbols");
    buf_byte(out, '[');
    for (const struct node *n = symbols->first; n; n = n->next) {
        if (n->kind != NODE_TEXT)
            return canonical_refuse(e);
        if (n != symbols->first)
            buf_byte(out, ',');
        buf_json(out, n->text);
    }
    buf_byte(out, ']');
    return true;
}

/* [INTEGERS]: no quotes, no leading zeros. */
static bool canonical_size(struct buf *out, const struct node *size, struct err *e)
{
    uint64_t value = 0;
    if (!size || !slice_to_u64(size->text, &value))
        return canonical_refuse(e);
    canonical_key(out, "size");
    buf_format(out, "%llu", (unsigned long long)value);
    return true;
}

static bool canonical_named(struct buf *out, const struct node *def, struct slice kind,
                            struct slice around, struct err *e)
{
    struct slice name = schema_attribute(def, "name"), space = space_of(def, around);
    if (slice_is_empty(name))
        return canonical_refuse(e);
    buf_text(out, "{\"name\":");
    canonical_name(out, name, space);
    canonical_key(out, "type");
    buf_json(out, kind);
    bool good = false;
    if (slice_equal_text(kind, "enum"))
        good = canonical_symbols(out, node_get(def, "symbols"), e);
    else if (slice_equal_text(kind, "fixed"))
        good = canonical_size(out, node_get(def, "size"), e);
    else
        good = canonical_fields(out, node_get(def, "fields"), space, e);
    buf_byte(out, '}');
    return good;
}

static bool canonical_holder(struct buf *out, const struct node *type, struct slice kind,
                             const char *key, struct slice space, struct err *e)
{
    const struct node *inner = node_get(type, key);
    if (!inner)
        return canonical_refuse(e);
    buf_text(out, "{\"type\":");
    buf_json(out, kind);
    canonical_key(out, key);
    if (!canonical_type(out, inner, space, e))
        return false;
    buf_byte(out, '}');
    return true;
}

static bool canonical_map(struct buf *out, const struct node *type, struct slice space,
                          struct err *e)
{
    const struct node *inner = node_get(type, "type");
    struct slice kind = schema_attribute(type, "type");
    if (!inner)
        return canonical_refuse(e);
    if (slice_equal_text(kind, "record") || slice_equal_text(kind, "error") ||
        slice_equal_text(kind, "enum") || slice_equal_text(kind, "fixed"))
        return canonical_named(out, type, kind, space, e);
    if (slice_equal_text(kind, "array"))
        return canonical_holder(out, type, kind, "items", space, e);
    if (slice_equal_text(kind, "map"))
        return canonical_holder(out, type, kind, "values", space, e);
    return canonical_type(out, inner, space, e); /* [PRIMITIVES] */
}

static bool canonical_type(struct buf *out, const struct node *type, struct slice space,
                           struct err *e)
{
    switch (type->kind) {
    case NODE_TEXT:
        canonical_name(out, type->text, avro_is_primitive(type->text) ? SLICE("") : space);
        return true;
    case NODE_MAP:
        return canonical_map(out, type, space, e);
    case NODE_LIST:
        buf_byte(out, '[');
        for (const struct node *n = type->first; n; n = n->next) {
            if (n != type->first)
                buf_byte(out, ',');
            if (!canonical_type(out, n, space, e))
                return false;
        }
        buf_byte(out, ']');
        return true;
    default:
        return canonical_refuse(e);
    }
}

bool schema_canonical(struct arena *a, struct slice text, struct buf *out, struct err *e)
{
    struct node *root = NULL;
    if (!tree_json(a, text, &root, e))
        return false;
    if (!canonical_type(out, root, SLICE(""), e))
        return false;
    return buf_done(out, e);
}
