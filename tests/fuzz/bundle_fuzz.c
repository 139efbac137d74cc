/* bundle_fuzz.c - any bytes as one file of a bundle: problems, each with code and words, or a
 * bundle.
 *
 * The first byte says which file of the example they stand for; the others are read as they are. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/tree.h"
#include "sharing/bundle.h"

#define SCRATCH_MAX ((size_t)256 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const files[] = {
    "region.yaml",
    "facts.yaml",
    "agreements/hospital-discharge.yaml",
    "prohibitions/restricted.yaml",
};
#define FILE_COUNT (sizeof files / sizeof files[0])

static struct arena process, scratch;
static const struct catalogue *catalogue;
static struct slice originals[FILE_COUNT];
static char folder[64];

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

static void write_file(const char *name, struct slice bytes)
{
    const char *path = arena_format(&scratch, "%s/%s", folder, name);
    FILE *out = fopen(path, "wb");
    must(out && fwrite(bytes.p, 1, bytes.n, out) == bytes.n && fclose(out) == 0, "cannot write");
}

static void remove_folder(void)
{
    for (size_t i = 0; i < FILE_COUNT; i++)
        (void)unlink(arena_format(&scratch, "%s/%s", folder, files[i]));
    (void)rmdir(arena_format(&scratch, "%s/agreements", folder));
    (void)rmdir(arena_format(&scratch, "%s/prohibitions", folder));
    (void)rmdir(folder);
}

static void prepare(void)
{
    struct problems p = { .count = 0 };
    struct err e = { .fate = ERR_NONE };
    arena_init(&process, SCRATCH_MAX);
    arena_init(&scratch, SCRATCH_MAX);
    catalogue = catalogue_load(&process, SOURCE_DIR "/schemas", &p);
    must(catalogue != NULL, "the schemas do not load");
    (void)snprintf(folder, sizeof folder, "/tmp/concordat-fuzz-XXXXXX");
    must(mkdtemp(folder) != NULL, "no folder");
    (void)mkdir(arena_format(&process, "%s/agreements", folder), 0700);
    (void)mkdir(arena_format(&process, "%s/prohibitions", folder), 0700);
    for (size_t i = 0; i < FILE_COUNT; i++) {
        const char *path = arena_format(&process, SOURCE_DIR "/deploy/example/%s", files[i]);
        must(tree_read_file(&process, path, 1u << 20, &originals[i], &e), "no example");
        write_file(files[i], originals[i]);
    }
    (void)atexit(remove_folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!catalogue)
        prepare();
    if (size == 0)
        return 0;
    arena_reset(&scratch);
    size_t which = data[0] % FILE_COUNT;
    struct problems p = { .count = 0 };
    write_file(files[which], slice_of(data + 1, size - 1));
    const struct bundle *b = bundle_load(&scratch, folder, catalogue, &p);
    must(b != NULL || p.count > 0 || p.lost, "refused without a problem");
    must(b == NULL || p.count == 0, "loaded with a problem");
    for (size_t i = 0; i < p.count; i++)
        must(p.list[i].code != NULL && p.list[i].text[0] != '\0',
             "a problem without code or words");
    problems_release(&p);
    write_file(files[which], originals[which]);
    return 0;
}
