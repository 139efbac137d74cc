/* load_refs.c - paths of a message, each a source once, and what conditions ask of them. */
#include "mapping/inside.h"

/* The number of a source, made when it is new; -1 after a problem. */
static int source_number(struct loader *l, const struct node *n, struct slice text)
{
    struct mapping *m = l->m;
    for (size_t i = 0; i < m->source_count; i++)
        if (slice_equal(l->source_texts[i], text)) {
            m->needed[i] = m->needed[i] || !l->optional;
            return (int)i;
        }
    struct slice *texts =
        arena_grow(l->reader.arena, l->source_texts, &l->text_room, m->source_count, sizeof *texts);
    const struct path **paths =
        arena_grow(l->reader.arena, m->sources, &l->source_room, m->source_count, sizeof *paths);
    bool *needed =
        arena_grow(l->reader.arena, m->needed, &l->needed_room, m->source_count, sizeof *needed);
    if (!texts || !paths || !needed)
        return strict_memory(&l->reader), -1;
    l->source_texts = texts;
    m->sources = paths;
    m->needed = needed;
    struct err e = { 0 };
    struct path *path = NULL;
    if (!m->format->compile(l->reader.arena, text, &path, &e)) {
        strict_say(&l->reader, n, "map.path", "cannot read path '%.*s': %s", SHOWN(text), e.text);
        return -1;
    }
    l->source_texts[m->source_count] = text;
    m->sources[m->source_count] = path;
    m->needed[m->source_count] = !l->optional;
    return (int)m->source_count++;
}

/* Relative paths begin with a dot or a hyphen (".1.1", "-2.1"): what follows is the format's. */
static bool is_relative(struct slice text)
{
    return text.n && (text.p[0] == '.' || text.p[0] == '-');
}

static bool load_ref(struct loader *l, const struct node *n, struct slice text, bool relative,
                     struct ref *out)
{
    *out = (struct ref){ .text = text, .source = -1 };
    if (!is_relative(text)) {
        out->source = source_number(l, n, text);
        out->path = out->source < 0 ? NULL : l->m->sources[out->source];
        return out->source >= 0;
    }
    if (!relative)
        return strict_say(
            &l->reader, n, "map.path",
            "the path '%.*s' is of an item, and stands outside of an each: write the whole path",
            SHOWN(text));
    struct err e = { 0 };
    struct path *path = NULL;
    if (!l->m->format->compile(l->reader.arena, text, &path, &e))
        return strict_say(&l->reader, n, "map.path", "cannot read path '%.*s': %s", SHOWN(text),
                          e.text);
    out->path = path;
    return true;
}

struct refs load_refs(struct loader *l, const struct node *n, bool relative)
{
    struct refs refs = { NULL, 0 };
    refs.list = ARENA_ARRAY(l->reader.arena, strict_count(n) + 1, struct ref);
    if (!refs.list)
        return strict_memory(&l->reader), refs;
    if (!strict_count(n))
        strict_say(&l->reader, n, "map.path", "a path is missing here: the list is empty");
    for (const struct node *one = strict_each(n, NULL); one; one = strict_each(n, one))
        if (strict_is(&l->reader, one, NODE_TEXT, "a path") &&
            load_ref(l, one, one->text, relative, &refs.list[refs.count]))
            refs.count++;
    return refs;
}

static bool stands_alone(const struct node *n)
{
    return n->kind == NODE_TEXT &&
           (slice_equal_text(n->text, "present") || slice_equal_text(n->text, "absent"));
}

static void load_words(struct loader *l, const struct node *n, struct condition *c)
{
    c->words = ARENA_ARRAY(l->reader.arena, strict_count(n) + 1, struct slice);
    if (!c->words) {
        strict_memory(&l->reader);
        return;
    }
    for (const struct node *one = strict_each(n, NULL); one; one = strict_each(n, one)) {
        if (!strict_is(&l->reader, one, NODE_TEXT, "a word of a condition"))
            continue;
        if (n->kind == NODE_LIST && stands_alone(one))
            strict_say(&l->reader, one, "map.condition", "'%.*s' must stand alone, without a list",
                       SHOWN(one->text));
        c->words[c->word_count++] = one->text;
    }
}

/* present, absent, a word, a list of words; {not: any of these}, also when nothing is there;
 * {other: any of these}, when something is; {is: a word taken literally}. */
static void load_condition(struct loader *l, const struct node *n, struct condition *c)
{
    if (n->kind == NODE_MAP) {
        const struct node *words = n->first;
        strict_keys(&l->reader, n, &mapping_keys_condition);
        if (n->count != 1) {
            strict_say(&l->reader, n, "map.condition",
                       "a condition has one key: want one of not, other, is");
            return;
        }
        c->negated = !slice_equal_text(words->key, "is");
        c->needs_value = slice_equal_text(words->key, "other");
        n = words;
    } else if (stands_alone(n)) {
        c->test = n->text.p[0] == 'p' ? IS_PRESENT : IS_ABSENT;
        return;
    }
    load_words(l, n, c);
}

struct conditions load_conditions(struct loader *l, const struct node *n, bool relative)
{
    struct conditions out = { NULL, 0 };
    if (n->kind != NODE_MAP)
        return strict_say(&l->reader, n, "map.condition",
                          "conditions must be a map: lines of the form 'PATH: words'"),
               out;
    out.list = ARENA_ARRAY(l->reader.arena, n->count + 1, struct condition);
    if (!out.list)
        return strict_memory(&l->reader), out;
    for (const struct node *c = n->first; c; c = c->next) {
        struct condition *one = &out.list[out.count];
        if (!load_ref(l, c, c->key, relative, &one->ref))
            continue;
        one->node = c;
        load_condition(l, c, one);
        out.count++;
    }
    return out;
}
