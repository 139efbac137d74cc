/* load.c - a mapping file becomes a compiled mapping: the way in, and what both directions share.
 */
#include "mapping/parts.h"

#include <stdarg.h>
#include <stdio.h>

#define FILE_BYTES_MAX ((size_t)1 << 20)

bool mapping_say(struct loader *l, const struct node *n, const char *code, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return problems_say(l->p, code, l->path, n ? n->line : 1, n ? n->column : 1, "%s", text);
}

bool mapping_say_key(struct loader *l, const struct node *n, const char *code, const char *format,
                     ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return problems_say(l->p, code, l->path, n->key_line, n->key_column, "%s", text);
}

bool mapping_memory(struct loader *l)
{
    struct err e = { 0 };
    err_memory(&e);
    problems_add(l->p, &e);
    return false;
}

static bool is_known(struct slice key, const char *known)
{
    for (struct slice left = slice_text(known); left.n;) {
        size_t end = slice_find(left, ' ');
        if (slice_equal(slice_head(left, end), key))
            return true;
        left = slice_from(left, end + 1);
    }
    return false;
}

void mapping_check_keys(struct loader *l, const struct node *map, const char *known)
{
    if (map->kind != NODE_MAP) {
        mapping_say(l, map, "map.shape", "cannot read this: want a map with some of: %s", known);
        return;
    }
    for (const struct node *n = map->first; n; n = n->next)
        if (!is_known(n->key, known))
            mapping_say_key(l, n, "map.key", "cannot take key '%.*s': want one of: %s",
                            (int)n->key.n, (const char *)n->key.p, known);
}

bool load_is_text(struct loader *l, const struct node *n, const char *what)
{
    if (n && n->kind == NODE_TEXT)
        return true;
    return mapping_say(l, n, "map.shape", "cannot read %s: want a text", what);
}

/* The number of a source, made when it is new; -1 after a problem. */
static int intern(struct loader *l, const struct node *n, struct slice text)
{
    struct mapping *m = l->m;
    for (size_t i = 0; i < m->source_count; i++)
        if (slice_equal(l->source_texts[i], text))
            return (int)i;
    if (m->source_count == l->source_room) {
        size_t room = l->source_room ? l->source_room * 2 : 64;
        struct slice *texts = ARENA_ARRAY(l->a, room, struct slice);
        const struct path **paths = ARENA_ARRAY(l->a, room, const struct path *);
        if (!texts || !paths)
            return mapping_memory(l), -1;
        if (m->source_count) {
            memcpy(texts, l->source_texts, m->source_count * sizeof *texts);
            memcpy(paths, m->sources, m->source_count * sizeof *paths);
        }
        l->source_texts = texts;
        m->sources = paths;
        l->source_room = room;
    }
    struct err e = { 0 };
    struct path *path = NULL;
    if (!m->format->compile(l->a, text, &path, &e)) {
        mapping_say(l, n, "map.path", "cannot read path '%.*s': %s", (int)text.n,
                    (const char *)text.p, e.text);
        return -1;
    }
    l->source_texts[m->source_count] = text;
    m->sources[m->source_count] = path;
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
        out->source = intern(l, n, text);
        out->path = out->source < 0 ? NULL : l->m->sources[out->source];
        return out->source >= 0;
    }
    if (!relative)
        return mapping_say(l, n, "map.path", "cannot use relative path '%.*s' outside of an each",
                           (int)text.n, (const char *)text.p);
    struct err e = { 0 };
    struct path *path = NULL;
    if (!l->m->format->compile(l->a, text, &path, &e))
        return mapping_say(l, n, "map.path", "cannot read path '%.*s': %s", (int)text.n,
                           (const char *)text.p, e.text);
    out->path = path;
    return true;
}

struct refs load_refs(struct loader *l, const struct node *n, bool relative)
{
    struct refs refs = { NULL, 0 };
    const struct node *first = n->kind == NODE_LIST ? n->first : n;
    size_t count = n->kind == NODE_LIST ? n->count : 1;
    refs.list = ARENA_ARRAY(l->a, count ? count : 1, struct ref);
    if (!refs.list)
        return mapping_memory(l), refs;
    if (!count)
        mapping_say(l, n, "map.path", "cannot use an empty list of paths");
    for (size_t i = 0; i < count; i++, first = first->next)
        if (load_is_text(l, first, "a path") &&
            load_ref(l, first, first->text, relative, &refs.list[refs.count]))
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
    const struct node *first = n->kind == NODE_LIST ? n->first : n;
    c->words = ARENA_ARRAY(l->a, n->kind == NODE_LIST ? n->count + 1 : 1, struct slice);
    if (!c->words) {
        mapping_memory(l);
        return;
    }
    for (; first; first = n->kind == NODE_LIST ? first->next : NULL) {
        if (!load_is_text(l, first, "a word of a condition"))
            continue;
        if (n->kind == NODE_LIST && stands_alone(first))
            mapping_say(l, first, "map.condition", "cannot use '%.*s' in a list: it stands alone",
                        (int)first->text.n, (const char *)first->text.p);
        c->words[c->word_count++] = first->text;
    }
}

/* present, absent, a word, a list of words; {not: any of these}, also when nothing is there;
 * {other: any of these}, when something is; {is: a word taken literally}. */
static void load_condition(struct loader *l, const struct node *n, struct condition *c)
{
    if (n->kind == NODE_MAP) {
        const struct node *words = n->first;
        mapping_check_keys(l, n, "not other is");
        if (n->count != 1) {
            mapping_say(l, n, "map.condition",
                        "cannot read a condition: want one of not, other, is");
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
        return mapping_say(l, n, "map.condition", "cannot read conditions: want a map of paths"),
               out;
    out.list = ARENA_ARRAY(l->a, n->count + 1, struct condition);
    if (!out.list)
        return mapping_memory(l), out;
    for (const struct node *c = n->first; c; c = c->next) {
        struct condition *one = &out.list[out.count];
        if (!load_ref(l, c, c->key, relative, &one->ref))
            continue;
        load_condition(l, c, one);
        out.count++;
    }
    return out;
}

enum conversion load_as(struct loader *l, const struct node *n)
{
    if (!n)
        return AS_TEXT;
    if (!load_is_text(l, n, "a conversion"))
        return AS_TEXT;
    enum conversion as = conversion_named(n->text);
    if (as != AS_NONE)
        return as;
    mapping_say(l, n, "map.conversion", "cannot find a conversion '%.*s'", (int)n->text.n,
                (const char *)n->text.p);
    return AS_TEXT;
}

void load_else(struct loader *l, const struct node *n, bool has_table, enum miss *miss,
               struct slice *word)
{
    *miss = MISS_REFUSE;
    const struct node *e = node_get(n, "else");
    if (!e) {
        if (has_table)
            mapping_say(l, n, "map.else",
                        "cannot tell what becomes of a code its table lacks: want else");
        return;
    }
    if (!load_is_text(l, e, "else"))
        return;
    if (slice_equal_text(e->text, "refuse"))
        return;
    if (slice_equal_text(e->text, "skip"))
        *miss = MISS_SKIP;
    else if (slice_equal_text(e->text, "leave"))
        *miss = MISS_LEAVE;
    else {
        *miss = MISS_WORD;
        *word = e->text;
    }
}

const struct schema *load_type(struct loader *l, const struct node *n, struct slice text,
                               uint64_t *kinds)
{
    size_t dot = slice_find(text, '.');
    struct slice kind = slice_from(text, dot + 1);
    const struct schema *s = catalogue_named(l->schemas, slice_head(text, dot));
    *kinds = UINT64_MAX;
    if (!s || s->internal) {
        mapping_say(l, n, "map.type", "cannot find a record type '%.*s'", (int)dot,
                    (const char *)text.p);
        return NULL;
    }
    if (dot == text.n)
        return s;
    for (size_t i = 0; i < s->kind_count && i < 64; i++)
        if (slice_equal(s->kinds[i], kind)) {
            *kinds = (uint64_t)1 << i;
            return s;
        }
    mapping_say(l, n, "map.kind", "cannot find a kind '%.*s' of %.*s", (int)kind.n,
                (const char *)kind.p, (int)dot, (const char *)text.p);
    return NULL;
}

static void load_format(struct loader *l, const struct node *head)
{
    const struct node *f = node_get(head, "format");
    if (!f) {
        mapping_say(l, head, "map.format", "cannot tell the format: want 'format: NAME'");
        return;
    }
    if (!load_is_text(l, f, "format"))
        return;
    l->m->format = registry_format(l->adapters, f->text);
    if (!l->m->format)
        mapping_say(l, f, "map.format", "cannot find a format '%.*s'", (int)f->text.n,
                    (const char *)f->text.p);
}

static void load_root(struct loader *l, const struct node *root)
{
    const struct node *in = node_get(root, "in"), *out = node_get(root, "out");
    if (!in == !out) {
        mapping_say(l, root, "map.direction",
                    "cannot tell the direction: want one of 'in:', 'out:'");
        return;
    }
    load_format(l, in ? in : out);
    if (!l->m->format)
        return;
    l->m->is_in = in != NULL;
    if (in)
        load_in(l, root);
    else if (!l->m->format->render)
        mapping_say(l, out, "map.format", "cannot write format '%s': it is read only",
                    l->m->format->name);
    else
        load_out(l, root);
}

/* The folder of a path, with its slash; "" when it has none. */
static const char *folder_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? arena_text(a, slice_of(path, (size_t)(slash - path) + 1)) : "";
}

const struct mapping *mapping_load(struct arena *a, const char *path,
                                   const struct registry *adapters, const struct catalogue *schemas,
                                   struct problems *p)
{
    struct err e = { 0 };
    struct node *root = NULL;
    struct slice text = { .n = 0 };
    size_t before = p->count;
    struct loader l = { .a = a,
                        .path = path,
                        .folder = folder_of(a, path),
                        .adapters = adapters,
                        .schemas = schemas,
                        .p = p,
                        .m = ARENA_NEW(a, struct mapping) };
    if (!l.m || !l.folder)
        return mapping_memory(&l), NULL;
    if (!tree_read_file(a, path, FILE_BYTES_MAX, &text, &e) ||
        !tree_yaml(a, text, path, &root, &e)) {
        problems_add(p, &e);
        return NULL;
    }
    l.files[l.file_count++] = text;
    if (!root || root->kind != NODE_MAP)
        return mapping_say(&l, root, "map.shape", "cannot read a mapping: want a map"), NULL;
    load_root(&l, root);
    sha256_parts(l.files, l.file_count, l.m->hash);
    return p->count == before && !p->lost ? l.m : NULL;
}

bool mapping_is_in(const struct mapping *m)
{
    return m->is_in;
}

const struct format *mapping_format(const struct mapping *m)
{
    return m->format;
}

const uint8_t *mapping_hash(const struct mapping *m)
{
    return m->hash;
}

bool mapping_is_snapshot(const struct mapping *m)
{
    return m->is_snapshot;
}
