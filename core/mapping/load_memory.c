/* load_memory.c - what `changed` remembers otherwise than one would expect.
 *
 * A key that tells its person by a place in a list: senders put what repeats in any order, so one
 * person would have several memories. And a rule whose `on` holds where something is left out,
 * while `changed` watches nothing but that: what is not sent is no change. */
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

/* How `on` takes it that nothing stands at a path. */
enum nothing { NOTHING_FAILS, NOTHING_HOLDS, NOTHING_ALONE_HOLDS, NOTHING_UNASKED };

static enum nothing nothing_at(const struct conditions *on, int source)
{
    enum nothing how = NOTHING_UNASKED;
    for (size_t i = 0; i < on->count; i++) {
        const struct condition *c = &on->list[i];
        if (c->ref.source != source)
            continue;
        const bool is_word = c->test == IS_WORD;
        if (c->test == IS_PRESENT || (is_word && (!c->negated || c->needs_value)))
            return NOTHING_FAILS;
        if (!is_word)
            how = NOTHING_ALONE_HOLDS;
        else if (how == NOTHING_UNASKED)
            how = NOTHING_HOLDS;
    }
    return how;
}

/* Notes, or refuses, a rule whose conditions hold where nothing of what it watches was sent. */
static void look_for_silence(struct loader *l, const struct rule *r)
{
    const struct node *of = node_get(node_get(r->node, "changed"), "of");
    size_t alone = 0;
    for (size_t i = 0; i < r->of.count; i++) {
        const enum nothing how = nothing_at(&r->on, r->of.list[i].source);
        if (how == NOTHING_FAILS || how == NOTHING_UNASKED)
            return;
        alone += how == NOTHING_ALONE_HOLDS;
    }
    if (r->of.count == 0)
        return;
    if (alone == r->of.count && !l->m->format->clears)
        strict_say(&l->reader, of, "map.changed",
                   "this rule never makes an event: 'on' wants '%.*s' absent, and what is not sent "
                   "is no change: want under 'of' also what each message has, such as the key",
                   SHOWN(r->of.list[0].text));
    else
        load_note(l, NOTICE_SILENT, of, r->of.list[0].text);
}

void load_memory(struct loader *l)
{
    struct mapping *m = l->m;
    for (size_t i = 0; i < m->rule_count; i++)
        if (m->rules[i].has_changed)
            look_for_silence(l, &m->rules[i]);
    for (size_t i = 0; m->format->place && i < m->rule_count; i++) {
        const struct rule *r = &m->rules[i];
        for (size_t j = 0; !r->by_subject && j < r->key.count; j++)
            if (is_by_position(l, &r->key.list[j]))
                load_note(l, NOTICE_POSITION, node_get(node_get(r->node, "changed"), "key"),
                          r->key.list[j].text);
    }
}
