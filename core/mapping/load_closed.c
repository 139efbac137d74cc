/* load_closed.c - fields of the record that hold one of a few words. The mapping must be able to
 * write each of them; else the first record with a word it lacks would be parked, with all behind
 * it for that person. */
#include "mapping/inside.h"

#define SHOWN_MAX 5

struct words {
    const struct slice *list;
    size_t count;
};

static const struct slice truths[] = { SLICE_INIT("true"), SLICE_INIT("false") };
static const struct slice actions[] = { SLICE_INIT("asserts"), SLICE_INIT("replaces"),
                                        SLICE_INIT("retracts") };

/* Those of a list of which the rule has the bit; NULL and 0 when memory ran out, which is told. */
static struct words words_chosen(struct loader *l, const struct slice *all, size_t n, uint64_t bits)
{
    struct slice *list = ARENA_ARRAY(l->reader.arena, n + 1, struct slice);
    struct words out = { list, 0 };
    if (!list)
        strict_memory(&l->reader);
    for (size_t i = 0; list && i < n && i < 64; i++)
        if ((bits >> i) & 1)
            list[out.count++] = all[i];
    return out;
}

/* What a slot of the record can hold when the rule writes it; none: any text. */
static struct words words_of(struct loader *l, const struct out_rule *r, const struct slot *s)
{
    const struct schema *schema = r->schema;
    const struct header_slots *h = plan_header(schema->plan);
    if (h && s == plan_slot_at(schema->plan, (size_t)h->type))
        return (struct words){ &schema->name, 1 };
    if (h && s == plan_slot_at(schema->plan, (size_t)h->kind))
        return words_chosen(l, schema->kinds, schema->kind_count, r->kinds);
    if (h && s == plan_slot_at(schema->plan, (size_t)h->action))
        return words_chosen(l, actions, 3, r->actions);
    if (s->type == SLOT_BOOLEAN)
        return (struct words){ truths, 2 };
    if (s->type == SLOT_ENUM)
        return (struct words){ s->symbols, s->symbol_count };
    return (struct words){ s->vocabulary, s->vocabulary_count };
}

static bool word_converts(struct arena *a, enum conversion as, struct slice word, struct slice *out)
{
    struct moment m;
    *out = word;
    if (conversion_is_time(as))
        return time_from_iso(word, &m);
    *out = conversion_text(as, a, word);
    return out->p != NULL;
}

/* Where a value comes from; NULL: a text of no slot. */
static const struct slot *slot_of_value(const struct value_ref *ref, const struct plan *plan,
                                        const struct slot *list)
{
    if (ref->kind == VALUE_SLOT || ref->kind == VALUE_LIST)
        return plan_slot_at(plan, (size_t)ref->slot);
    if (ref->kind == VALUE_MEMBER) {
        const struct slot *s = plan_slot_at(plan, (size_t)ref->slot);
        return ref->member < 0 ? s : plan_slot_at(s->item, (size_t)ref->member);
    }
    if (ref->kind != VALUE_ITEM || !list)
        return NULL;
    return ref->member < 0 ? list : plan_slot_at(list->item, (size_t)ref->member);
}

static bool conversion_reads(enum conversion as)
{
    return conversion_is_time(as) || as == AS_BOOLEAN || as == AS_NHS_NUMBER;
}

static bool any_converts(struct arena *a, enum conversion as, struct words words)
{
    struct slice unused;
    for (size_t i = 0; i < words.count; i++)
        if (word_converts(a, as, words.list[i], &unused))
            return true;
    return false;
}

bool load_closed_converts(struct loader *l, const struct scope *s, const struct value_ref *ref,
                          enum conversion as)
{
    const struct slot *slot = slot_of_value(ref, s->plan, s->list);
    if (as == AS_TEXT || ref->kind == VALUE_NULL)
        return true;
    if (ref->is_time || (slot && slot->is_time_ms))
        return conversion_is_time(as);
    if (!conversion_reads(as) || !slot)
        return as != AS_COUNT;
    struct words words = words_of(l, s->rule, slot);
    if (words.count)
        return any_converts(l->reader.arena, as, words);
    return slot->type == SLOT_STRING || ref->kind != VALUE_SLOT;
}

/* Only of live and test may a mapping refuse a word on purpose. */
static bool is_guard(const struct value_ref *ref)
{
    return slice_equal_text(ref->path, "header.environment");
}

static void check_ref(struct loader *l, const struct out_rule *r, const struct native *f,
                      const struct value_ref *ref, const struct slot *list)
{
    const struct slot *s = slot_of_value(ref, r->schema->plan, list);
    struct words words = { NULL, 0 };
    const char *missing = "";
    size_t count = 0;
    if (s && !s->is_time_ms && !is_guard(ref))
        words = words_of(l, r, s);
    for (size_t i = 0; missing && i < words.count; i++) {
        struct slice text;
        bool has_way = word_converts(l->reader.arena, f->as, words.list[i], &text) &&
                       (!f->table || table_find(f->table, text));
        if (has_way)
            continue;
        if (count < SHOWN_MAX)
            missing = arena_format(l->reader.arena, "%s%s'%.*s'", missing, count ? ", " : "",
                                   SHOWN(words.list[i]));
        count++;
    }
    if (!missing)
        strict_memory(&l->reader);
    else if (count)
        strict_say(&l->reader, f->node, "map.table",
                   "'%.*s' cannot be written of every %.*s: %s lacks %s%s; add them, or say else: "
                   "skip, or a word",
                   SHOWN(f->path), SHOWN(r->schema->name),
                   f->table ? "its table" : "its conversion", missing,
                   count > SHOWN_MAX ? " and more" : "");
}

static void check_fields(struct loader *l, const struct out_rule *r, const struct native *fields,
                         size_t n, const struct slot *list)
{
    for (size_t i = 0; i < n; i++) {
        const struct native *f = &fields[i];
        if (f->kind == NATIVE_EACH && f->slot >= 0) { /* one deep: an item has no list */
            const struct slot *own = plan_slot_at(r->schema->plan, (size_t)f->slot);
            check_fields(l, r, f->items, f->item_count, own);
        }
        bool is_converted = f->table || f->as != AS_TEXT;
        bool must = f->kind == NATIVE_FROM && f->miss == MISS_REFUSE && is_converted;
        if (!must)
            continue;
        for (size_t k = 0; k < f->from_count; k++)
            check_ref(l, r, f, &f->from[k], list);
    }
}

void load_closed(struct loader *l, const struct out_rule *r)
{
    check_fields(l, r, r->fields, r->field_count, NULL);
}
