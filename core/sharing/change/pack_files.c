/* pack_files.c - gathers the files of a pack, finds them by name, compares them. */
#include "sharing/change/pack.h"

#include <dirent.h>
#include <stdlib.h>

#include "host/tree.h"

static int by_name(const void *x, const void *y)
{
    const struct pack_file *a = x, *b = y;
    return strcmp(a->name, b->name);
}

const struct pack_file *pack_file_named(const struct pack *p, const char *name)
{
    const struct pack_file wanted = { .name = name };
    return p->file_count ? bsearch(&wanted, p->files, p->file_count, sizeof *p->files, by_name)
                         : NULL;
}

const char *pack_name_of(const char *file)
{
    const char *name = strstr(file, "/agreements/");
    return name ? name + 1 : file;
}

/* ---- gathering ---- */

struct gathering {
    struct arena *a;
    struct pack_file *list;
    size_t count, room;
};

static bool add_file(struct gathering *g, const char *name, struct slice bytes, struct err *e)
{
    struct pack_file *grown = arena_grow(g->a, g->list, &g->room, g->count, sizeof *grown);
    if (!grown || !name)
        return err_memory(e);
    g->list = grown;
    struct pack_file *f = &grown[g->count];
    *f = (struct pack_file){ .name = name, .bytes = bytes };
    sha256(bytes, f->hash);
    g->count++;
    return true;
}

static bool add_source(struct gathering *g, const struct bundle_source *s, struct err *e)
{
    struct source_names names;
    if (!source_all(s, g->a, &names, e))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        struct slice bytes = { 0 };
        bool found = false;
        if (!s->read(s->ctx, g->a, names.list[i], &bytes, &found, e))
            return false;
        if (found && !add_file(g, names.list[i], bytes, e))
            return false;
    }
    return true;
}

static bool add_schema(struct gathering *g, const char *folder, const char *file, const char *under,
                       struct err *e)
{
    struct slice bytes = { 0 };
    const char *path = arena_format(g->a, "%s/%s", folder, file);
    const char *name = arena_format(g->a, "%s/%s", under, file);
    if (!path || !name)
        return err_memory(e);
    if (!tree_read_file(g->a, path, SOURCE_FILE_BYTES_MAX, &bytes, e))
        return false;
    return add_file(g, name, bytes, e);
}

/* Adds the schema files of a folder, named "UNDER/FILE". A folder that is not there has none. */
static bool add_schemas(struct gathering *g, const char *folder, const char *under, struct err *e)
{
    DIR *dir = opendir(folder);
    bool good = true;
    if (!dir)
        return true;
    for (struct dirent *d = readdir(dir); d && good; d = readdir(dir)) {
        bool is_schema = slice_ends(slice_text(d->d_name), SLICE(".avsc"));
        if (is_schema && d->d_name[0] != '.')
            good = add_schema(g, folder, d->d_name, under, e);
    }
    (void)closedir(dir);
    return good;
}

bool pack_collect(struct arena *a, const struct bundle_source *s, const char *schemas,
                  struct pack *out, struct err *e)
{
    struct gathering g = { .a = a };
    const char *internal = arena_format(a, "%s/internal", schemas);
    if (!internal)
        return err_memory(e);
    if (!add_source(&g, s, e))
        return false;
    if (!add_schemas(&g, schemas, "schemas", e))
        return false;
    if (!add_schemas(&g, internal, "schemas/internal", e))
        return false;
    if (g.count)
        qsort(g.list, g.count, sizeof *g.list, by_name);
    out->files = g.list;
    out->file_count = g.count;
    return true;
}

/* ---- as a source ---- */

static bool packed_read(const void *ctx, struct arena *a, const char *name, struct slice *out,
                        bool *found, struct err *e)
{
    const struct pack_file *f = pack_file_named(ctx, name);
    (void)a;
    *found = f != NULL;
    if (f && f->bytes.n > SOURCE_FILE_BYTES_MAX)
        return err_set(e, ERR_REJECT, "tree.limit", 0, "cannot read '%s': too large", name);
    if (f)
        *out = f->bytes;
    return true;
}

/* Whether it is a *.yaml directly in the folder. */
static bool is_yaml_in(const char *name, const char *folder)
{
    size_t n = strlen(folder);
    bool lies_below = strncmp(name, folder, n) == 0 && name[n] == '/';
    bool is_nested = lies_below && strchr(name + n + 1, '/');
    return lies_below && !is_nested && slice_ends(slice_text(name), SLICE(".yaml"));
}

static bool packed_list(const void *ctx, struct arena *a, const char *folder,
                        struct source_names *out, struct err *e)
{
    const struct pack *p = ctx;
    *out = (struct source_names){ .list = ARENA_ARRAY(a, p->file_count + 1, const char *) };
    if (!out->list)
        return err_memory(e);
    for (size_t i = 0; i < p->file_count; i++)
        if (is_yaml_in(p->files[i].name, folder))
            out->list[out->count++] = p->files[i].name;
    out->found = true; /* a pack has files alone: an empty folder leaves no trace in it */
    return true;
}

struct bundle_source pack_source(const struct pack *p, const char *label)
{
    return (struct bundle_source){ .label = label,
                                   .ctx = p,
                                   .hash = p->hash,
                                   .approvals = p->form == PACK_FORM_SIGNED ? &p->approvals : NULL,
                                   .is_settled =
                                       p->form != PACK_FORM_SIGNED && p->signature_count > 0,
                                   .read = packed_read,
                                   .list = packed_list };
}

/* ---- comparing ---- */

bool pack_same_files(const struct pack *a, const struct pack *b)
{
    bool same = a->file_count == b->file_count;
    for (size_t i = 0; same && i < a->file_count; i++)
        same = strcmp(a->files[i].name, b->files[i].name) == 0 &&
               hash_equal(a->files[i].hash, b->files[i].hash);
    return same;
}

bool pack_has_schemas(const struct pack *p, const struct catalogue *c, struct err *e)
{
    struct slice *files = mem_alloc((p->file_count + 1) * sizeof *files);
    uint8_t hash[HASH_BYTES];
    size_t n = 0;
    if (!files)
        return err_memory(e);
    for (size_t i = 0; i < p->file_count; i++)
        if (strncmp(p->files[i].name, "schemas/", 8) == 0)
            files[n++] = p->files[i].bytes;
    sha256_slices(files, n, hash);
    mem_free(files);
    return hash_equal(hash, catalogue_hash(c)) ||
           err_set(e, ERR_REJECT, "pack.schemas", 0,
                   "cannot use the bundle: its schemas are not those of this program");
}
