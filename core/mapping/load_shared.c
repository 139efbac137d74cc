/* load_shared.c - words that both directions share: actions, conversions, else, record types. */
#include "mapping/inside.h"

unsigned load_action(struct loader *l, const struct node *n)
{
    if (!strict_is(&l->reader, n, NODE_TEXT, "'action'"))
        return 0;
    unsigned action = action_named(n->text);
    if (!action)
        strict_say(&l->reader, n, "map.action",
                   "unknown action '%.*s': it has asserts, replaces or retracts", SHOWN(n->text));
    return action;
}

static struct slice conversion_at(const void *of, size_t i)
{
    (void)of;
    return slice_text(mapping_conversion(i));
}

bool say_no_conversion(struct loader *l, const struct node *n, struct slice word)
{
    struct choices_at conversions = { NULL, conversion_at, 0 };
    while (mapping_conversion(conversions.n))
        conversions.n++;
    return strict_unknown(&l->reader, n, "map.conversion", "conversion", word, &conversions);
}

enum conversion load_as(struct loader *l, const struct node *n)
{
    if (!n)
        return AS_TEXT;
    if (!strict_is(&l->reader, n, NODE_TEXT, "'as'"))
        return AS_TEXT;
    enum conversion as = conversion_named(n->text);
    if (as != AS_NONE)
        return as;
    say_no_conversion(l, n, n->text);
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
                       "'else' is missing: it says what becomes of a code that the table lacks "
                       "(refuse, skip, leave, or a word)");
        return;
    }
    if (!strict_is(&l->reader, e, NODE_TEXT, "'else'"))
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
        const struct choices_at types = choices_of_types(l->schemas);
        strict_unknown(&l->reader, n, "map.type", "record type", slice_head(text, dot), &types);
        return NULL;
    }
    if (dot == text.n)
        return s;
    for (size_t i = 0; i < s->kind_count && i < 64; i++)
        if (slice_equal(s->kinds[i], kind)) {
            *kinds = (uint64_t)1 << i;
            return s;
        }
    char list[90];
    const struct choices_at known = choices_of_kinds(s);
    strict_say(&l->reader, n, "map.kind", "unknown kind '%.*s' of %.*s: it has %s", SHOWN(kind),
               SHOWN(s->name), nearest_list_at(kind, &known, list, sizeof list));
    return NULL;
}
