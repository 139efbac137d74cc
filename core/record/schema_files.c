/* schema_files.c - listing, reading, and the rules about a file as a whole. */
#include "record/schema_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "record/schema_rules.h"

#define FILE_BYTES_MAX ((size_t)1024 * 1024)

static bool has_ending(const char *name)
{
    size_t n = strlen(name);
    return n > 5 && name[0] != '.' && strcmp(name + n - 5, ".avsc") == 0;
}

static int compare_files(const void *left, const void *right)
{
    const struct schema_file *a = left, *b = right;
    if (a->internal != b->internal)
        return a->internal - b->internal;
    return slice_compare(a->name, b->name);
}

static bool add_file(struct arena *a, struct schema_files *f, const char *name, bool internal,
                     struct problems *p)
{
    if (f->count == SCHEMA_FILES_MAX)
        return problems_say(p, "schema.limit", name, 0, 0, "more than %d schema files",
                            SCHEMA_FILES_MAX);
    struct slice stem = arena_copy(a, slice_of(name, strlen(name) - 5));
    if (!stem.p)
        return schema_no_memory(p);
    f->list[f->count++] = (struct schema_file){ .name = stem, .internal = internal };
    return true;
}

static bool list_folder(struct arena *a, const char *folder, bool internal, struct schema_files *f,
                        struct problems *p)
{
    DIR *dir = opendir(folder);
    if (!dir && internal && errno == ENOENT)
        return true;
    if (!dir)
        return problems_say(p, "schema.open", folder, 0, 0, "cannot open this folder");
    bool good = true;
    for (struct dirent *d = readdir(dir); d && good; d = readdir(dir))
        if (has_ending(d->d_name))
            good = add_file(a, f, d->d_name, internal, p);
    closedir(dir);
    return good;
}

/* Both trees come from the same bytes, so they have the same shape. */
static void copy_places(struct node *to, const struct node *from)
{
    to->file = from->file;
    to->line = from->line;
    to->column = from->column;
    to->key_line = from->key_line;
    to->key_column = from->key_column;
    const struct node *there = from->first;
    for (struct node *here = to->first; here && there; here = here->next, there = there->next)
        copy_places(here, there);
}

/* Line and column of an offset, since the reader of JSON tells offsets only. */
static void schema_place(struct slice text, size_t at, struct node *out)
{
    out->line = 1;
    out->column = 1;
    for (size_t i = 0; i < at && i < text.n; i++) {
        out->column++;
        if (text.p[i] == '\n') {
            out->line++;
            out->column = 1;
        }
    }
}

static bool read_tree(struct arena *a, struct schema_file *f, const char *path, struct problems *p)
{
    struct err e = { .fate = ERR_NONE };
    struct node *json = NULL, *yaml = NULL, place = { .file = path };
    if (!tree_read_file(a, path, FILE_BYTES_MAX, &f->text, &e))
        return schema_problem(p, &place, e.code, "%s", e.text);
    if (!tree_json(a, f->text, &json, &e)) {
        schema_place(f->text, e.at, &place);
        return schema_problem(p, &place, e.code, "%s", e.text);
    }
    if (!tree_yaml(a, f->text, path, &yaml, &e)) {
        problems_add(p, &e);
        return false;
    }
    copy_places(json, yaml);
    f->root = json;
    return true;
}

static bool check_root(struct arena *a, struct schema_file *f, struct problems *p)
{
    const struct node *root = f->root;
    struct slice name = schema_attribute(root, "name");
    struct slice space = schema_attribute(root, "namespace");
    bool good = true;
    if (!slice_equal(name, f->name))
        good = schema_problem(p, root, "schema.name", "a type is named as its file: '%.*s'",
                              (int)f->name.n, (const char *)f->name.p);
    if (slice_is_empty(space))
        good = schema_problem(p, root, "schema.namespace", "the type has no 'namespace'");
    if (slice_is_empty(schema_attribute(root, "doc")))
        good =
            schema_problem(p, root, "schema.doc", "the type has no 'doc', which says what it is");
    const char *full = arena_format(a, "%.*s.%.*s", (int)space.n, (const char *)space.p,
                                    (int)f->name.n, (const char *)f->name.p);
    f->full = slice_text(full);
    return full ? good : schema_no_memory(p);
}

static bool check_doubles(const struct schema_files *f, struct problems *p)
{
    bool good = true;
    for (size_t i = 0; i < f->count; i++)
        for (size_t k = 0; k < i; k++)
            if (f->list[i].root && slice_equal(f->list[i].full, f->list[k].full))
                good = schema_problem(p, f->list[i].root, "schema.duplicate",
                                      "another file defines this name");
    return good;
}

bool schema_files_read(struct arena *a, const char *folder, struct schema_files *out,
                       struct problems *p)
{
    *out = (struct schema_files){ ARENA_ARRAY(a, SCHEMA_FILES_MAX, struct schema_file), 0 };
    const char *inner = arena_format(a, "%s/internal", folder);
    if (!out->list || !inner)
        return schema_no_memory(p);
    if (!list_folder(a, folder, false, out, p) || !list_folder(a, inner, true, out, p))
        return false;
    if (out->count > 1)
        qsort(out->list, out->count, sizeof *out->list, compare_files);
    bool good = true;
    for (size_t i = 0; i < out->count; i++) {
        struct schema_file *f = &out->list[i];
        const char *path = arena_format(a, "%s/%.*s.avsc", f->internal ? inner : folder,
                                        (int)f->name.n, (const char *)f->name.p);
        if (!path)
            return schema_no_memory(p);
        good &= read_tree(a, f, path, p) && check_root(a, f, p);
    }
    return check_doubles(out, p) && good;
}

const struct schema_file *schema_files_find(const struct schema_files *f, struct slice full)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->list[i].root && slice_equal(f->list[i].full, full))
            return &f->list[i];
    return NULL;
}
