/* load_field.c - one field of an in mapping: where its value comes from and what may become of it,
 * checked against the slot of the record it is for. */
#include "mapping/inside.h"

/* What intake and the router say, never a partner's message. */
static bool is_reserved(struct slice path)
{
    static const char *const ours[] = { "header.id",
                                        "header.type",
                                        "header.kind",
                                        "header.action",
                                        "header.source_agency",
                                        "header.source_service",
                                        "header.source_feed",
                                        "header.source_message_id",
                                        "header.feed_seq",
                                        "header.mapping",
                                        "header.birth_hash",
                                        "header.identity_confidence",
                                        "header.cleared[]",
                                        "header.original",
                                        "header.agreement",
                                        "header.agreement_version",
                                        "header.clause",
                                        "header.notice",
                                        "subject.reference",
                                        "subject.reference_of",
                                        "subject.route" };
    return slice_is_one_of_texts(path, ours, sizeof ours / sizeof ours[0]);
}

/* Whether a constant of the mapping can stand in that slot. */
static bool word_fits_slot(const struct slot *s, struct slice word)
{
    int64_t number;
    switch (s->type) {
    case SLOT_STRING:
        return !s->vocabulary || slice_is_one_of(word, s->vocabulary, s->vocabulary_count);
    case SLOT_ENUM:
        return slice_is_one_of(word, s->symbols, s->symbol_count);
    case SLOT_BOOLEAN:
        return slice_equal_text(word, "true") || slice_equal_text(word, "false");
    case SLOT_INT:
    case SLOT_LONG:
        return !s->is_time_ms && slice_to_i64(word, &number);
    default:
        return true;
    }
}

/* "cannot set 'path' to 'word'", and what it may be. */
static void say_no_word(struct loader *l, const char *file, uint32_t line, uint32_t column,
                        const struct field *f, const struct slot *s, struct slice word)
{
    char list[90];
    const struct choices_at words = choices_of_slot(s);
    if (s->type == SLOT_INT || s->type == SLOT_LONG)
        problems_say(l->reader.problems, "map.word", file, line, column,
                     "cannot set '%.*s' to '%.*s': want a whole number", SHOWN(f->path),
                     SHOWN(word));
    else
        problems_say(l->reader.problems, "map.word", file, line, column,
                     "cannot set '%.*s' to '%.*s': want %s", SHOWN(f->path), SHOWN(word),
                     nearest_list_at(word, &words, list, sizeof list));
}

static void check_field_words(struct loader *l, const struct node *n, const struct field *f,
                              const struct slot *s)
{
    const struct node *other = node_get(n, "else");
    if (f->kind == FIELD_TEXT && !word_fits_slot(s, f->text))
        say_no_word(l, n->file, n->line, n->column, f, s, f->text);
    if (f->miss == MISS_WORD && !word_fits_slot(s, f->word))
        say_no_word(l, other->file, other->line, other->column, f, s, f->word);
    for (size_t i = 0; f->table && i < f->table->count; i++) {
        const struct table_entry *entry = &f->table->entries[i];
        if (!word_fits_slot(s, entry->to))
            say_no_word(l, f->table->file, entry->line, 1, f, s, entry->to);
    }
}

static void check_field_type(struct loader *l, const struct node *n, const struct field *f,
                             const struct slot *s)
{
    bool is_time = conversion_is_time(f->as);
    if (s->is_time_ms && !is_time)
        strict_say(
            &l->reader, n, "map.conversion",
            "the field '%.*s' holds a time: want as: hl7-time, or another conversion of times",
            SHOWN(f->path));
    if (is_time && !s->is_time_ms && s->type != SLOT_STRING)
        strict_say(&l->reader, n, "map.conversion",
                   "the field '%.*s' holds neither a time nor a text: this conversion makes a time",
                   SHOWN(f->path));
    if (is_time && (f->table || f->kind == FIELD_JOIN))
        strict_say(&l->reader, n, "map.conversion",
                   "the time of '%.*s' must come from one path, without a table", SHOWN(f->path));
    bool becomes_boolean = f->kind == FIELD_TEXT || f->as == AS_BOOLEAN || f->table;
    if (s->type == SLOT_BOOLEAN && !becomes_boolean)
        strict_say(
            &l->reader, n, "map.conversion",
            "the field '%.*s' is true or false: want as: boolean, or a table to true and false",
            SHOWN(f->path));
    check_field_words(l, n, f, s);
}

/* The one source that the map names. */
static void load_kind(struct loader *l, const struct node *n, bool relative, struct field *f)
{
    const struct node *from = node_get(n, "from"), *text = node_get(n, "text");
    const struct node *join = node_get(n, "join"), *each = node_get(n, "each");
    bool repeats_or_reads = each || from; /* an each may have a from, for its items */
    int said = (text ? 1 : 0) + (join ? 1 : 0) + (repeats_or_reads ? 1 : 0);
    if (said != 1) {
        strict_say(&l->reader, n, "map.field",
                   "the field '%.*s' needs one source, and has none or several: want one of from, "
                   "text, join, each",
                   SHOWN(f->path));
        return;
    }
    if (each) {
        f->kind = FIELD_EACH;
        f->each = load_refs(l, each, false);
    } else if (text) {
        f->kind = FIELD_TEXT;
        if (strict_is(&l->reader, text, NODE_TEXT, "'text'"))
            f->text = text->text;
        load_effect_braces(l, text, f->text);
    } else {
        f->kind = join ? FIELD_JOIN : FIELD_FROM;
        f->from = load_refs(l, join ? join : from, relative);
    }
}

/* other: [0, 1]: the first value that is none of these. */
static void load_passed(struct loader *l, const struct node *n, struct field *f)
{
    f->passed = ARENA_ARRAY(l->reader.arena, strict_count(n) + 1, struct slice);
    if (!f->passed) {
        strict_memory(&l->reader);
        return;
    }
    for (const struct node *one = strict_each(n, NULL); one; one = strict_each(n, one))
        if (strict_is(&l->reader, one, NODE_TEXT, "each word here"))
            f->passed[f->passed_count++] = one->text;
    if (f->kind != FIELD_FROM)
        strict_say_key(
            &l->reader, n, "map.field",
            "'other' of '%.*s' does nothing here: it passes over values that 'from' reads",
            SHOWN(f->path));
}

/* Refuses else where nothing is looked up, read or checked: nothing can miss there, and readers
 * would take it for a default of an absent value. */
static void check_else(struct loader *l, const struct node *n, const struct slot *s,
                       const struct field *f)
{
    const struct node *e = node_get(n, "else");
    bool reads = f->table || s->is_iso8601 || conversion_is_time(f->as) || f->as == AS_BOOLEAN;
    bool checks = s->type != SLOT_STRING && s->type != SLOT_ARRAY;
    if (e && !reads && !checks && !s->vocabulary)
        strict_say_key(&l->reader, e, "map.else",
                       "'else' of '%.*s' does nothing here: it is for a code that a table lacks or "
                       "a conversion cannot read, and not for an absent value",
                       SHOWN(f->path));
}

static void load_options(struct loader *l, const struct node *n, bool relative, struct field *f,
                         const struct slot *s)
{
    const struct node *within = node_get(n, "within"), *table = node_get(n, "table");
    const struct node *status = node_get(n, "status"), *with = node_get(n, "with");
    const struct node *other = node_get(n, "other");
    if (other)
        load_passed(l, other, f);
    f->as = load_as(l, node_get(n, "as"));
    if (within)
        f->within = load_refs(l, within, relative);
    if (status)
        f->status = load_refs(l, status, relative);
    if (status && f->as != AS_NHS_NUMBER)
        strict_say(&l->reader, status, "map.field",
                   "'status' of '%.*s' does nothing here: it is for as: nhs-number alone",
                   SHOWN(f->path));
    if (table)
        f->table = load_table(l, table, false);
    load_else(l, n, table != NULL, &f->miss, &f->word);
    check_else(l, n, s, f);
    if (with && strict_is(&l->reader, with, NODE_TEXT, "'with'"))
        f->with = with->text;
    load_effect_options(l, n, f, s, relative);
}

/* The status stands beside the number, in a slot of its own; items have none. */
static void check_status(struct loader *l, const struct node *n, const struct plan *plan,
                         const struct field *f)
{
    char *beside = arena_format(l->reader.arena, "%.*s_status", SHOWN(f->path));
    if (f->status.count && beside && plan_slot(plan, slice_text(beside)) < 0)
        strict_say_key(&l->reader, node_get(n, "status"), "map.field",
                       "'status' has no place here: the record has no field '%s'", beside);
}

/* The members of a repetition. */
static void load_members(struct loader *l, const struct node *n, struct field *f,
                         const struct slot *s)
{
    const struct node *fields = node_get(n, "fields"), *where = node_get(n, "where");
    if (where)
        f->where = load_conditions(l, where, true);
    f->item = s->item;
    if (!fields || fields->kind != NODE_MAP) {
        strict_say(&l->reader, n, "map.field",
                   "the list '%.*s' is of records: want fields, which say what each is filled with",
                   SHOWN(f->path));
        return;
    }
    f->items = ARENA_ARRAY(l->reader.arena, fields->count + 1, struct field);
    if (!f->items) {
        strict_memory(&l->reader);
        return;
    }
    for (const struct node *c = fields->first; c; c = c->next) {
        const struct field *one = load_field(l, c, s->item, true);
        if (one)
            f->items[f->item_count++] = *one;
    }
}

/* An item that is one text: the options of the field itself are those of its items. */
static void load_text_item(struct loader *l, const struct node *n, struct field *f,
                           const struct slot *s)
{
    const struct node *from = node_get(n, "from"), *where = node_get(n, "where");
    struct node *self = node_new_text(l->reader.arena, SLICE("."));
    struct field *item = ARENA_NEW(l->reader.arena, struct field);
    if (!self || !item) {
        strict_memory(&l->reader);
        return;
    }
    self->file = n->file;
    self->line = n->line;
    self->column = n->column;
    if (where)
        f->where = load_conditions(l, where, true);
    *item = (struct field){ .path = f->path, .memo = -1, .with = SLICE(" ") };
    item->from = load_refs(l, from ? from : self, true);
    load_options(l, n, true, item, s);
    if (conversion_is_time(item->as) && item->table)
        strict_say(&l->reader, n, "map.conversion",
                   "the times of the list '%.*s' must be read without a table", SHOWN(f->path));
    check_field_words(l, n, item, s);
    f->items = item;
    f->item_count = 1;
}

/* optional: true: a file may lack the columns that this field names. */
static void load_optional(struct loader *l, const struct node *n)
{
    if (!n)
        return;
    l->optional = true;
    if (n->kind != NODE_TEXT || !slice_equal_text(n->text, "true"))
        strict_say(&l->reader, n, "map.field", "'optional' takes one word: true");
    else if (!l->m->format->has)
        strict_say(&l->reader, n, "map.field",
                   "'optional' does nothing here: in the format '%s' every path may be absent",
                   l->m->format->name);
}

static void load_field_map(struct loader *l, const struct node *n, bool relative, struct field *f,
                           const struct slot *s)
{
    strict_keys(&l->reader, n, &mapping_keys_in_field);
    load_optional(l, node_get(n, "optional"));
    load_kind(l, n, relative, f);
    if (!load_effect_keys(l, n, f, s))
        return;
    if (node_get(n, "where") && f->kind != FIELD_EACH)
        strict_say_key(&l->reader, node_get(n, "where"), "map.field",
                       "'where' of '%.*s' chooses items of an 'each', and there is none: a "
                       "condition of the whole event goes under 'on'",
                       SHOWN(f->path));
    if (f->kind == FIELD_EACH) {
        if (s->type != SLOT_ARRAY)
            strict_say(
                &l->reader, n, "map.field",
                "the field '%.*s' is no list, so 'each' does not fit: want from, text or join",
                SHOWN(f->path));
        else if (s->item)
            load_members(l, n, f, s);
        else
            load_text_item(l, n, f, s);
        return;
    }
    load_options(l, n, relative, f, s);
    bool joins_texts = f->kind == FIELD_JOIN && !s->item;
    if (s->type == SLOT_ARRAY && !joins_texts)
        strict_say(&l->reader, n, "map.field", "the field '%.*s' is a list: want each%s",
                   SHOWN(f->path), s->item ? "" : " or join");
    check_field_type(l, n, f, s);
}

/* A date or a time whose text comes from the message as it is: it is read when it comes, since
 * senders that write ISO 8601 need no conversion. */
static void load_dated(struct loader *l, const struct node *n, struct field *f,
                       const struct slot *s)
{
    bool is_theirs = f->kind == FIELD_FROM || f->kind == FIELD_JOIN;
    f->is_dated = s->is_iso8601 && is_theirs && !f->table && !conversion_is_time(f->as);
    if (f->is_dated)
        load_note(l, NOTICE_DATE, n, f->path);
}

struct field *load_field(struct loader *l, const struct node *n, const struct plan *plan,
                         bool relative)
{
    int slot = plan_slot(plan, n->key);
    if (slot < 0) {
        char list[90];
        const struct choices_at fields = choices_of_fields(plan);
        strict_say_key(&l->reader, n, "map.record-path", "unknown field '%.*s' of %s: it has %s",
                       SHOWN(n->key), plan_name(plan),
                       nearest_list_at(n->key, &fields, list, sizeof list));
        return NULL;
    }
    if (is_reserved(n->key)) {
        strict_say_key(&l->reader, n, "map.record-path",
                       "the program itself sets '%.*s' of %s: leave it out", SHOWN(n->key),
                       plan_name(plan));
        return NULL;
    }
    struct field *f = ARENA_NEW(l->reader.arena, struct field);
    if (!f)
        return strict_memory(&l->reader), NULL;
    *f = (struct field){ .node = n, .path = n->key, .slot = slot, .memo = -1, .with = SLICE(" ") };
    const struct slot *s = plan_slot_at(plan, (size_t)slot);
    if (n->kind == NODE_MAP) {
        bool outer = l->optional;
        load_field_map(l, n, relative, f, s);
        check_status(l, n, plan, f);
        l->optional = outer;
    } else {
        f->from = load_refs(l, n, relative);
        if (s->type == SLOT_ARRAY)
            strict_say(&l->reader, n, "map.field", "cannot set the list '%.*s': want each",
                       SHOWN(f->path));
        check_field_type(l, n, f, s);
    }
    load_dated(l, n, f, s);
    return f;
}
