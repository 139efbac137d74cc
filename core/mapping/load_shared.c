/* load_shared.c - words that both directions share: actions, conversions, else, record types. */
#include "mapping/inside.h"

unsigned load_action(struct loader *l, const struct node *n)
{
    if (!strict_is(&l->reader, n, NODE_TEXT, "an action"))
        return 0;
    unsigned action = action_named(n->text);
    if (!action)
        strict_say(&l->reader, n, "map.action",
                   "cannot use action '%.*s': want asserts, replaces or retracts", SHOWN(n->text));
    return action;
}

enum conversion load_as(struct loader *l, const struct node *n)
{
    if (!n)
        return AS_TEXT;
    if (!strict_is(&l->reader, n, NODE_TEXT, "a conversion"))
        return AS_TEXT;
    enum conversion as = conversion_named(n->text);
    if (as != AS_NONE)
        return as;
    strict_say(&l->reader, n, "map.conversion", "cannot find a conversion '%.*s'", SHOWN(n->text));
    return AS_TEXT;
}

void load_else(struct loader *l, const struct node *n, bool has_table, enum miss *miss,
               struct slice *word)
{
    *miss = MISS_REFUSE;
    const struct node *e = node_get(n, "else");
    if (!e) {
        if (has_table)
            strict_say(&l->reader, n, "map.else",
                       "cannot tell what becomes of a code its table lacks: want else");
        return;
    }
    if (!strict_is(&l->reader, e, NODE_TEXT, "else"))
        return;
    if (slice_equal_text(e->text, "refuse"))
        return;
    if (slice_equal_text(e->text, "skip"))
        *miss = MISS_SKIP;
    else if (slice_equal_text(e->text, "leave"))
        *miss = MISS_LEAVE;
    else {
        *miss = MISS_WORD;
        *word = e->text;
    }
}

const struct schema *load_type(struct loader *l, const struct node *n, struct slice text,
                               uint64_t *kinds)
{
    size_t dot = slice_find(text, '.');
    struct slice kind = slice_from(text, dot + 1);
    const struct schema *s = catalogue_named(l->schemas, slice_head(text, dot));
    *kinds = UINT64_MAX;
    if (!s || s->internal) {
        strict_say(&l->reader, n, "map.type", "cannot find a record type '%.*s'", (int)dot,
                   (const char *)text.p);
        return NULL;
    }
    if (dot == text.n)
        return s;
    for (size_t i = 0; i < s->kind_count && i < 64; i++)
        if (slice_equal(s->kinds[i], kind)) {
            *kinds = (uint64_t)1 << i;
            return s;
        }
    strict_say(&l->reader, n, "map.kind", "cannot find a kind '%.*s' of %.*s", SHOWN(kind),
               (int)dot, (const char *)text.p);
    return NULL;
}
