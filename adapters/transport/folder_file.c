/* folder_file.c - whether a file is as it was seen, and for how long it has been.
 *
 * Its own time (mtime) is whatever who writes it says, so it is at most one sign of three; the
 * system's (ctime) nobody sets. How long a file has been still is counted by our clock, from when
 * we saw it: the clock of a share's server may be another. */
#include "base/clock.h"
#include "transport/folder_state.h"

#define NS_PER_MS 1000000

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool folder_file_has_grown(const struct folder_file *f, const struct stat *st)
{
    return f->size != st->st_size || !is_same_time(&f->written, &st->st_mtim);
}

bool folder_file_is_as_before(const struct folder_file *f, const struct stat *st)
{
    return f->inode == st->st_ino && !folder_file_has_grown(f, st) &&
           is_same_time(&f->changed, &st->st_ctim);
}

void folder_file_note(struct folder_file *f, const struct stat *st, int64_t now_ns)
{
    bool is_new = f->still_since_ns < 0;
    f->seen = true;
    if (!is_new && folder_file_is_as_before(f, st))
        return;
    f->lay_there = f->lay_there && is_new;
    f->inode = st->st_ino;
    f->size = st->st_size;
    f->written = st->st_mtim;
    f->changed = st->st_ctim;
    f->still_since_ns = now_ns;
    f->not_before_ns = 0;
}

bool folder_file_is_still(const struct folder_file *f, int64_t settle_ms, int64_t now_ns,
                          int64_t wall_ms, int64_t *wait_ns)
{
    int64_t changed_ms = (int64_t)f->changed.tv_sec * 1000 + f->changed.tv_nsec / NS_PER_MS;
    int64_t left = f->still_since_ns + settle_ms * NS_PER_MS - now_ns;
    if (f->lay_there && wall_ms - changed_ms >= settle_ms)
        left = 0;
    if (f->not_before_ns - now_ns > left)
        left = f->not_before_ns - now_ns;
    *wait_ns = left > 0 ? left : 0;
    return left <= 0;
}
