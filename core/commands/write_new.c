/* write_new.c - a new file, whole and durable. */
#include "commands/write_new.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool write_new(const char *path, struct slice bytes, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return err_errno(e, ERR_FATAL, "bundle.write", errno, "cannot make", path);
    size_t at = 0;
    ssize_t n = 1;
    while (at < bytes.n && n > 0) {
        n = write(fd, bytes.p + at, bytes.n - at);
        at += n > 0 ? (size_t)n : 0;
    }
    int number = errno;
    bool good = at == bytes.n && fsync(fd) == 0;
    good = close(fd) == 0 && good;
    if (good)
        return true;
    (void)unlink(path);
    return err_errno(e, ERR_FATAL, "bundle.write", number, "cannot write", path);
}
