/* temp_file.c - temporary files, their locks, and what was left of them. */
#include "host/temp_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether the name still means the file that was opened: another may have deleted or renamed it. */
static bool name_is_of(int folder, const char *name, int fd)
{
    struct stat here, opened;
    return fstat(fd, &opened) == 0 && fstatat(folder, name, &here, AT_SYMLINK_NOFOLLOW) == 0 &&
           here.st_ino == opened.st_ino && here.st_dev == opened.st_dev;
}

static void lock_file(int fd)
{
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR)
        ;
}

int temp_file_open(int folder, const char *name, unsigned mode)
{
    for (;;) {
        int fd = openat(folder, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
        if (fd < 0)
            return -1;
        lock_file(fd);
        if (!name_is_of(folder, name, fd)) {
            (void)close(fd);
            continue;
        }
        if (ftruncate(fd, 0) == 0)
            return fd;
        int number = errno;
        (void)close(fd);
        errno = number;
        return -1;
    }
}

bool temp_file_write(int fd, struct slice bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno != EINTR)
            return false;
        bytes = slice_from(bytes, n > 0 ? (size_t)n : 0);
    }
    return true;
}

/* Deletes a temporary file that its writer has left. Whether it did. */
static bool sweep_one(int folder, const char *name)
{
    struct stat st;
    int fd = openat(folder, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool is_ours = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid();
    bool is_left = is_ours && flock(fd, LOCK_EX | LOCK_NB) == 0; /* nobody writes it any more */
    is_left = is_left && name_is_of(folder, name, fd);
    bool is_gone = is_left && unlinkat(folder, name, 0) == 0;
    (void)close(fd);
    return is_gone;
}

size_t temp_file_sweep(int folder, bool (*is_ours)(const void *ctx, const char *name),
                       const void *ctx)
{
    size_t n = 0;
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        if (fd >= 0)
            (void)close(fd);
        return 0;
    }
    for (const struct dirent *entry = readdir(d); entry; entry = readdir(d)) {
        if (is_ours(ctx, entry->d_name) && sweep_one(folder, entry->d_name))
            n++;
    }
    (void)closedir(d);
    return n;
}
