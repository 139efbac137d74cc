/* source.h - where a bundle's files come from: a folder, or a packed file in memory (pack.h).
 *
 * One loader reads both, so that what was checked in a folder is what is read from the pack.
 * Names are relative, "region.yaml" or "agreements/NAME.yaml". Threads: any; reads only. */
#ifndef CONCORDAT_SHARING_LOAD_SOURCE_H
#define CONCORDAT_SHARING_LOAD_SOURCE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

#define SOURCE_FILES_MAX 1000
#define SOURCE_BYTES_MAX ((size_t)64 << 20) /* of all files together */
#define SOURCE_FILE_BYTES_MAX ((size_t)16 << 20)

struct source_names {
    const char **list; /* "folder/name.yaml", sorted by bytes */
    size_t count;
    bool found; /* the folder is there, be it empty */
};

struct signed_approvals; /* pack.h */

struct bundle_source {
    const char *label; /* problems name their files as label/name */
    const void *ctx;
    const uint8_t
        *hash; /* the bundle's, where it has one of its own (a pack); NULL: of its files */
    const struct signed_approvals
        *approvals;  /* of a signed bundle: they alone put agreements in force, never what a file
                        says of itself (approved_by); NULL: what the files say counts */
    bool is_settled; /* signed before agreements were: in force, and not asked what is asked now */
    /* A file's bytes, in a or borrowed for as long as ctx. *found false: there is none. */
    bool (*read)(const void *ctx, struct arena *a, const char *name, struct slice *out, bool *found,
                 struct err *e);
    /* The *.yaml directly below a folder. */
    bool (*list)(const void *ctx, struct arena *a, const char *folder, struct source_names *out,
                 struct err *e);
};

/* folder is borrowed. Errors: tree.open, tree.limit, bundle.limit, bundle.folder. */
struct bundle_source source_folder(const char *folder);

/* Every file that belongs to a bundle: region.yaml, facts.yaml, aliases.yaml where there is one,
 * and those of its folders; sorted by name. In a. */
MUST_CHECK bool source_all(const struct bundle_source *s, struct arena *a, struct source_names *out,
                           struct err *e);

/* Whether a file of that name belongs to a bundle. */
bool source_is_file(const char *name);

/* The folders a bundle has; the first two it must have. NULL-terminated. */
extern const char *const source_folders[];

#endif
