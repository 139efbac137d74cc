/* json_render.c - writes a map whose keys are dotted paths as nested objects. */
#include "format/json_doc.h"

#include "base/clean.h"

#define SCRATCH_MAX ((size_t)32 << 20)

/* Whether a dotted path can be put into the tree. Brackets would be part of a name; of two paths
 * of which one begins the other, one would be lost or stand twice. */
static bool can_put(const struct node *map, struct slice path, struct err *e)
{
    struct slice rest = path;
    if (slice_find(path, '[') < path.n)
        return err_set(e, ERR_REJECT, "json.render", 0,
                       "cannot write '%.*s': a list comes from each, not from a name", SHOWN(path));
    while (map) {
        size_t dot = slice_find(rest, '.');
        if (dot == 0)
            return err_set(e, ERR_REJECT, "json.render", 0,
                           "cannot write '%.*s': a name is missing before a dot", SHOWN(path));
        const struct node *there = node_get_slice(map, slice_head(rest, dot));
        if (there && (dot == rest.n || there->kind != NODE_MAP))
            return err_set(e, ERR_REJECT, "json.render", 0,
                           "cannot write '%.*s': another path begins with it, or it with another",
                           SHOWN(path));
        map = there;
        rest = slice_from(rest, dot + 1);
    }
    return true;
}

/* A copy whose texts are clean, as deep as the tree of a mapping. NULL when memory ran out, or
 * when a name is not clean: *dirty is its member. */
static struct node *clean_copy(struct arena *a, const struct node *n, const struct node **dirty)
{
    struct node *copy = node_new(a, n->kind);
    if (!copy)
        return NULL;
    copy->truth = n->truth;
    copy->text = text_clean(a, n->text);
    for (const struct node *c = n->first; c; c = c->next) {
        struct slice key = text_clean(a, c->key);
        if (!slice_equal(key, c->key)) {
            if (key.p)
                *dirty = c;
            return NULL;
        }
        struct node *member = clean_copy(a, c, dirty);
        if (!member)
            return NULL;
        if (n->kind == NODE_MAP)
            node_put(copy, c->key, member);
        else
            node_add(copy, member);
    }
    return copy->text.p ? copy : NULL;
}

static bool no_name(const struct node *n, struct err *e)
{
    return err_set(e, ERR_REJECT, "json.render", 0,
                   "cannot write '%.*s': its name has a control character, or one that is not seen",
                   SHOWN(n->key));
}

/* A map whose keys are dotted paths becomes nested objects. */
bool json_render(const struct node *filled, const struct format_options *o, struct slice id,
                 struct buf *out, struct err *e)
{
    (void)o;
    (void)id; /* a message carries its id in a member that the mapping names */
    if (filled->kind != NODE_MAP)
        return err_set(e, ERR_REJECT, "json.render", 0, "cannot write what is not a map");
    struct arena a;
    arena_init(&a, SCRATCH_MAX);
    const struct node *dirty = NULL, *clean = clean_copy(&a, filled, &dirty);
    struct node *root = clean ? node_new(&a, NODE_MAP) : NULL;
    bool fits = dirty ? no_name(dirty, e) : true;
    for (const struct node *n = clean ? clean->first : NULL; root && fits && n; n = n->next) {
        fits = can_put(root, n->key, e);
        if (!fits)
            break;
        struct node *copy = node_new(&a, n->kind);
        if (copy) {
            struct node fresh = *copy;
            *copy = *n;
            copy->key = fresh.key;
            copy->next = NULL;
        }
        node_put_path(&a, root, n->key, copy);
        if (!copy)
            root = NULL;
    }
    if (root && fits)
        node_to_json(root, out);
    arena_release(&a);
    if (!fits)
        return false;
    return root ? buf_done(out, e) : err_memory(e);
}
