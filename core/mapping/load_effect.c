/* load_effect.c - keys of a field on the way in that would load and then do nothing, and braces,
 * which are filled in on the way out only. */
#include "mapping/inside.h"

/* What a field is made of, as bits of the keys that have an effect there. */
enum { OF_FROM = 1, OF_TEXT = 2, OF_JOIN = 4, OF_PARTS = 8, OF_RECORDS = 16, OF_TEXTS = 32 };

static const struct {
    const char *key;
    unsigned works_in;
} keys[] = {
    { "as", OF_FROM | OF_JOIN | OF_TEXTS },
    { "table", OF_FROM | OF_JOIN | OF_TEXTS },
    { "within", OF_FROM | OF_JOIN | OF_TEXTS },
    { "else", OF_FROM | OF_JOIN | OF_TEXTS },
    { "status", OF_FROM | OF_JOIN },
    { "with", OF_JOIN },
    { "fields", OF_RECORDS },
    { "from", OF_FROM | OF_TEXTS },
};

static unsigned made_of(const struct field *f, const struct slot *s)
{
    if (f->kind == FIELD_TEXT)
        return OF_TEXT;
    if (f->kind == FIELD_JOIN)
        return s->type == SLOT_ARRAY ? OF_PARTS : OF_JOIN;
    if (f->kind == FIELD_EACH)
        return s->item ? OF_RECORDS : OF_TEXTS;
    return OF_FROM;
}

static const char *useless_reason(const char *key, unsigned of)
{
    if (strcmp(key, "with") == 0 && of != OF_PARTS)
        return "it goes between the parts of a join, and this is none";
    if (strcmp(key, "fields") == 0)
        return "it fills the records of a list, which 'each' makes";
    if (of == OF_TEXT)
        return "a constant is taken as it is written";
    if (of == OF_PARTS)
        return "each part becomes an item as it is; 'each' makes items that can be changed";
    return of == OF_RECORDS ? "write it in one of the fields below" : "leave it out";
}

bool load_effect_keys(struct loader *l, const struct node *n, const struct field *f,
                      const struct slot *s)
{
    unsigned of = made_of(f, s);
    bool good = true;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct node *key = node_get(n, keys[i].key);
        if (!key || (keys[i].works_in & of))
            continue;
        good = false;
        strict_say_key(&l->reader, key, strcmp(keys[i].key, "else") == 0 ? "map.else" : "map.field",
                       "'%s' of '%.*s' does nothing here: %s", keys[i].key, SHOWN(f->path),
                       useless_reason(keys[i].key, of));
    }
    return good;
}

bool load_effect_braces(struct loader *l, const struct node *n, struct slice text)
{
    if (slice_find(text, '{') == text.n && slice_find(text, '}') == text.n)
        return true;
    return strict_say(
        &l->reader, n, "map.text",
        "the text of an in mapping is a constant, so braces fill in nothing: want from, or join");
}

static void check_table(struct loader *l, const struct node *n, const struct field *f)
{
    bool any = f->table->count == 0;
    for (size_t i = 0; i < f->table->count; i++) {
        const struct table_entry *entry = &f->table->entries[i];
        struct slice to = entry->to, read = conversion_text(f->as, l->reader.arena, entry->from);
        any = any || slice_equal_nocase(slice_trim(read), slice_trim(entry->from));
        if (slice_find(to, '{') < to.n || slice_find(to, '}') < to.n)
            problems_say(
                l->reader.problems, "map.text", f->table->file, entry->line, 1,
                "the words of an in mapping's table are constants, so braces fill in nothing");
    }
    bool rewrites = f->as == AS_POSTCODE || f->as == AS_BOOLEAN || f->as == AS_NHS_NUMBER;
    if (rewrites && !any)
        strict_say(&l->reader, node_get(n, "table"), "map.table",
                   "no row of this table is ever found: it is asked for what the conversion makes "
                   "(true or false, ten digits, a postcode with its blank)");
}

/* as: count tells how often one path of the message is there. */
static void check_count(struct loader *l, const struct node *n, const struct field *f, bool in_each)
{
    bool is_one_path = f->kind == FIELD_FROM && f->from.count == 1 && !in_each;
    bool is_plain = !f->table && !f->within.count && !f->passed_count;
    if (!is_one_path || !is_plain)
        strict_say(&l->reader, node_get(n, "as"), "map.conversion",
                   "as: count does not fit here: want one path, outside of an each, without table, "
                   "within and other");
}

static void check_within(struct loader *l, const struct node *n, const struct field *f,
                         const struct slot *s)
{
    bool plain = (s->type == SLOT_STRING || s->type == SLOT_ARRAY) && !s->vocabulary;
    if (!plain || conversion_is_time(f->as))
        strict_say_key(&l->reader, node_get(n, "within"), "map.field",
                       "'within' of '%.*s' does not fit here: it is for a text that is unique "
                       "within a place only, such as a case number",
                       SHOWN(f->path));
}

void load_effect_options(struct loader *l, const struct node *n, const struct field *f,
                         const struct slot *s, bool in_each)
{
    const struct node *word = node_get(n, "else"), *with = node_get(n, "with");
    if (f->table)
        check_table(l, n, f);
    if (f->as == AS_COUNT)
        check_count(l, n, f, in_each);
    if (f->within.count)
        check_within(l, n, f, s);
    if (word && f->miss == MISS_WORD)
        load_effect_braces(l, word, f->word);
    if (with)
        load_effect_braces(l, with, f->with);
}
