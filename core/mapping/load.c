/* load.c - a mapping file becomes a compiled mapping: the way in. */
#include "mapping/inside.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

static const struct strict_codes codes = { .key = "map.key",
                                           .missing = "map.missing",
                                           .shape = "map.shape",
                                           .word = "map.word",
                                           .number = "map.number" };

static struct slice format_at(const void *of, size_t i)
{
    const struct registry *r = of;
    return slice_text(r->formats[i]->name);
}

static void say_no_format(struct loader *l, const struct node *n)
{
    struct choices_at formats = { l->adapters, format_at, 0 };
    while (l->adapters->formats[formats.n])
        formats.n++;
    strict_unknown(&l->reader, n, "map.format", "format", n->text, &formats);
}

static void load_format(struct loader *l, const struct node *head)
{
    const struct node *f = node_get(head, "format");
    if (!f) {
        strict_say(&l->reader, head, "map.format",
                   "the mapping names no format: want 'format: NAME'");
        return;
    }
    if (!strict_is(&l->reader, f, NODE_TEXT, "'format'"))
        return;
    l->m->format = registry_format(l->adapters, f->text);
    if (!l->m->format)
        say_no_format(l, f);
}

static void load_root(struct loader *l, const struct node *root)
{
    const struct node *in = node_get(root, "in"), *out = node_get(root, "out");
    if (!in == !out) {
        strict_say(&l->reader, root, "map.direction",
                   "a mapping goes one way: want 'in:' or 'out:', and not both");
        return;
    }
    load_format(l, in ? in : out);
    if (!l->m->format)
        return;
    l->m->is_in = in != NULL;
    if (in)
        load_in(l, root);
    else if (!l->m->format->render)
        strict_say(&l->reader, out, "map.format",
                   "the format '%s' can be read and not written: choose another one",
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
    sha256_slices(l.files, l.file_count, l.m->hash);
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
