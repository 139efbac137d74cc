/* json_find.c - finds values by their paths, and tells what the paths miss. */
#include "format/json_doc.h"

static const struct node *list_item(const struct node *list, uint64_t n)
{
    if (!list || list->kind != NODE_LIST || n >= list->count)
        return NULL;
    const struct node *child = list->first;
    while (child && n--)
        child = child->next;
    return child;
}

/* Walks steps from n; nth stands for each "[]". whole: a "[]" at the end stands for the whole
 * list. */
static const struct node *walk_steps(const struct node *n, const struct path *p, size_t nth,
                                     bool whole)
{
    for (size_t i = 0; n && i < p->count; i++) {
        const struct json_step *s = &p->steps[i];
        bool is_last = i + 1 == p->count;
        if (s->key.n)
            n = node_get_slice(n, s->key);
        if (s->index >= 0)
            n = list_item(n, (uint64_t)s->index);
        else if (s->index == JSON_INDEX_EACH && !(whole && is_last))
            n = list_item(n, nth);
    }
    return n;
}

/* The n-th item of an each: paths ask for the same one many times, and then for the next. */
static const struct node *item_at(const struct doc *d, const struct path *base, size_t nth)
{
    struct json_place *last = d->last;
    bool known = last->base == base && last->item;
    if (known && nth == last->nth)
        return last->item;
    bool ends_in_each = base->count && base->steps[base->count - 1].index == JSON_INDEX_EACH;
    const struct node *n = NULL;
    if (known && ends_in_each && nth == last->nth + 1)
        n = last->item->next;
    else
        n = walk_steps(d->root, base, nth, false);
    *last = (struct json_place){ base, nth, n };
    return n;
}

size_t json_count(const struct doc *d, const struct path *p)
{
    const struct node *n = walk_steps(d->root, p, 0, true);
    if (!n || n->kind == NODE_NULL)
        return 0;
    return n->kind == NODE_LIST ? n->count : 1;
}

struct found json_find(struct arena *a, const struct doc *d, const struct path *p,
                       const struct path *base, size_t nth)
{
    (void)a;
    struct found f = { .how = FOUND_ABSENT };
    const struct node *n = d->root;
    if (p->is_relative && base)
        n = item_at(d, base, nth);
    n = walk_steps(n, p, nth, false);
    if (!n || !json_is_scalar(n))
        return f;
    f.at = n->line;
    f.length = n->column;
    if (n->kind == NODE_NULL) {
        f.how = p->null_clears ? FOUND_CLEARED : FOUND_ABSENT;
        return f;
    }
    if (n->kind == NODE_BOOL)
        f.value = n->truth ? SLICE("true") : SLICE("false");
    else
        f.value = n->text;
    f.how = slice_is_empty(slice_trim(f.value)) ? FOUND_ABSENT : FOUND_PRESENT;
    return f;
}

static bool is_nothing(const struct node *n)
{
    if (!n || n->kind == NODE_NULL)
        return true;
    if (!json_is_scalar(n))
        return !n->first;
    return n->kind != NODE_BOOL && slice_is_blank(n->text);
}

/* Whether q goes as p does up to step i, and there to the item with that number. */
static bool goes_to(const struct path *q, const struct path *p, size_t i, int64_t number)
{
    if (q->is_relative || q->count <= i)
        return false;
    for (size_t j = 0; j <= i; j++)
        if (!slice_equal(q->steps[j].key, p->steps[j].key))
            return false;
    for (size_t j = 0; j < i; j++)
        if (q->steps[j].index != p->steps[j].index)
            return false;
    return q->steps[i].index == number || q->steps[i].index == JSON_INDEX_EACH;
}

static bool is_bare(const struct node *map)
{
    for (const struct node *c = map->first; c; c = c->next)
        if (!is_nothing(c))
            return false;
    return true;
}

/* Whether the item has members, but none that the paths to it want: those have other names, or lie
 * deeper. */
static bool is_other(const struct node *one, const struct path *p, size_t i, int64_t number,
                     const struct path *const *all, size_t n)
{
    if (one->kind != NODE_MAP || is_bare(one))
        return false;
    for (size_t j = 0; j < n; j++) {
        bool wants_member = goes_to(all[j], p, i, number) && all[j]->count > i + 1;
        if (wants_member && node_get_slice(one, all[j]->steps[i + 1].key))
            return false;
    }
    return true;
}

static bool list_hides(const struct node *list, const struct path *p, size_t i,
                       const struct path *const *all, size_t n)
{
    int64_t number = 0;
    for (const struct node *c = list->first; c; c = c->next, number++) {
        bool is_read = is_nothing(c);
        for (size_t j = 0; j < n && !is_read; j++)
            is_read = goes_to(all[j], p, i, number);
        if (!is_read || is_other(c, p, i, number, all, n))
            return true;
    }
    return false;
}

/* Hidden is a value where p wants members or items, a list or members where p wants a value, an
 * item that no path reads, and an item without a member that any path wants. */
bool json_hides(struct arena *a, const struct doc *d, const struct path *p,
                const struct path *const *all, size_t n)
{
    (void)a;
    const struct node *at = p->is_relative ? NULL : d->root;
    for (size_t i = 0; i < p->count && !is_nothing(at); i++) {
        const struct json_step *s = &p->steps[i];
        if (s->key.n) {
            if (at->kind != NODE_MAP)
                return true;
            at = node_get_slice(at, s->key);
        }
        if (s->index == JSON_INDEX_EACH)
            return false;
        if (s->index == JSON_INDEX_NONE || is_nothing(at))
            continue;
        if (at->kind != NODE_LIST || list_hides(at, p, i, all, n))
            return true;
        at = list_item(at, (uint64_t)s->index);
    }
    return !is_nothing(at) && !json_is_scalar(at);
}
