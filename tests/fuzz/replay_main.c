/* replay_main.c - runs a fuzz target over every file of the folders given: its corpus as an
 * ordinary test, with any compiler. Exit 1 when there was nothing to run. */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct buf b;
    if (!f)
        return false;
    buf_init(&b, (size_t)64 * 1024 * 1024);
    for (size_t n = 1; n > 0;) {
        uint8_t *to = buf_reserve(&b, 65536);
        n = to ? fread(to, 1, 65536, f) : 0;
        b.n += n;
    }
    fclose(f);
    (void)LLVMFuzzerTestOneInput(b.p, b.n);
    buf_release(&b);
    return true;
}

static int run_folder(const char *folder)
{
    int count = 0;
    DIR *d = opendir(folder);
    for (struct dirent *entry; d && (entry = readdir(d)) != NULL;) {
        char path[4096];
        struct stat st;
        int n = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (n > 0 && (size_t)n < sizeof path && stat(path, &st) == 0 && S_ISREG(st.st_mode))
            count += run_file(path);
    }
    if (d)
        closedir(d);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++)
        count += run_folder(argv[i]);
    printf("%d files\n", count);
    return count > 0 ? 0 : 1;
}
