/* site_share.c - where the program's data (schemas, systems) lies. */
#include "site/site.h"

#include <stdlib.h>
#include <unistd.h>

const char *site_share(struct arena *a)
{
    const char *told = getenv("CONCORDAT_SHARE");
    if (told && *told)
        return arena_text(a, slice_text(told));
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path);
    if (n <= 0 || (size_t)n >= sizeof path)
        return "/usr/share/concordat";
    struct slice program = slice_of(path, (size_t)n);
    for (int up = 0; up < 2; up++) { /* PREFIX/bin/concordat */
        while (program.n && program.p[program.n - 1] != '/')
            program.n--;
        if (program.n)
            program.n--; /* the slash */
    }
    return arena_format(a, "%.*s/share/concordat", (int)program.n, (const char *)program.p);
}
