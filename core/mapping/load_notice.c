/* load_notice.c - whether a rule of an out mapping shows header.notice, which tells people when
 * something is kept from them. It must be written whenever it is there, as it is. */
#include "mapping/inside.h"

static bool is_notice(const struct value_ref *ref)
{
    return slice_equal_text(ref->path, "header.notice");
}

/* Conversions that leave a sentence one. */
static bool keeps_words(enum conversion as)
{
    return as == AS_TEXT || as == AS_TRIM || as == AS_WORDS || as == AS_UPPER || as == AS_LOWER;
}

/* Whether it can be missing, and its line with it. */
static bool may_lack(const struct plan *plan, const struct template_piece *piece)
{
    if (!piece->is_value || piece->is_optional || is_notice(&piece->value))
        return false;
    switch (piece->value.kind) {
    case VALUE_NOW:
        return false;
    case VALUE_SLOT:
        return plan_slot_at(plan, (size_t)piece->value.slot)->nullable;
    default:
        return true;
    }
}

static bool line_shows(const struct plan *plan, const struct template *t)
{
    bool shows = false;
    for (size_t i = 0; i < t->count; i++) {
        const struct template_piece *piece = &t->pieces[i];
        if (may_lack(plan, piece))
            return false;
        if (piece->is_value && is_notice(&piece->value) && keeps_words(piece->as))
            shows = true;
    }
    return shows;
}

static bool field_shows(const struct plan *plan, const struct native *f)
{
    if (f->when_count)
        return false;
    if (f->kind == NATIVE_FROM) {
        bool is_first = f->from_count && is_notice(&f->from[0]);
        return is_first && !f->table && keeps_words(f->as);
    }
    if (f->kind != NATIVE_TEXT)
        return false;
    for (size_t i = 0; i < f->line_count; i++)
        if (line_shows(plan, &f->lines[i]))
            return true;
    return false;
}

void load_notice(struct loader *l, const struct out_rule *r)
{
    for (size_t i = 0; i < r->field_count; i++)
        if (field_shows(r->schema->plan, &r->fields[i]))
            return;
    strict_say(&l->reader, r->node, "map.notice",
               "the delivery never shows header.notice, which tells people what to ask for: give "
               "it a path of its own, or a line of a text in which all else is optional");
}
