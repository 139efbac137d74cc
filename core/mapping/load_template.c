/* load_template.c - texts with paths of the record in braces, in an out mapping.
 *
 * "Ward {stay.ward}, since {stay.admitted|uk-date}": a bar and a conversion; a question mark at the
 * end makes the value optional; "{{" is one brace. A text whose values are not all there is not
 * written. */
#include "mapping/inside.h"

/* What stands between two braces. */
static bool load_piece(struct loader *l, const struct node *n, struct slice inner,
                       const struct scope *s, struct template_piece *piece)
{
    piece->is_value = true;
    if (inner.n && inner.p[inner.n - 1] == '?') {
        piece->is_optional = true;
        inner.n--;
    }
    size_t bar = slice_find(inner, '|');
    if (bar < inner.n) {
        piece->as = conversion_named(slice_from(inner, bar + 1));
        if (piece->as == AS_NONE)
            return say_no_conversion(l, n, slice_from(inner, bar + 1));
    }
    if (!load_value(l, n, slice_head(inner, bar), s, &piece->value))
        return false;
    return load_closed_converts(l, s, &piece->value, piece->as) ||
           strict_say(&l->reader, n, "map.conversion",
                      "the conversion in '{%.*s}' can never write this field", SHOWN(inner));
}

/* The literal up to the next brace that opens; doubled braces stand for one. */
static bool load_literal(struct loader *l, const struct node *n, struct slice text, size_t *at,
                         struct slice *out)
{
    uint8_t *literal = arena_alloc(l->reader.arena, text.n + 1);
    size_t length = 0, i = *at;
    if (!literal)
        return strict_memory(&l->reader);
    while (i < text.n) {
        uint8_t c = text.p[i];
        bool is_brace = c == '{' || c == '}';
        bool is_doubled = is_brace && i + 1 < text.n && text.p[i + 1] == c;
        if (c == '{' && !is_doubled)
            break;
        if (c == '}' && !is_doubled)
            return strict_say(&l->reader, n, "map.text",
                              "this text closes a brace that never opened: write }} for a brace");
        literal[length++] = c;
        i += is_doubled ? 2 : 1;
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
    *out = (struct template){ ARENA_ARRAY(l->reader.arena, room, struct template_piece), 0 };
    if (!out->pieces)
        return strict_memory(&l->reader);
    while (at < text.n) {
        struct slice literal;
        if (!load_literal(l, n, text, &at, &literal))
            return false;
        if (literal.n)
            out->pieces[out->count++].literal = literal;
        if (at >= text.n)
            break;
        size_t close = slice_find(slice_from(text, at), '}');
        if (at + close >= text.n)
            return strict_say(&l->reader, n, "map.text",
                              "this text opens a brace that never closes: write {{ for a brace");
        if (!load_piece(l, n, slice_of(text.p + at + 1, close - 1), s, &out->pieces[out->count++]))
            return false;
        at += close + 1;
    }
    return true;
}
