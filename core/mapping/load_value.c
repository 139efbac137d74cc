/* load_value.c - paths of the record in an out mapping. */
#include "mapping/inside.h"

static bool is_covered(const struct scope *s, struct slice path)
{
    for (size_t i = 0; i < s->covered_count; i++)
        if (plan_slot(s->covered[i]->plan, path) >= 0)
            return true;
    return false;
}

/* word: what plan lacks, of the path text. */
static bool say_unknown_path(struct loader *l, const struct node *n, struct slice text,
                             const struct plan *plan, struct slice word)
{
    char list[110];
    const struct choices_at fields = choices_of_fields(plan);
    return strict_say(&l->reader, n, "map.record-path", "unknown field '%.*s': %s has %s",
                      SHOWN(text), plan_name(plan),
                      nearest_list_at(word, &fields, list, sizeof list));
}

/* Of an item that is a text: it has no fields. */
static bool say_plain_item(struct loader *l, const struct node *n, struct slice text)
{
    return strict_say(&l->reader, n, "map.record-path",
                      "unknown field '%.*s': the items of that list are texts, without fields",
                      SHOWN(text));
}

/* A slot of the record itself. */
static bool load_slot_value(struct loader *l, const struct node *n, struct slice text,
                            const struct scope *s, struct value_ref *out)
{
    int slot = plan_slot(s->plan, text);
    if (slot < 0)
        return is_covered(s, text) || say_unknown_path(l, n, text, s->plan, text);
    const struct slot *at = plan_slot_at(s->plan, (size_t)slot);
    out->kind = at->type == SLOT_ARRAY ? VALUE_LIST : VALUE_SLOT;
    out->slot = slot;
    out->type = at->type;
    out->is_time = at->is_time_ms;
    if (at->type == SLOT_ARRAY && at->item)
        return strict_say(
            &l->reader, n, "map.record-path",
            "'%.*s' is a list of records, and no text: name a field of one, as LIST[0].FIELD",
            SHOWN(text));
    if (slice_equal_text(text, "header.occurred"))
        out->precision = plan_slot(s->plan, SLICE("header.occurred_precision"));
    return true;
}

/* "person.names[0].family" or "person.phones[0]". */
static bool load_member_value(struct loader *l, const struct node *n, struct slice text,
                              size_t open, const struct scope *s, struct value_ref *out)
{
    size_t close = slice_find(text, ']');
    uint64_t index = 0;
    char *list = arena_format(l->reader.arena, "%.*s[]", (int)open, (const char *)text.p);
    if (!list)
        return strict_memory(&l->reader);
    if (close <= open || !slice_to_u64(slice_of(text.p + open + 1, close - open - 1), &index))
        return strict_say(&l->reader, n, "map.record-path",
                          "the number in brackets of '%.*s' cannot be read: want [0], [1] ...",
                          SHOWN(text));
    int slot = plan_slot(s->plan, slice_text(list));
    if (slot < 0)
        return is_covered(s, slice_text(list)) ||
               say_unknown_path(l, n, text, s->plan, slice_text(list));
    const struct slot *at = plan_slot_at(s->plan, (size_t)slot);
    struct slice rest = slice_from(text, close + 1);
    out->kind = VALUE_MEMBER;
    out->slot = slot;
    out->index = (size_t)index;
    out->member = -1;
    out->type = SLOT_STRING;
    if (!at->item)
        return rest.n == 0 || say_plain_item(l, n, text);
    if (rest.n && rest.p[0] == '.')
        out->member = plan_slot(at->item, slice_from(rest, 1));
    if (out->member < 0)
        return say_unknown_path(l, n, text, at->item, slice_from(rest, 1));
    out->type = plan_slot_at(at->item, (size_t)out->member)->type;
    return true;
}

/* "." or ".member", under an each. */
static bool load_item_value(struct loader *l, const struct node *n, struct slice text,
                            const struct scope *s, struct value_ref *out)
{
    out->kind = VALUE_ITEM;
    out->member = -1;
    out->type = SLOT_STRING;
    if (!s->in_each)
        return strict_say(
            &l->reader, n, "map.record-path",
            "the path '%.*s' is of an item, and stands outside of an each: write the whole path",
            SHOWN(text));
    if (!s->item)
        return text.n == 1 || say_plain_item(l, n, text);
    out->member = plan_slot(s->item, slice_from(text, 1));
    if (out->member < 0)
        return say_unknown_path(l, n, text, s->item, slice_from(text, 1));
    out->type = plan_slot_at(s->item, (size_t)out->member)->type;
    return true;
}

bool load_value_is_known(const struct scope *s, struct slice path)
{
    if (slice_starts(path, SLICE("own.")) || is_covered(s, path))
        return true;
    if (s->in_each && path.p[0] == '.')
        return true;
    bool has_index = slice_find(path, '[') < path.n;
    return has_index && slice_find(path, '.') < path.n;
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
        return load_item_value(l, n, text, s, out);
    if (open + 2 < text.n)
        return load_member_value(l, n, text, open, s, out);
    return load_slot_value(l, n, text, s, out);
}
