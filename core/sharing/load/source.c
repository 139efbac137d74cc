/* source.c - the files of a bundle in a folder, and the list of all that belong to one. */
#include "sharing/load/source.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/tree.h"

const char *const source_folders[] = { "agreements", "prohibitions", "extensions", "stops", NULL };
static const char *const single_files[] = { "region.yaml", "facts.yaml", "aliases.yaml" };

static int compare_file_names(const void *a, const void *b)
{
    const char *const *left = a, *const *right = b;
    return strcmp(*left, *right);
}

static bool is_yaml(const char *name)
{
    return name[0] != '.' && slice_ends(slice_text(name), SLICE(".yaml")) && strlen(name) > 5;
}

static bool folder_read(const void *ctx, struct arena *a, const char *name, struct slice *out,
                        bool *found, struct err *e)
{
    const char *folder = ctx;
    const char *path = arena_format(a, "%s/%s", folder, name);
    if (!path)
        return err_memory(e);
    *found = access(path, F_OK) == 0 || errno != ENOENT;
    if (!*found)
        return true;
    return tree_read_file(a, path, SOURCE_FILE_BYTES_MAX, out, e);
}

static bool add_file_name(struct arena *a, const char *folder, const char *name,
                          struct source_names *out, struct err *e)
{
    if (out->count == SOURCE_FILES_MAX)
        return err_set(e, ERR_REJECT, "bundle.limit", 0, "the bundle has more than %d files",
                       SOURCE_FILES_MAX);
    out->list[out->count] = arena_format(a, "%s/%s", folder, name);
    if (!out->list[out->count])
        return err_memory(e);
    out->count++;
    return true;
}

static bool folder_list(const void *ctx, struct arena *a, const char *folder,
                        struct source_names *out, struct err *e)
{
    const char *path = arena_format(a, "%s/%s", (const char *)ctx, folder);
    *out = (struct source_names){ .list = ARENA_ARRAY(a, SOURCE_FILES_MAX, const char *) };
    if (!path || !out->list)
        return err_memory(e);
    DIR *dir = opendir(path);
    if (!dir && errno == ENOENT)
        return true;
    if (!dir)
        return err_set(e, ERR_REJECT, "bundle.folder", 0, "cannot read this folder");
    out->found = true;
    bool done = true;
    for (struct dirent *entry = readdir(dir); entry && done; entry = readdir(dir))
        if (is_yaml(entry->d_name))
            done = add_file_name(a, folder, entry->d_name, out, e);
    (void)closedir(dir);
    qsort(out->list, out->count, sizeof *out->list, compare_file_names);
    return done;
}

struct bundle_source source_folder(const char *folder)
{
    return (struct bundle_source){
        .label = folder, .ctx = folder, .read = folder_read, .list = folder_list
    };
}

bool source_is_file(const char *name)
{
    for (size_t i = 0; i < sizeof single_files / sizeof single_files[0]; i++)
        if (strcmp(name, single_files[i]) == 0)
            return true;
    for (const char *const *folder = source_folders; *folder; folder++) {
        size_t n = strlen(*folder);
        bool is_within = strncmp(name, *folder, n) == 0 && name[n] == '/';
        if (!is_within)
            continue;
        const char *rest = name + n + 1;
        return !strchr(rest, '/') && is_yaml(rest);
    }
    return false;
}

static bool add_folder(const struct bundle_source *s, struct arena *a, const char *folder,
                       struct source_names *out, struct err *e)
{
    struct source_names one;
    if (!s->list(s->ctx, a, folder, &one, e))
        return false;
    if (out->count + one.count > SOURCE_FILES_MAX)
        return err_set(e, ERR_REJECT, "bundle.limit", 0, "the bundle has more than %d files",
                       SOURCE_FILES_MAX);
    for (size_t i = 0; i < one.count; i++)
        out->list[out->count++] = one.list[i];
    return true;
}

bool source_all(const struct bundle_source *s, struct arena *a, struct source_names *out,
                struct err *e)
{
    const size_t singles = sizeof single_files / sizeof single_files[0];
    *out =
        (struct source_names){ ARENA_ARRAY(a, SOURCE_FILES_MAX + singles, const char *), 0, true };
    if (!out->list)
        return err_memory(e);
    for (const char *const *folder = source_folders; *folder; folder++)
        if (!add_folder(s, a, *folder, out, e))
            return false;
    for (size_t i = 0; i < singles; i++) {
        struct slice unused;
        bool found = false;
        if (!s->read(s->ctx, a, single_files[i], &unused, &found, e))
            return false;
        if (found)
            out->list[out->count++] = single_files[i];
    }
    qsort(out->list, out->count, sizeof *out->list, compare_file_names);
    return true;
}
