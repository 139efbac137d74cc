/* load.c - a mapping file becomes a compiled mapping: the way in, and what both directions share.
 */
#include "mapping/parts.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

static const struct strict_codes codes = { .key = "map.key",
                                           .missing = "map.missing",
                                           .shape = "map.shape",
                                           .word = "map.word",
                                           .number = "map.number" };

/* The number of a source, made when it is new; -1 after a problem. */
static int intern(struct loader *l, const struct node *n, struct slice text)
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
    bool *needed = arena_grow(l->reader.arena, m->needed, &l->needed_room, m->source_count,
                              sizeof *needed);
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
        out->source = intern(l, n, text);
        out->path = out->source < 0 ? NULL : l->m->sources[out->source];
        return out->source >= 0;
    }
    if (!relative)
        return strict_say(&l->reader, n, "map.path",
                          "cannot use relative path '%.*s' outside of an each", SHOWN(text));
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
        strict_say(&l->reader, n, "map.path", "cannot use an empty list of paths");
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
            strict_say(&l->reader, one, "map.condition",
                       "cannot use '%.*s' in a list: it stands alone", SHOWN(one->text));
        c->words[c->word_count++] = one->text;
    }
}

/* present, absent, a word, a list of words; {not: any of these}, also when nothing is there;
 * {other: any of these}, when something is; {is: a word taken literally}. */
static void load_condition(struct loader *l, const struct node *n, struct condition *c)
{
    if (n->kind == NODE_MAP) {
        static const struct strict_key keys[] = { STRICT_MAY("not"), STRICT_MAY("other"),
                                                  STRICT_MAY("is") };
        const struct node *words = n->first;
        STRICT_KEYS(&l->reader, n, keys);
        if (n->count != 1) {
            strict_say(&l->reader, n, "map.condition",
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
        return strict_say(&l->reader, n, "map.condition",
                          "cannot read conditions: want a map of paths"),
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

unsigned load_action(struct loader *l, const struct node *n)
{
    if (!strict_is(&l->reader, n, NODE_TEXT, "an action"))
        return 0;
    unsigned action = action_named(n->text);
    if (!action)
        strict_say(&l->reader, n, "map.action",
                   "cannot use action '%.*s': want asserts, replaces or retracts", SHOWN(n->text));
    return action;
}

enum conversion load_as(struct loader *l, const struct node *n)
{
    if (!n)
        return AS_TEXT;
    if (!strict_is(&l->reader, n, NODE_TEXT, "a conversion"))
        return AS_TEXT;
    enum conversion as = conversion_named(n->text);
    if (as != AS_NONE)
        return as;
    strict_say(&l->reader, n, "map.conversion", "cannot find a conversion '%.*s'", SHOWN(n->text));
    return AS_TEXT;
}

void load_else(struct loader *l, const struct node *n, bool has_table, enum miss *miss,
               struct slice *word)
{
    *miss = MISS_REFUSE;
    const struct node *e = node_get(n, "else");
    if (!e) {
        if (has_table)
            strict_say(&l->reader, n, "map.else",
                       "cannot tell what becomes of a code its table lacks: want else");
        return;
    }
    if (!strict_is(&l->reader, e, NODE_TEXT, "else"))
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
        strict_say(&l->reader, n, "map.type", "cannot find a record type '%.*s'", (int)dot,
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
    strict_say(&l->reader, n, "map.kind", "cannot find a kind '%.*s' of %.*s", SHOWN(kind),
               (int)dot, (const char *)text.p);
    return NULL;
}

static void load_format(struct loader *l, const struct node *head)
{
    const struct node *f = node_get(head, "format");
    if (!f) {
        strict_say(&l->reader, head, "map.format", "cannot tell the format: want 'format: NAME'");
        return;
    }
    if (!strict_is(&l->reader, f, NODE_TEXT, "format"))
        return;
    l->m->format = registry_format(l->adapters, f->text);
    if (!l->m->format)
        strict_say(&l->reader, f, "map.format", "cannot find a format '%.*s'", SHOWN(f->text));
}

static void load_root(struct loader *l, const struct node *root)
{
    const struct node *in = node_get(root, "in"), *out = node_get(root, "out");
    if (!in == !out) {
        strict_say(&l->reader, root, "map.direction",
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
        strict_say(&l->reader, out, "map.format", "cannot write format '%s': it is read only",
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
    struct loader l = { .reader = { a, p, &codes, path },
                        .folder = folder_of(a, path),
                        .adapters = adapters,
                        .schemas = schemas,
                        .m = ARENA_NEW(a, struct mapping) };
    if (!l.m || !l.folder)
        return strict_memory(&l.reader), NULL;
    if (!tree_read_file(a, path, FILE_BYTES_MAX, &text, &e) ||
        !tree_yaml(a, text, path, &root, &e)) {
        problems_add(p, &e);
        return NULL;
    }
    l.files[l.file_count++] = text;
    if (!strict_is(&l.reader, root, NODE_MAP, "a mapping"))
        return NULL;
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

const struct format_options *mapping_options(const struct mapping *m)
{
    return &m->options;
}

const uint8_t *mapping_hash(const struct mapping *m)
{
    return m->hash;
}

bool mapping_is_snapshot(const struct mapping *m)
{
    return m->is_snapshot;
}
