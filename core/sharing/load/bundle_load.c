/* bundle_load.c - loads the files of a bundle from their source and compiles them. */
#include "sharing/load/bundle_load.h"

#include "sharing/load/load.h"

static bool remember_bytes(struct loader *l, struct slice s)
{
    struct slice *grown =
        arena_grow(l->reader.arena, l->hashed, &l->hashed_room, l->hashed_count, sizeof s);
    if (!grown)
        return strict_memory(&l->reader);
    l->hashed = grown;
    l->hashed[l->hashed_count++] = s;
    return true;
}

/* Reads one file of the source; its name and bytes enter the hash. NULL with a problem, or when it
 * is not there and need not be. */
static const struct node *read_yaml(struct loader *l, const char *name, bool must)
{
    const char *path = arena_format(l->reader.arena, "%s/%s", l->source->label, name);
    struct node *root = NULL;
    struct slice bytes = { 0 };
    struct err e = { 0 };
    bool found = false;
    if (!path) {
        (void)strict_memory(&l->reader);
        return NULL;
    }
    bool is_read = l->source->read(l->source->ctx, l->reader.arena, name, &bytes, &found, &e);
    bool is_absent = is_read && !found;
    if (is_absent && must)
        (void)problems_say(l->reader.problems, "tree.open", path, 0, 0,
                           "cannot open '%s': No such file or directory", path);
    if (is_absent)
        return NULL;
    if (!is_read || !tree_yaml(l->reader.arena, bytes, path, &root, &e)) {
        problems_add(l->reader.problems, &e);
        return NULL;
    }
    if (remember_bytes(l, slice_of(name, strlen(name) + 1)))
        (void)remember_bytes(l, bytes);
    if (root && root->kind == NODE_MAP)
        return root;
    (void)problems_say(l->reader.problems, "bundle.shape", path, 1, 1,
                       "this file must be a map: lines of the form 'key: value'");
    return NULL;
}

/* The files of one folder, in the order of their names. */
static void load_folder_files(struct loader *l, const char *folder, bool must,
                              void (*load)(struct loader *l, const struct node *root))
{
    const char *path = arena_format(l->reader.arena, "%s/%s", l->source->label, folder);
    struct source_names names = { .count = 0 };
    struct err e = { 0 };
    if (!path) {
        (void)strict_memory(&l->reader);
        return;
    }
    if (!l->source->list(l->source->ctx, l->reader.arena, folder, &names, &e))
        (void)problems_say(l->reader.problems, e.code, path, 0, 0, "%s", e.text);
    else if (!names.found && must)
        (void)problems_say(l->reader.problems, "bundle.folder", path, 0, 0,
                           "cannot read this folder");
    for (size_t i = 0; i < names.count; i++) {
        const struct node *root = read_yaml(l, names.list[i], true);
        if (root)
            load(l, root);
    }
}

/* Numbers every kind of every schema through. */
static bool number_kinds(struct loader *l)
{
    const struct catalogue *c = l->bundle->catalogue;
    size_t n = catalogue_count(c);
    uint32_t *base = ARENA_ARRAY(l->reader.arena, n + 1, uint32_t);
    const struct schema **schemas = ARENA_ARRAY(l->reader.arena, n + 1, const struct schema *);
    if (!base || !schemas)
        return strict_memory(&l->reader);
    for (size_t i = 0; i < n; i++) {
        schemas[i] = catalogue_at(c, i);
        base[i + 1] = base[i] + (uint32_t)schemas[i]->kind_count;
    }
    l->compiled->schemas = schemas;
    l->compiled->kind_base = base;
    l->compiled->kind_count = base[n];
    return true;
}

static void collect_purposes(struct loader *l)
{
    struct slice *list = ARENA_ARRAY(l->reader.arena, l->bundle->agreement_count + 1, struct slice);
    struct words *w = &l->compiled->purposes;
    if (!list) {
        (void)strict_memory(&l->reader);
        return;
    }
    w->list = list;
    for (size_t i = 0; i < l->bundle->agreement_count; i++)
        if (!words_have(w, l->bundle->agreements[i].purpose))
            list[w->count++] = l->bundle->agreements[i].purpose;
}

static void hash_all(struct loader *l)
{
    const struct catalogue *c = l->bundle->catalogue;
    if (l->source->hash)
        memcpy(l->bundle->hash, l->source->hash, HASH_BYTES);
    else if (remember_bytes(l, slice_of(catalogue_hash(c), HASH_BYTES)))
        sha256_slices(l->hashed, l->hashed_count, l->bundle->hash);
}

static const struct strict_codes codes = { .key = "bundle.key",
                                           .missing = "bundle.missing",
                                           .shape = "bundle.shape",
                                           .word = "bundle.word",
                                           .number = "bundle.number" };

const struct bundle *bundle_load_from(struct arena *a, const struct bundle_source *source,
                                      const struct catalogue *c, struct problems *p)
{
    struct loader l = { .reader = { a, p, &codes, source->label }, .source = source };
    size_t before = p->count;
    l.bundle = ARENA_NEW(a, struct bundle);
    l.compiled = ARENA_NEW(a, struct compiled);
    if (!l.bundle || !l.compiled) {
        (void)strict_memory(&l.reader);
        return NULL;
    }
    l.bundle->catalogue = c;
    l.bundle->compiled = l.compiled;
    l.carved = ARENA_ARRAY(a, CATEGORIES_MAX, struct carved);
    if (!l.carved) {
        (void)strict_memory(&l.reader);
        return NULL;
    }
    l.compiled->carved = l.carved;
    if (!number_kinds(&l))
        return NULL;
    const struct node *region = read_yaml(&l, "region.yaml", true);
    if (region)
        load_region(&l, region);
    const struct node *facts = read_yaml(&l, "facts.yaml", true);
    if (facts)
        load_facts(&l, facts);
    load_folder_files(&l, "agreements", true, load_agreement);
    load_folder_files(&l, "extensions", false, load_extension);
    load_folder_files(&l, "stops", false, load_stop);
    load_succession(&l);
    collect_purposes(&l);
    load_folder_files(&l, "prohibitions", true, load_prohibitions);
    const struct node *aliases = read_yaml(&l, "aliases.yaml", false);
    if (aliases)
        load_aliases(&l, aliases);
    hash_all(&l);
    if (p->count > before || p->lost)
        return NULL;
    if (!load_portions(&l) || !load_compile(&l))
        return NULL;
    return l.bundle;
}

const struct bundle *bundle_load(struct arena *a, const char *folder, const struct catalogue *c,
                                 struct problems *p)
{
    const struct bundle_source source = source_folder(folder);
    return bundle_load_from(a, &source, c, p);
}
