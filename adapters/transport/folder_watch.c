/* folder_watch.c - who is still writing: what inotify tells of this machine, what a lease tells of
 * a file of our own, and names that tools give to what is not whole. Of writers behind a network
 * share neither tells; folder_away.c notices what they add. */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/slice.h"
#include "host/log.h"
#include "transport/folder_state.h"

#define WRITERS_MAX 10000
/* A writer who was only heard (a file may also be cut to length without being opened) and is silent
 * for so long is believed to be gone; what he adds after all is noticed by folder_away.c. */
#define SILENT_NS ((int64_t)15 * 60 * 1000000000)

static const struct log_who who = { "transport", "folder" };

static bool ends_with(struct slice name, const char *ending)
{
    struct slice end = slice_text(ending);
    return name.n > end.n && slice_equal_nocase(slice_from(name, name.n - end.n), end);
}

/* Names under which WinSCP, FileZilla, rsync, lftp, wget, browsers, editors and office programs
 * keep what is not whole. One that the pattern itself asks for is taken. */
bool folder_is_in_the_making(const struct folder *s, const char *name)
{
    static const char *const endings[] = { ".part",      ".partial",    ".filepart", ".tmp",
                                           ".temp",      ".crdownload", ".download", ".opdownload",
                                           ".writing",   ".inprogress", ".swp",      ".lock",
                                           ".uploading", ".incomplete", ".bak~",     "~" };
    if (name[0] == '.' || (name[0] == '~' && name[1] == '$'))
        return true;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (ends_with(slice_text(name), endings[i]))
            return !ends_with(slice_text(s->pattern), endings[i]);
    return false;
}

static size_t writer_of(const struct folder *s, const char *name)
{
    size_t i = 0;
    while (i < s->writer_count && strcmp(s->writers[i].name, name) != 0)
        i++;
    return i;
}

static void forget_writer(struct folder *s, size_t i)
{
    if (i >= s->writer_count)
        return;
    s->writer_count--;
    s->writers[i] = s->writers[s->writer_count];
}

/* False: it was known already, or cannot be kept. */
static bool note_writer(struct folder *s, const char *name)
{
    void *all = s->writers;
    size_t i = writer_of(s, name);
    if (i < s->writer_count) {
        s->writers[i].last_ns = clock_mono_ns();
        return false;
    }
    if (s->writer_count == WRITERS_MAX)
        return false;
    if (!mem_room(&all, &s->writer_room, s->writer_count, sizeof *s->writers))
        return false;
    s->writers = all;
    struct folder_writer *w = &s->writers[s->writer_count++];
    *w = (struct folder_writer){ .last_ns = clock_mono_ns() };
    snprintf(w->name, sizeof w->name, "%s", name);
    return true;
}

/* Whether a look at the folder could see something new. */
static bool hear_one(struct folder *s, const struct inotify_event *event)
{
    if (event->mask & (IN_Q_OVERFLOW | IN_IGNORED)) {
        s->writer_count = 0; /* nothing is known any more */
        return true;
    }
    if (event->len == 0)
        return true;
    if (event->mask & (IN_CREATE | IN_MODIFY))
        return note_writer(s, event->name);
    forget_writer(s, writer_of(s, event->name));
    return true;
}

bool folder_hear(struct folder *s)
{
    _Alignas(struct inotify_event) char events[16 * 1024];
    bool news = false;
    ssize_t n = read(s->watch, events, sizeof events);
    while (n > 0) {
        for (const char *at = events; at < events + n;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            if (hear_one(s, event))
                news = true;
            at += sizeof *event + event->len;
        }
        n = read(s->watch, events, sizeof events);
    }
    return news;
}

/* What a read lease says: EAGAIN where somebody has the file open for writing. Only of a file of
 * our own on a local file system; 0: it is not, 1: it is, -1: it cannot be told. Whoever opens it
 * while we hold the lease waits a moment; the signal that would tell us of it is one that does
 * nothing. */
static int ask_lease(int fd)
{
    fcntl(fd, F_SETSIG, SIGURG);
    if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
        fcntl(fd, F_SETLEASE, F_UNLCK);
        return 0;
    }
    return errno == EAGAIN ? 1 : -1;
}

bool folder_is_being_written(struct folder *s, const char *name, int fd, const struct stat *st)
{
    int lease = ask_lease(fd);
    size_t i = writer_of(s, name);
    bool heard = i < s->writer_count;
    if (heard && lease < 0 && clock_mono_ns() - s->writers[i].last_ns > SILENT_NS) {
        log_line(LOG_WARN, &who, "folder.open_file",
                 "a file that was never closed has been silent for 15 minutes: it is taken");
        forget_writer(s, i);
        return false;
    }
    if (lease == 0 ||
        (heard && lease < 0 && st->st_nlink > 1)) { /* a link is made and never closed */
        forget_writer(s, i);
        return false;
    }
    if (lease < 0 && !heard)
        return false;
    if (!heard)
        note_writer(s, name);
    i = writer_of(s, name);
    if (i < s->writer_count && !s->writers[i].said) {
        char masked[16];
        id_masked(slice_text(name), masked);
        log_line(LOG_INFO, &who, "folder.open_file",
                 "'%s' is still open for writing: it is left until it is closed", masked);
        s->writers[i].said = true;
    }
    return true;
}
