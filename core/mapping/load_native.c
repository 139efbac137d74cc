/* load_native.c - one field of an out mapping: what of the record it writes, and at which path. */
#include "mapping/inside.h"

static bool load_native(struct loader *l, const struct node *n, const struct scope *s,
                        struct native *out);

static void load_from(struct loader *l, const struct node *n, const struct scope *s,
                      struct native *out)
{
    out->from = ARENA_ARRAY(l->reader.arena, strict_count(n) + 1, struct value_ref);
    if (!out->from) {
        strict_memory(&l->reader);
        return;
    }
    for (const struct node *one = strict_each(n, NULL); one; one = strict_each(n, one))
        if (strict_is(&l->reader, one, NODE_TEXT, "a path") &&
            load_value(l, one, one->text, s, &out->from[out->from_count]))
            out->from_count++;
}

static void load_lines(struct loader *l, const struct node *n, const struct scope *s,
                       struct native *out)
{
    out->kind = NATIVE_TEXT;
    out->lines = ARENA_ARRAY(l->reader.arena, strict_count(n) + 1, struct template);
    if (!out->lines) {
        strict_memory(&l->reader);
        return;
    }
    for (const struct node *one = strict_each(n, NULL); one; one = strict_each(n, one))
        if (strict_is(&l->reader, one, NODE_TEXT, "each line of 'text'") &&
            load_template(l, one, s, &out->lines[out->line_count]))
            out->line_count++;
}

/* Whether some record type that the rule covers can say that word there. */
static bool is_ever_said(const struct scope *s, struct slice path, struct slice word)
{
    for (size_t i = 0; i < s->covered_count; i++) {
        int slot = plan_slot(s->covered[i]->plan, path);
        if (slot < 0)
            continue;
        const struct slot *at = plan_slot_at(s->covered[i]->plan, (size_t)slot);
        if (!at->vocabulary_count || slice_is_one_of(word, at->vocabulary, at->vocabulary_count))
            return true;
    }
    return false;
}

static void load_gate_words(struct loader *l, const struct node *n, const struct scope *s,
                            struct slice path, struct gate *g)
{
    g->words = ARENA_ARRAY(l->reader.arena, strict_count(n) + 1, struct slice);
    if (!g->words) {
        strict_memory(&l->reader);
        return;
    }
    for (const struct node *one = strict_each(n, NULL); one; one = strict_each(n, one)) {
        if (!strict_is(&l->reader, one, NODE_TEXT, "each word of 'when'"))
            continue;
        if (!is_ever_said(s, path, one->text))
            strict_say(&l->reader, one, "map.when",
                       "'when' asks for the word '%.*s', which the field '%.*s' never holds",
                       SHOWN(one->text), SHOWN(path));
        g->words[g->word_count++] = one->text;
    }
}

/* "PATH: WORD", "PATH: [WORD, ...]" or "PATH: {not: ...}". */
static void load_gate(struct loader *l, const struct node *n, const struct scope *s, struct gate *g)
{
    const struct node *words = n;
    if (!load_value(l, n, n->key, s, &g->of))
        return;
    if (n->kind == NODE_MAP) {
        strict_keys(&l->reader, n, &mapping_keys_gate);
        words = node_get(n, "not");
        g->is_not = true;
    }
    load_gate_words(l, words, s, n->key, g);
}

/* "when: {stay.destination: home}": all must hold. */
static void load_gates(struct loader *l, const struct node *when, const struct scope *s,
                       struct native *out)
{
    if (!when)
        return;
    out->when = ARENA_ARRAY(l->reader.arena, when->count + 1, struct gate);
    if (!out->when) {
        strict_memory(&l->reader);
        return;
    }
    for (const struct node *n = when->first; n; n = n->next)
        load_gate(l, n, s, &out->when[out->when_count++]);
}

/* What is written of each item; of texts nothing is told apart. */
static void load_items(struct loader *l, const struct node *n, const struct slot *at,
                       const struct scope *s, struct native *out)
{
    const struct node *fields = node_get(n, "fields");
    struct scope inner = *s;
    inner.in_each = true;
    inner.list = at;
    inner.item = at->item;
    if (!fields || fields->kind != NODE_MAP) {
        if (at->item)
            strict_say(&l->reader, n, "map.field",
                       "the items of this list are records: want fields, which say what is written "
                       "of each");
        return;
    }
    out->items = ARENA_ARRAY(l->reader.arena, fields->count + 1, struct native);
    if (!out->items) {
        strict_memory(&l->reader);
        return;
    }
    for (const struct node *c = fields->first; c; c = c->next) {
        if (c->key.n && c->key.p[0] == '.')
            strict_say_key(&l->reader, c, "map.path",
                           "the path '%.*s' begins with a dot: left of the colon stands the "
                           "partner's name alone",
                           SHOWN(c->key));
        if (load_native(l, c, &inner, &out->items[out->item_count]))
            out->item_count++;
    }
}

static void load_each(struct loader *l, const struct node *n, const struct node *each,
                      const struct scope *s, struct native *out)
{
    out->kind = NATIVE_EACH;
    if (!strict_is(&l->reader, each, NODE_TEXT, "'each'"))
        return;
    out->slot = plan_slot(s->plan, each->text);
    const struct slot *at = out->slot < 0 ? NULL : plan_slot_at(s->plan, (size_t)out->slot);
    if (!at || at->type != SLOT_ARRAY) {
        struct value_ref unused;
        if (at || load_value(l, each, each->text, s, &unused))
            out->slot = -1; /* this record has no such list, another that the rule covers has */
        if (at)
            strict_say(&l->reader, each, "map.record-path",
                       "the field '%.*s' is no list, so 'each' does not fit: want from, or text",
                       SHOWN(each->text));
        return;
    }
    load_items(l, n, at, s, out);
}

static void check_conversion(struct loader *l, const struct node *n, const struct scope *s,
                             const struct native *f)
{
    for (size_t i = 0; i < f->from_count; i++) {
        const struct value_ref *ref = &f->from[i];
        if (!load_closed_converts(l, s, ref, f->as))
            strict_say(&l->reader, n, "map.conversion",
                       "this conversion can never write '%.*s': '%.*s' holds nothing that it reads",
                       SHOWN(f->path), SHOWN(ref->path));
        if (ref->kind == VALUE_LIST && f->table)
            strict_say(
                &l->reader, n, "map.table",
                "'%.*s' is a list, and a table looks up one value: want each, or [0] for its first",
                SHOWN(ref->path));
    }
}

/* A path in braces is filled in in a text only. */
static void check_braces(struct loader *l, const struct node *n, const struct scope *s,
                         struct slice text)
{
    struct slice rest = slice_from(text, slice_find(text, '{') + 1);
    struct slice inner = slice_head(rest, slice_find(rest, '}'));
    inner = slice_head(inner, slice_find(inner, '|'));
    inner = slice_head(inner, slice_find(inner, '?'));
    if (inner.n && inner.n < rest.n && load_value_is_known(s, inner))
        strict_say(&l->reader, n, "map.text",
                   "'{%.*s}' is filled in within a text only, and not in a table or an else",
                   SHOWN(inner));
}

static void check_native_words(struct loader *l, const struct node *n, const struct scope *s,
                               const struct native *f)
{
    for (size_t i = 0; f->table && i < f->table->count; i++)
        check_braces(l, node_get(n, "table"), s, f->table->entries[i].to);
    if (f->miss == MISS_WORD)
        check_braces(l, node_get(n, "else"), s, f->word);
}

/* Keys that would load and then do nothing. */
static bool check_native_keys(struct loader *l, const struct node *n, enum native_kind kind)
{
    static const struct {
        const char *key, *code;
        enum native_kind of;
        const char *why;
    } keys[] = {
        { "as", "map.conversion", NATIVE_FROM,
          "a value in a text has a conversion of its own: {path|uk-date}" },
        { "table", "map.table", NATIVE_FROM, "it is for 'from', and for 'from' of an item" },
        { "else", "map.else", NATIVE_FROM, "without a table or a conversion nothing can miss" },
        { "fields", "map.field", NATIVE_EACH,
          "it writes the records of a list, which 'each' names" },
    };
    bool good = true;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct node *key = node_get(n, keys[i].key);
        if (!key || keys[i].of == kind)
            continue;
        good = strict_say_key(&l->reader, key, keys[i].code, "'%s' of '%.*s' does nothing here: %s",
                              keys[i].key, SHOWN(n->key), keys[i].why);
    }
    return good;
}

static bool load_native(struct loader *l, const struct node *n, const struct scope *s,
                        struct native *out)
{
    *out = (struct native){ .path = n->key, .node = n, .slot = -1 };
    if (n->kind != NODE_MAP) {
        load_from(l, n, s, out);
        return true;
    }
    strict_keys(&l->reader, n, &mapping_keys_out_field);
    const struct node *from = node_get(n, "from"), *text = node_get(n, "text");
    const struct node *each = node_get(n, "each"), *table = node_get(n, "table");
    int said = (from ? 1 : 0) + (text ? 1 : 0) + (each ? 1 : 0);
    if (said != 1)
        return strict_say(&l->reader, n, "map.field",
                          "the field '%.*s' needs one source, and has none or several: want one of "
                          "from, text, each",
                          SHOWN(n->key));
    enum native_kind kind = from ? NATIVE_FROM : NATIVE_TEXT;
    if (each)
        kind = NATIVE_EACH;
    if (!check_native_keys(l, n, kind))
        return false;
    load_gates(l, strict_member(n, "when", NODE_MAP), s, out);
    out->as = load_as(l, node_get(n, "as"));
    if (table)
        out->table = load_table(l, table, true);
    load_else(l, n, table != NULL, &out->miss, &out->word);
    if (node_get(n, "else") && !table && out->as == AS_TEXT)
        strict_say_key(
            &l->reader, node_get(n, "else"), "map.else",
            "'else' of '%.*s' does nothing here: without a table or a conversion nothing can miss",
            SHOWN(n->key));
    if (from)
        load_from(l, from, s, out);
    else if (text)
        load_lines(l, text, s, out);
    else
        load_each(l, n, each, s, out);
    check_conversion(l, n, s, out);
    check_native_words(l, n, s, out);
    return true;
}

/* The path must be one that the format can write. */
static void check_native(struct loader *l, const struct node *n)
{
    struct err e = { 0 };
    struct path *unused;
    if (!l->m->format->compile(l->reader.arena, n->key, &unused, &e))
        strict_say_key(&l->reader, n, "map.path", "cannot write path '%.*s': %s", SHOWN(n->key),
                       e.text);
}

/* Common fields first; one of the rule's own with the same path takes its place. */
void load_native_fields(struct loader *l, const struct node *map, const struct scope *s,
                        struct out_rule *r, bool check)
{
    for (const struct node *n = map ? map->first : NULL; n; n = n->next) {
        struct native one;
        size_t at = 0;
        if (check)
            check_native(l, n);
        if (r->field_count == FIELDS_MAX) {
            strict_say(&l->reader, n, "map.limit",
                       "a record type is written with more than %d fields", FIELDS_MAX);
            return;
        }
        if (!load_native(l, n, s, &one))
            continue;
        while (at < r->field_count && !slice_equal(r->fields[at].path, one.path))
            at++;
        r->fields[at] = one;
        if (at == r->field_count)
            r->field_count++;
    }
}
