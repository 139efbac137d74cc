/* scratch.h - a directory of its own for each test, removed with what is in it. */
#ifndef CONCORDAT_TESTS_SCRATCH_H
#define CONCORDAT_TESTS_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SCRATCH_ROOM ((uint64_t)2 << 30) /* bytes; the suites of all rooms at once need less */

struct scratch {
    char dir[64], path[512];
};

/* In memory where the system has room for files there: a bus and a spool sync each commit, as the
 * product does, and what a test shows is not what the disk takes for it. Else in /tmp. */
static inline void scratch_make(struct scratch *s)
{
    struct statvfs v;
    bool has_room = access("/dev/shm", W_OK) == 0 && statvfs("/dev/shm", &v) == 0 &&
                    (uint64_t)v.f_bavail * v.f_frsize >= SCRATCH_ROOM;
    snprintf(s->dir, sizeof s->dir, "%s/concordat-test-XXXXXX", has_room ? "/dev/shm" : "/tmp");
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

/* Goes on past what somebody else has removed meanwhile. */
static inline int scratch_remove_one(const char *path, const struct stat *st, int kind,
                                     struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    (void)remove(path);
    return 0;
}

static inline void scratch_remove(struct scratch *s)
{
    (void)nftw(s->dir, scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
