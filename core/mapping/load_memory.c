/* load_memory.c - keys of `changed` that tell their person by a place in a list: senders put what
 * repeats in any order, so one person would have several memories. */
#include "mapping/inside.h"

static bool place_of(struct loader *l, const struct path *p, struct slice *name, bool *picks)
{
    const struct path *whole = p;
    struct err e = { .fate = ERR_NONE };
    if (!l->m->format->place(l->reader.arena, p, &whole, name, &e))
        return strict_memory(&l->reader);
    *picks = whole != p;
    return true;
}

/* Another path of the mapping looks at the same place: so it repeats, and a path that picks
 * nothing there by its value goes by the order. */
static bool is_by_position(struct loader *l, const struct ref *ref)
{
    struct slice name, other;
    bool picks = false, unused = false;
    if (ref->source < 0 || !place_of(l, ref->path, &name, &picks) || picks)
        return false;
    for (size_t i = 0; i < l->m->source_count; i++)
        if ((int)i != ref->source && place_of(l, l->m->sources[i], &other, &unused) &&
            slice_equal(name, other))
            return true;
    return false;
}

void load_memory(struct loader *l)
{
    struct mapping *m = l->m;
    for (size_t i = 0; m->format->place && i < m->rule_count; i++) {
        const struct rule *r = &m->rules[i];
        for (size_t j = 0; !r->by_subject && j < r->key.count; j++)
            if (is_by_position(l, &r->key.list[j]))
                load_note(l, NOTICE_POSITION, node_get(node_get(r->node, "changed"), "key"),
                          r->key.list[j].text);
    }
}
