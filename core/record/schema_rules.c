/* schema_rules.c - the rules of this house, each a few lines. */
#include "record/schema_rules.h"

#include <stdarg.h>
#include <stdio.h>

static bool problem_is_there(const struct problems *p, const struct node *at, const char *code,
                             const char *text)
{
    if (!at->file)
        return false;
    for (size_t i = 0; i < p->count; i++) {
        const struct err *e = &p->list[i];
        bool same_place = e->line == at->line && e->column == at->column && e->file &&
                          strcmp(e->file, at->file) == 0;
        if (same_place && strcmp(e->code, code) == 0 && strcmp(e->text, text) == 0)
            return true;
    }
    return false;
}

bool schema_problem(struct problems *p, const struct node *at, const char *code, const char *format,
                    ...)
{
    char text[sizeof(((struct err *)0)->text)];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!problem_is_there(p, at, code, text))
        problems_say(p, code, at->file, at->line, at->column, "%s", text);
    return false;
}

bool schema_no_memory(struct problems *p)
{
    struct err e = { .fate = ERR_NONE };
    err_memory(&e);
    problems_add(p, &e);
    return false;
}

struct slice schema_attribute(const struct node *map, const char *key)
{
    const struct node *n = node_get(map, key);
    return n && n->kind == NODE_TEXT ? n->text : (struct slice){ .n = 0 };
}

bool schema_is_category(struct slice name)
{
    bool behind_separator = true; /* at the start, or behind '-' or '.' */
    for (size_t i = 0; i < name.n; i++) {
        uint8_t c = name.p[i];
        bool is_separator = c == '-' || c == '.';
        bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!is_separator && !is_word)
            return false;
        if (is_separator && behind_separator)
            return false;
        behind_separator = is_separator;
    }
    return !behind_separator;
}

static bool is_doubled(const struct node *list, const struct node *word)
{
    for (const struct node *n = list->first; n != word; n = n->next)
        if (slice_equal(n->text, word->text))
            return true;
    return false;
}

bool schema_words(struct arena *a, const struct node *owner, const char *key,
                  const struct slice **out, size_t *n, struct problems *p)
{
    const struct node *list = node_get(owner, key);
    *out = NULL;
    *n = 0;
    if (!list)
        return true;
    if (list->kind != NODE_LIST || list->count == 0)
        return schema_problem(p, list, "schema.words", "'%s' is no list of words", key);
    struct slice *words = ARENA_ARRAY(a, list->count, struct slice);
    if (!words)
        return schema_no_memory(p);
    for (const struct node *word = list->first; word; word = word->next) {
        if (word->kind != NODE_TEXT || slice_is_empty(word->text))
            return schema_problem(p, word, "schema.words", "'%s' lists what is no word", key);
        if (is_doubled(list, word))
            return schema_problem(p, word, "schema.words", "'%s' lists '%.*s' twice", key,
                                  (int)word->text.n, (const char *)word->text.p);
        words[(*n)++] = word->text;
    }
    *out = words;
    return true;
}

void schema_rules_leaf(const struct node *field, bool internal, struct problems *p)
{
    struct slice name = schema_attribute(field, "name");
    const struct node *category = node_get(field, "category");
    if (slice_is_empty(schema_attribute(field, "doc")))
        schema_problem(p, field, "schema.doc", "field '%.*s' has no doc", (int)name.n,
                       (const char *)name.p);
    if (!category && !internal)
        schema_problem(p, field, "schema.category", "field '%.*s' has no category", (int)name.n,
                       (const char *)name.p);
}

void schema_rules_withholdable(const struct node *field, bool nullable, struct problems *p)
{
    struct slice name = schema_attribute(field, "name");
    const struct node *standard = node_get(field, "default");
    if (!nullable)
        schema_problem(p, field, "schema.nullable",
                       "field '%.*s' can be withheld, so its type must be [\"null\", ...]",
                       (int)name.n, (const char *)name.p);
    else if (!standard || standard->kind != NODE_NULL)
        schema_problem(p, field, "schema.default", "field '%.*s' needs \"default\": null",
                       (int)name.n, (const char *)name.p);
}

void schema_rules_fields(const struct node *fields, struct problems *p)
{
    for (const struct node *field = fields->first; field; field = field->next) {
        struct slice name = schema_attribute(field, "name");
        for (const struct node *n = fields->first; n != field; n = n->next)
            if (slice_equal(schema_attribute(n, "name"), name))
                schema_problem(p, field, "schema.duplicate", "field '%.*s' is there twice",
                               (int)name.n, (const char *)name.p);
    }
}

void schema_rules_event(const struct node *root, struct problems *p)
{
    const struct node *fields = node_get(root, "fields");
    const struct node *first = fields ? fields->first : NULL;
    const struct node *second = first ? first->next : NULL;
    bool header = slice_equal_text(schema_attribute(first, "name"), "header");
    bool subject = slice_equal_text(schema_attribute(second, "name"), "subject");
    const struct node *disclosed = node_get(root, "disclosed");
    if (!node_get(root, "kinds")) {
        if (header)
            schema_problem(p, root, "schema.kinds", "the schema of an event must list its 'kinds'");
        return;
    }
    if (!header || !subject)
        schema_problem(p, root, "schema.header",
                       "the schema of an event must begin with the fields 'header' and 'subject'");
    if (!disclosed || disclosed->kind != NODE_BOOL)
        schema_problem(p, root, "schema.disclosed",
                       "the schema of an event must say \"disclosed\": true or false");
}
