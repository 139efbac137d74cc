/* strict.c - the small steps of reading a configuration. */
#include "host/strict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/nearest.h"

struct place {
    const char *file;
    uint32_t line, column;
};

PRINTF_LIKE(4, 0)
static bool say_at(const struct strict *r, struct place at, const char *code, const char *format,
                   va_list args)
{
    char text[sizeof((struct err *)0)->text];
    (void)vsnprintf(text, sizeof text, format, args);
    return problems_say(r->problems, code, at.file, at.line, at.column, "%s", text);
}

bool strict_say(const struct strict *r, const struct node *n, const char *code, const char *format,
                ...)
{
    struct place at = { r->file, 1, 1 };
    va_list args;
    if (n)
        at = (struct place){ n->file, n->line, n->column };
    va_start(args, format);
    (void)say_at(r, at, code, format, args);
    va_end(args);
    return false;
}

bool strict_say_key(const struct strict *r, const struct node *n, const char *code,
                    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)say_at(r, (struct place){ n->file, n->key_line, n->key_column }, code, format, args);
    va_end(args);
    return false;
}

bool strict_memory(const struct strict *r)
{
    struct err e = { 0 };
    (void)err_memory(&e);
    problems_add(r->problems, &e);
    return false;
}

const char *strict_shape_name(enum strict_shape s)
{
    static const char *const names[] = {
        [STRICT_ANY] = "anything", [STRICT_TEXT] = "a text", [STRICT_NOTE] = "a text",
        [STRICT_LIST] = "a list",  [STRICT_MAP] = "a map",   [STRICT_TEXTS] = "a text or a list",
    };
    return names[s];
}

static bool shape_fits(enum strict_shape s, const struct node *n)
{
    switch (s) {
    case STRICT_ANY:
        return true;
    case STRICT_TEXT:
        return n->kind == NODE_TEXT && !slice_is_empty(n->text);
    case STRICT_NOTE:
        return n->kind == NODE_TEXT;
    case STRICT_LIST:
        return n->kind == NODE_LIST;
    case STRICT_TEXTS:
        return n->kind == NODE_TEXT || n->kind == NODE_LIST;
    case STRICT_MAP:
        return n->kind == NODE_MAP;
    }
    return false;
}

static bool check_key_words(const struct strict *r, const struct node *m,
                            const struct strict_key *key)
{
    size_t n = 0;
    while (key->words && key->words[n])
        n++;
    return n == 0 || strict_one_of(r, m, key->words, n);
}

static bool check_member(const struct strict *r, const struct node *m,
                         const struct strict_table *table)
{
    char list[110];
    const struct strict_key *key = table->keys, *end = key + table->n;
    while (key < end && !slice_equal_text(m->key, key->name))
        key++;
    if (key == end) {
        const struct choices choices = { &table->keys->name, sizeof *key, table->n };
        return strict_say_key(r, m, r->codes->key, "unknown key '%.*s': it has %s", SHOWN(m->key),
                              nearest_list(m->key, &choices, list, sizeof list));
    }
    if (shape_fits(key->shape, m))
        return check_key_words(r, m, key);
    bool is_empty = m->kind == NODE_TEXT && key->shape == STRICT_TEXT;
    return strict_say(r, m, r->codes->shape, "'%s' must be %s%s", key->name,
                      strict_shape_name(key->shape), is_empty ? " that is not empty" : "");
}

/* A member of a list has no key. */
static bool say_no_map(const struct strict *r, const struct node *n)
{
    if (slice_is_empty(n->key))
        return strict_say(r, n, r->codes->shape, "this must be a map");
    return strict_say(r, n, r->codes->shape, "'%.*s' must be a map", SHOWN(n->key));
}

bool strict_keys(const struct strict *r, const struct node *map, const struct strict_table *table)
{
    bool good = true;
    if (!map)
        return true;
    if (map->kind != NODE_MAP)
        return say_no_map(r, map);
    for (const struct node *m = map->first; m; m = m->next)
        if (!check_member(r, m, table))
            good = false;
    for (const struct strict_key *key = table->keys; key < table->keys + table->n; key++)
        if (key->required && !node_get(map, key->name))
            good = strict_say(r, map, r->codes->missing, "the key '%s' is missing", key->name);
    return good;
}

static const char *kind_name(enum node_kind kind)
{
    static const char *const names[] = { [NODE_NULL] = "nothing",
                                         [NODE_TEXT] = "a text",
                                         [NODE_LIST] = "a list",
                                         [NODE_MAP] = "a map" };
    return names[kind];
}

bool strict_is(const struct strict *r, const struct node *n, enum node_kind kind, const char *what)
{
    if (n && n->kind == kind)
        return true;
    return strict_say(r, n, r->codes->shape, "%s must be %s", what, kind_name(kind));
}

bool strict_one_of(const struct strict *r, const struct node *n, const char *const *words,
                   size_t count)
{
    char list[110];
    if (!n || n->kind != NODE_TEXT)
        return false;
    if (slice_is_one_of_texts(n->text, words, count))
        return true;
    const struct choices choices = { words, sizeof *words, count };
    return strict_say(r, n, r->codes->word, "cannot use '%.*s': want %s", SHOWN(n->text),
                      nearest_list(n->text, &choices, list, sizeof list));
}

#define LIST_BYTES 110 /* of a sentence of 200 */

bool strict_unknown(const struct strict *r, const struct node *n, const char *code,
                    const char *what, struct slice word, const struct choices_at *choices)
{
    char list[LIST_BYTES];
    return strict_say(r, n, code, "unknown %s '%.*s': it has %s", what, SHOWN(word),
                      nearest_list_at(word, choices, list, sizeof list));
}

bool strict_unknown_key(const struct strict *r, const struct node *n, const char *code,
                        const char *what, const struct choices_at *choices)
{
    char list[LIST_BYTES];
    return strict_say_key(r, n, code, "unknown %s '%.*s': it has %s", what, SHOWN(n->key),
                          nearest_list_at(n->key, choices, list, sizeof list));
}

bool strict_number(const struct strict *r, const struct node *n, uint64_t least, uint64_t most,
                   uint64_t *out)
{
    if (!n || n->kind != NODE_TEXT)
        return false;
    if (slice_to_u64(n->text, out) && *out >= least && *out <= most)
        return true;
    return strict_say(r, n, r->codes->number,
                      "cannot use '%.*s': want a number from %" PRIu64 " to %" PRIu64,
                      SHOWN(n->text), least, most);
}

const struct node *strict_member(const struct node *map, const char *key, enum node_kind kind)
{
    const struct node *n = node_get(map, key);
    return n && n->kind == kind ? n : NULL;
}

struct slice strict_text(const struct node *map, const char *key)
{
    const struct node *n = strict_member(map, key, NODE_TEXT);
    return n ? n->text : (struct slice){ 0 };
}

const struct node *strict_each(const struct node *n, const struct node *it)
{
    if (!n)
        return NULL;
    if (n->kind == NODE_LIST)
        return it ? it->next : n->first;
    return it ? NULL : n;
}

size_t strict_count(const struct node *n)
{
    if (!n)
        return 0;
    return n->kind == NODE_LIST ? n->count : 1;
}

const char *strict_path(struct arena *a, const char *folder, struct slice path)
{
    if (path.n && path.p[0] == '/')
        return arena_text(a, path);
    return arena_format(a, "%s/%.*s", folder, (int)path.n, (const char *)path.p);
}
