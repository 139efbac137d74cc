/* folder_in.c - the inbox: see what is there, take what is still, put it away.
 *
 * The table of files is sorted by name; a scan brings it up to date. Nothing is waited for blindly:
 * one poll sleeps until inotify speaks, stop() is called, or the next file will have settled. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ids.h"
#include "host/log.h"
#include "transport/folder_state.h"

#define TURN_FILES 16
#define TURN_BYTES ((size_t)16 * 1024 * 1024)
#define FILES_MAX 100000
#define NS_PER_MS 1000000
/* Where inotify tells nothing (network shares) this finds what came. */
#define RESCAN_NS ((int64_t)5 * 1000 * NS_PER_MS)

static const struct log_who who = { "transport", "folder" };

/* One turn: what is read, where it came from, what became of it. */
struct haul {
    struct arena a;
    struct arrival in[TURN_FILES];
    struct answer out[TURN_FILES];
    struct folder_file *from[TURN_FILES];
    size_t count, bytes;
};

static int by_file_name(const void *a, const void *b)
{
    const struct folder_file *x = a, *y = b;
    return strcmp(x->name, y->name);
}

/* `known`: how many files stand sorted at the table's start. */
static struct folder_file *find_in_table(const struct folder *s, size_t known, const char *name)
{
    size_t low = 0, high = known;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(s->files[middle].name, name);
        if (order == 0)
            return &s->files[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static struct folder_file *append_file(struct folder *s, const char *name)
{
    if (s->count >= FILES_MAX)
        return NULL; /* the others come when these are done */
    void *files = s->files;
    if (!mem_room(&files, &s->room, s->count, sizeof *s->files))
        return NULL;
    s->files = files;
    struct folder_file *f = &s->files[s->count++];
    *f = (struct folder_file){ .still_since_ns = -1, .lay_there = !s->has_looked };
    snprintf(f->name, sizeof f->name, "%s", name);
    return f;
}

static void look_at_name(struct folder *s, size_t known, const char *name, int64_t now_ns)
{
    struct stat st;
    bool is_wanted = fnmatch(s->pattern, name, FNM_CASEFOLD) == 0;
    if (!is_wanted || folder_is_in_the_making(s, name))
        return;
    if (fstatat(s->inbox, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
        return;
    struct folder_file *f = find_in_table(s, known, name);
    if (!f)
        f = append_file(s, name);
    if (f)
        folder_file_note(f, &st, now_ns);
}

/* Files that went away leave the table. */
static void drop_unseen(struct folder *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->files[i].seen)
            s->files[kept++] = s->files[i];
    s->count = kept;
    if (kept > 0)
        qsort(s->files, kept, sizeof *s->files, by_file_name);
}

static bool scan_inbox(struct folder *s, struct err *e)
{
    int fd = openat(s->inbox, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        int why = errno;
        if (fd >= 0)
            close(fd);
        return err_errno(e, ERR_FATAL, "folder.open", why, "cannot read folder", s->read);
    }
    int64_t now_ns = clock_mono_ns();
    size_t known = s->count;
    for (size_t i = 0; i < known; i++)
        s->files[i].seen = false;
    for (const struct dirent *entry = readdir(d); entry; entry = readdir(d))
        look_at_name(s, known, entry->d_name, now_ns);
    closedir(d);
    drop_unseen(s);
    s->has_looked = true;
    return true;
}

static bool read_whole(int fd, uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t got = read(fd, p, n);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        if (got > 0) {
            p += got;
            n -= (size_t)got;
        }
    }
    return true;
}

/* Reads a file that is as the scan saw it, before and after. False: it is left for the next
 * round. */
static bool read_still_file(struct folder *s, struct folder_file *f, struct arena *a,
                            struct slice *out)
{
    struct stat st;
    int fd = openat(s->inbox, f->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        f->unread = errno;
        return false;
    }
    f->unread = 0;
    size_t n = (size_t)f->size;
    uint8_t *p = arena_alloc(a, n);
    bool good = p && fstat(fd, &st) == 0;
    good = good && folder_file_is_as_before(f, &st);
    good = good && !folder_is_being_written(s, f->name, fd, &st);
    good = good && read_whole(fd, p, n);
    good = good && fstat(fd, &st) == 0;
    good = good && folder_file_is_as_before(f, &st);
    close(fd);
    *out = slice_of(p, n);
    return good;
}

static void hand_haul_up(struct folder *s, struct haul *h, struct intake up)
{
    if (h->count > 0) {
        up.take(up.ctx, h->in, h->out, h->count);
        for (size_t i = 0; i < h->count; i++)
            folder_put_away(s, h->from[i], &h->out[i]);
        fsync(s->inbox);
    }
    h->count = h->bytes = 0;
    arena_reset(&h->a);
}

static void refuse_large_file(struct folder *s, struct folder_file *f)
{
    struct err why = { .fate = ERR_NONE };
    err_set(&why, ERR_REJECT, "folder.size", 0, "cannot take a file larger than 'size_max'");
    log_err(LOG_WARN, &who, &why);
    struct answer answer = { .fate = ANSWER_REFUSED, .why = &why };
    folder_put_away(s, f, &answer);
}

/* Files that are to come again shorten the wait for the next round. */
static void wait_for_retries(const struct folder *s, int64_t *wait_ns)
{
    int64_t now_ns = clock_mono_ns();
    for (size_t i = 0; i < s->count; i++) {
        int64_t left = s->files[i].not_before_ns - now_ns;
        if (s->files[i].not_before_ns > 0 && left < *wait_ns)
            *wait_ns = left > 0 ? left : 0;
    }
}

/* Takes every file that is still, in turns. *wait_ns: how long until the next one is. */
static void take_still(struct folder *s, struct haul *h, struct intake up, int64_t *wait_ns)
{
    *wait_ns = RESCAN_NS;
    for (size_t i = 0; i < s->count; i++) {
        struct folder_file *f = &s->files[i];
        int64_t wait = 0;
        if (!folder_file_is_still(f, s->settle_ms, clock_mono_ns(), clock_wall_ms(), &wait)) {
            *wait_ns = wait < *wait_ns ? wait : *wait_ns;
            continue;
        }
        if (f->size > s->size_max) {
            refuse_large_file(s, f);
            continue;
        }
        if (h->count == TURN_FILES || h->bytes + (size_t)f->size > TURN_BYTES)
            hand_haul_up(s, h, up);
        if (waker_is_awake(&s->wake))
            break;
        struct arrival *in = &h->in[h->count];
        if (!read_still_file(s, f, &h->a, &in->bytes)) {
            f->still_since_ns = clock_mono_ns();
            f->not_before_ns = f->still_since_ns + s->retry_ms * NS_PER_MS;
            *wait_ns = s->retry_ms * NS_PER_MS < *wait_ns ? s->retry_ms * NS_PER_MS : *wait_ns;
            continue;
        }
        in->name = slice_text(f->name);
        in->sender = slice_text(NULL);
        h->bytes += in->bytes.n;
        h->from[h->count++] = f;
    }
    hand_haul_up(s, h, up);
    wait_for_retries(s, wait_ns);
}

/* Sleeps until something may have changed. False: stop() was called. A file that goes on being
 * written is no reason to look: its end will be. */
static bool wait_for_change(struct folder *s, int64_t wait_ns)
{
    int64_t end_ns = clock_mono_ns() + wait_ns;
    enum waited how;
    do
        how = waker_wait(&s->wake, s->watch, POLLIN, end_ns);
    while (how == WAITED_READY && !folder_hear(s) && clock_mono_ns() < end_ns);
    return how != WAITED_AWAKE;
}

/* Whether somebody has to do something about a file. One that went away is none; where the system
 * has run out of something, that passes. */
static bool is_unreadable(const struct folder_file *f)
{
    return f->unread != 0 && f->unread != ENOENT && !err_is_shortage(f->unread);
}

/* Sets *e where a file cannot be read, also one that this look did not try, since it waits for its
 * time. Whoever sent it sees it lie there and cannot know why, so the feed says it. */
static void find_unreadable(const struct folder *s, struct err *e)
{
    char masked[16], whose[64];
    for (size_t i = 0; i < s->count; i++) {
        const struct folder_file *f = &s->files[i];
        if (!is_unreadable(f))
            continue;
        id_masked(slice_text(f->name), masked);
        snprintf(whose, sizeof whose, "cannot read the file '%s' in", masked);
        err_errno(e, ERR_FATAL, "folder.unreadable", f->unread, whose, "the inbox");
        return;
    }
}

/* Looks at the folder once. Where the system has run out of something, or the inbox is gone, that
 * may pass: the next look comes soon. */
static void look_once(struct folder *s, struct haul *h, struct intake up, int64_t *wait_ns)
{
    struct err e = { .fate = ERR_NONE };
    bool looked = folder_place_look(s, &e);
    if (looked)
        folder_look_back(s);
    looked = looked && scan_inbox(s, &e);
    if (looked) {
        folder_let_old_go(s);
        take_still(s, h, up, wait_ns);
        find_unreadable(s, &e);
        intake_fetched(&up, e.fate == ERR_NONE ? NULL : &e, *wait_ns / NS_PER_MS);
    } else {
        *wait_ns = s->retry_ms * NS_PER_MS < RESCAN_NS ? s->retry_ms * NS_PER_MS : RESCAN_NS;
        intake_fetched(&up, &e, *wait_ns / NS_PER_MS);
    }
}

bool folder_run(struct folder *s, struct intake up, struct err *e)
{
    struct haul *h = mem_alloc(sizeof *h);
    if (!h)
        return err_memory(e);
    arena_init(&h->a, TURN_BYTES + (size_t)s->size_max);
    int64_t wait_ns = 0;
    do {
        folder_hear(s);
        look_once(s, h, up, &wait_ns);
    } while (wait_for_change(s, wait_ns));
    arena_release(&h->a);
    mem_free(h);
    return true;
}
