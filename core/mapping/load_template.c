/* load_template.c - paths of the record, and texts with such paths in braces, in an out mapping.
 *
 * "Ward {stay.ward}, since {stay.admitted|uk-date}": a bar and a conversion; a question mark at the
 * end makes the value optional; "{{" is one brace. A text whose values are not all there is not
 * written. */
#include "mapping/parts.h"

static bool is_covered(const struct scope *s, struct slice path)
{
    for (size_t i = 0; i < s->covered_count; i++)
        if (plan_slot(s->covered[i]->plan, path) >= 0)
            return true;
    return false;
}

static bool unknown(struct loader *l, const struct node *n, struct slice text)
{
    return strict_say(&l->reader, n, "map.record-path", "cannot find '%.*s' in the record",
                      SHOWN(text));
}

/* A slot of the record itself. */
static bool slot_value(struct loader *l, const struct node *n, struct slice text,
                       const struct scope *s, struct value_ref *out)
{
    int slot = plan_slot(s->plan, text);
    if (slot < 0)
        return is_covered(s, text) || unknown(l, n, text);
    const struct slot *at = plan_slot_at(s->plan, (size_t)slot);
    out->kind = at->type == SLOT_ARRAY ? VALUE_LIST : VALUE_SLOT;
    out->slot = slot;
    out->type = at->type;
    out->is_time = at->is_time_ms;
    if (at->type == SLOT_ARRAY && at->item)
        return strict_say(&l->reader, n, "map.record-path",
                          "cannot write the list '%.*s' as a text: want [0].", SHOWN(text));
    if (slice_equal_text(text, "header.occurred"))
        out->precision = plan_slot(s->plan, SLICE("header.occurred_precision"));
    return true;
}

/* "person.names[0].family" or "person.phones[0]". */
static bool member_value(struct loader *l, const struct node *n, struct slice text, size_t open,
                         const struct scope *s, struct value_ref *out)
{
    size_t close = slice_find(text, ']');
    uint64_t index = 0;
    char *list = arena_format(l->reader.arena, "%.*s[]", (int)open, (const char *)text.p);
    if (!list)
        return strict_memory(&l->reader);
    if (close <= open || !slice_to_u64(slice_of(text.p + open + 1, close - open - 1), &index))
        return strict_say(&l->reader, n, "map.record-path", "cannot read an index of '%.*s'",
                          SHOWN(text));
    int slot = plan_slot(s->plan, slice_text(list));
    if (slot < 0)
        return is_covered(s, slice_text(list)) || unknown(l, n, text);
    const struct slot *at = plan_slot_at(s->plan, (size_t)slot);
    struct slice rest = slice_from(text, close + 1);
    out->kind = VALUE_MEMBER;
    out->slot = slot;
    out->index = (size_t)index;
    out->member = -1;
    out->type = SLOT_STRING;
    if (!at->item)
        return rest.n == 0 || unknown(l, n, text);
    out->member = rest.n && rest.p[0] == '.' ? plan_slot(at->item, slice_from(rest, 1)) : -1;
    if (out->member < 0)
        return unknown(l, n, text);
    out->type = plan_slot_at(at->item, (size_t)out->member)->type;
    return true;
}

/* "." or ".member", under an each. */
static bool item_value(struct loader *l, const struct node *n, struct slice text,
                       const struct scope *s, struct value_ref *out)
{
    out->kind = VALUE_ITEM;
    out->member = -1;
    out->type = SLOT_STRING;
    if (!s->in_each)
        return strict_say(&l->reader, n, "map.record-path", "cannot use '%.*s' outside of an each",
                          SHOWN(text));
    if (!s->item)
        return text.n == 1 || unknown(l, n, text);
    out->member = plan_slot(s->item, slice_from(text, 1));
    if (out->member < 0)
        return unknown(l, n, text);
    out->type = plan_slot_at(s->item, (size_t)out->member)->type;
    return true;
}

bool load_value_is_known(const struct scope *s, struct slice path)
{
    return slice_starts(path, SLICE("own.")) || is_covered(s, path) ||
           (slice_find(path, '[') < path.n && slice_find(path, '.') < path.n) ||
           (s->in_each && path.p[0] == '.');
}

bool load_value(struct loader *l, const struct node *n, struct slice text, const struct scope *s,
                struct value_ref *out)
{
    *out = (struct value_ref){ .kind = VALUE_NULL,
                               .slot = -1,
                               .precision = -1,
                               .member = -1,
                               .type = SLOT_STRING,
                               .path = text };
    size_t open = slice_find(text, '[');
    if (slice_equal_text(text, "own.local_id")) {
        out->kind = VALUE_OWN_ID;
        return true;
    }
    if (slice_equal_text(text, "own.now")) {
        out->kind = VALUE_NOW;
        out->is_time = true;
        return true;
    }
    if (text.n && text.p[0] == '.')
        return item_value(l, n, text, s, out);
    if (open + 2 < text.n)
        return member_value(l, n, text, open, s, out);
    return slot_value(l, n, text, s, out);
}

/* What stands between two braces. */
static bool load_part(struct loader *l, const struct node *n, struct slice inner,
                      const struct scope *s, struct template_part *part)
{
    part->is_value = true;
    if (inner.n && inner.p[inner.n - 1] == '?') {
        part->is_optional = true;
        inner.n--;
    }
    size_t bar = slice_find(inner, '|');
    if (bar < inner.n) {
        part->as = conversion_named(slice_from(inner, bar + 1));
        if (part->as == AS_NONE)
            return strict_say(&l->reader, n, "map.conversion",
                              "cannot find the conversion in '{%.*s}'", SHOWN(inner));
    }
    if (!load_value(l, n, slice_head(inner, bar), s, &part->value))
        return false;
    return load_closed_converts(l, s, &part->value, part->as) ||
           strict_say(&l->reader, n, "map.conversion",
                      "cannot write '{%.*s}': it never fits that conversion", SHOWN(inner));
}

/* The literal up to the next brace that opens; doubled braces stand for one. */
static bool load_literal(struct loader *l, const struct node *n, struct slice text, size_t *at,
                         struct slice *out)
{
    uint8_t *literal = arena_alloc(l->reader.arena, text.n + 1);
    size_t length = 0, i = *at;
    if (!literal)
        return strict_memory(&l->reader);
    while (i < text.n && (text.p[i] != '{' || (i + 1 < text.n && text.p[i + 1] == '{'))) {
        bool doubled =
            i + 1 < text.n && text.p[i + 1] == text.p[i] && (text.p[i] == '{' || text.p[i] == '}');
        if (text.p[i] == '}' && !doubled)
            return strict_say(&l->reader, n, "map.text",
                              "cannot read the text: a brace closes that never opened (}} writes one)");
        literal[length++] = text.p[i];
        i += doubled ? 2 : 1;
    }
    *at = i;
    *out = slice_of(literal, length);
    return true;
}

bool load_template(struct loader *l, const struct node *n, const struct scope *s,
                   struct template *out)
{
    struct slice text = n->text;
    size_t at = 0, room = 2;
    for (size_t i = 0; i < text.n; i++)
        room += text.p[i] == '{' ? 2 : 0;
    *out = (struct template){ ARENA_ARRAY(l->reader.arena, room, struct template_part), 0 };
    if (!out->parts)
        return strict_memory(&l->reader);
    while (at < text.n) {
        struct slice literal;
        if (!load_literal(l, n, text, &at, &literal))
            return false;
        if (literal.n)
            out->parts[out->count++].literal = literal;
        if (at >= text.n)
            break;
        size_t close = slice_find(slice_from(text, at), '}');
        if (at + close >= text.n)
            return strict_say(&l->reader, n, "map.text",
                              "cannot read the text: a brace never closes");
        if (!load_part(l, n, slice_of(text.p + at + 1, close - 1), s, &out->parts[out->count++]))
            return false;
        at += close + 1;
    }
    return true;
}
