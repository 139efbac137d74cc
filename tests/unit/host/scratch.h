/* scratch.h - a directory of its own for each test, removed with what is in it. */
#ifndef CONCORDAT_TESTS_SCRATCH_H
#define CONCORDAT_TESTS_SCRATCH_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct scratch {
    char dir[64], path[512];
};

static inline void scratch_make(struct scratch *s)
{
    snprintf(s->dir, sizeof s->dir, "/tmp/concordat-test-XXXXXX");
    if (!mkdtemp(s->dir))
        abort();
}

/* "dir/name"; lives until the next call. */
static inline const char *scratch_path(struct scratch *s, const char *name)
{
    snprintf(s->path, sizeof s->path, "%s/%s", s->dir, name);
    return s->path;
}

static inline void scratch_write(struct scratch *s, const char *name, const void *p, size_t n,
                                 mode_t mode)
{
    int fd = open(scratch_path(s, name), O_WRONLY | O_CREAT | O_TRUNC, mode);
    if (fd < 0 || write(fd, p, n) != (ssize_t)n || fchmod(fd, mode) < 0)
        abort();
    close(fd);
}

static inline void scratch_remove(struct scratch *s)
{
    DIR *dir = opendir(s->dir);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (unlink(scratch_path(s, entry->d_name)) < 0)
            rmdir(s->path); /* "." and ".." refuse */
    if (dir)
        closedir(dir);
    rmdir(s->dir);
}

#endif
