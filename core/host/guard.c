/* guard.c - process and folder as they should be for who holds keys. */
#include "host/guard.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

void guard_process(void)
{
    const struct rlimit none = { 0, 0 };
    (void)setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void guard_keep(const void *p, size_t n)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)p & ~(page - 1);
    size_t bytes = ((uintptr_t)p + n - from + page - 1) & ~(page - 1);
    (void)mlock((const void *)from, bytes);
    (void)madvise((void *)from, bytes, MADV_DONTDUMP);
}

bool guard_folder_is_open(const char *path, unsigned *mode)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return false;
    *mode = st.st_mode & 07777;
    return S_ISDIR(st.st_mode) && (st.st_mode & 077);
}

bool guard_folder(const char *path, const char *code, struct err *e)
{
    unsigned mode;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return err_errno(e, ERR_FATAL, code, errno, "cannot make", path);
    return !guard_folder_is_open(path, &mode) ||
           err_set(e, ERR_FATAL, code, 0,
                   "cannot use '%s': others may look or write into it (mode %04o): chmod 700 %s",
                   path, mode, path);
}

/* False: it cannot be looked at; then neither can the file be opened. */
static bool look_at_place_of(const char *file, char folder[PATH_MAX], struct stat *st)
{
    const char *slash = strrchr(file, '/');
    int n =
        snprintf(folder, PATH_MAX, "%.*s", slash ? (int)(slash - file) + 1 : 1, slash ? file : ".");
    return n >= 0 && n < PATH_MAX && stat(folder, st) == 0;
}

bool guard_place_of(const char *file, struct err *e)
{
    char folder[PATH_MAX];
    struct stat st;
    if (!look_at_place_of(file, folder, &st))
        return true;
    bool is_open = (st.st_mode & 022) && !(st.st_mode & S_ISVTX);
    return !is_open || err_set(e, ERR_FATAL, "key.folder", 0,
                               "cannot use '%s': others may put another in its place (mode %04o): "
                               "chmod go-w %s",
                               file, (unsigned)st.st_mode & 07777, folder);
}

bool guard_database(const char *file, const char *code, struct err *e)
{
    char folder[PATH_MAX];
    struct stat st;
    if (look_at_place_of(file, folder, &st) && (st.st_mode & 022))
        return err_set(e, ERR_FATAL, code, 0,
                       "cannot use '%s': others may put files beside it (mode %04o): chmod go-w %s",
                       file, (unsigned)st.st_mode & 07777, folder);
    return stat(file, &st) != 0 || !(st.st_mode & 022) ||
           err_set(e, ERR_FATAL, code, 0,
                   "cannot use '%s': others may change it (mode %04o): chmod go-w %s", file,
                   (unsigned)st.st_mode & 07777, file);
}
