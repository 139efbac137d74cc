/* record_json.c - from slots back to a tree. Item records nest as deep as the schema does. */
#include "record/record_json.h"

#include <math.h>

#include "base/clock.h"

static bool put_record(const struct view *v, struct arena *a, bool with_nulls, struct node **out,
                       struct err *e);

static struct node *text_copy(struct arena *a, struct slice text)
{
    struct slice copy = arena_copy(a, text);
    return copy.p ? node_new_text(a, copy) : NULL;
}

static struct node *hex_text(struct arena *a, struct slice bytes)
{
    char *hex = arena_alloc(a, bytes.n * 2 + 1);
    if (!hex)
        return NULL;
    slice_to_hex(bytes, hex);
    return node_new_text(a, slice_of(hex, bytes.n * 2));
}

static struct node *time_text(struct arena *a, int64_t ms)
{
    char room[TIME_TEXT_MAX];
    return text_copy(a, time_ms_to_iso(ms, room));
}

/* JSON has no number for what is not finite. */
static struct node *double_number(struct arena *a, double value)
{
    if (!isfinite(value))
        return node_new(a, NODE_NULL);
    char *digits = arena_format(a, "%.17g", value);
    struct node *n = node_new(a, NODE_NUMBER);
    if (!digits || !n)
        return NULL;
    n->text = slice_text(digits);
    return n;
}

static bool put_strings(const struct view *v, size_t slot, struct arena *a, struct node *list,
                        struct err *e)
{
    const struct slice *texts = NULL;
    size_t n = 0;
    if (!view_strings(v, slot, a, &texts, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct node *text = text_copy(a, texts[i]);
        if (!text)
            return err_memory(e);
        node_add(list, text);
    }
    return true;
}

static bool put_items(const struct view *v, size_t slot, struct arena *a, bool with_nulls,
                      struct node *list, struct err *e)
{
    const struct view *items = NULL;
    size_t n = 0;
    if (!view_items(v, slot, a, &items, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct node *item = NULL;
        if (!put_record(&items[i], a, with_nulls, &item, e))
            return false;
        node_add(list, item);
    }
    return true;
}

static struct node *scalar_node(const struct view *v, size_t slot, struct arena *a)
{
    const struct slot *s = plan_slot_at(v->plan, slot);
    switch (s->type) {
    case SLOT_BOOLEAN:
        return node_new_bool(a, view_long(v, slot) != 0);
    case SLOT_LONG:
    case SLOT_INT:
        return s->is_time_ms ? time_text(a, view_long(v, slot))
                             : node_new_number(a, view_long(v, slot));
    case SLOT_DOUBLE:
        return double_number(a, view_double(v, slot));
    case SLOT_BYTES:
    case SLOT_FIXED:
        return hex_text(a, view_text(v, slot));
    default:
        return text_copy(a, view_text(v, slot));
    }
}

static bool slot_node(const struct view *v, size_t slot, struct arena *a, bool with_nulls,
                      struct node **out, struct err *e)
{
    const struct slot *s = plan_slot_at(v->plan, slot);
    if (view_is_null(v, slot))
        *out = node_new(a, NODE_NULL);
    else if (s->type == SLOT_ARRAY)
        *out = node_new(a, NODE_LIST);
    else
        *out = scalar_node(v, slot, a);
    if (!*out)
        return err_memory(e);
    if ((*out)->kind != NODE_LIST)
        return true;
    return s->item ? put_items(v, slot, a, with_nulls, *out, e) : put_strings(v, slot, a, *out, e);
}

/* Puts value at "person.names" for the path "person.names[]", making the maps on the way. */
static bool put_member(struct arena *a, struct node *map, const struct slot *s, struct node *value,
                       struct err *e)
{
    struct slice path = s->type == SLOT_ARRAY ? slice_head(s->path, s->path.n - 2) : s->path;
    for (size_t dot = slice_find(path, '.'); dot < path.n; dot = slice_find(path, '.')) {
        struct slice key = slice_head(path, dot);
        struct node *inner = node_get_slice(map, key);
        if (!inner) {
            inner = node_new(a, NODE_MAP);
            if (!inner)
                return err_memory(e);
            node_put(map, key, inner);
        }
        map = inner;
        path = slice_from(path, dot + 1);
    }
    node_put(map, path, value);
    return true;
}

static bool put_record(const struct view *v, struct arena *a, bool with_nulls, struct node **out,
                       struct err *e)
{
    struct node *map = node_new(a, NODE_MAP);
    if (!map)
        return err_memory(e);
    for (size_t i = 0; i < plan_slots(v->plan); i++) {
        struct node *value = NULL;
        if (!with_nulls && view_is_null(v, i))
            continue;
        if (!slot_node(v, i, a, with_nulls, &value, e) ||
            !put_member(a, map, plan_slot_at(v->plan, i), value, e))
            return false;
    }
    *out = map;
    return true;
}

bool record_to_tree(const struct view *v, struct arena *a, bool with_nulls, struct node **out,
                    struct err *e)
{
    return put_record(v, a, with_nulls, out, e);
}
