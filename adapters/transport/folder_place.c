/* folder_place.c - the folders themselves: made when the transport is opened, and opened anew when
 * another stands in their place.
 *
 * An open folder stays the one it was, also when it was deleted, moved away, or a share was mounted
 * over it; whoever sends goes by its name. So the name is asked at each look. What is gone while we
 * run is not made: whoever is replacing it would find ours in the way. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "host/log.h"
#include "transport/folder_state.h"

#define WATCHED                                                                                    \
    (IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |            \
     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

static const struct log_who who = { "transport", "folder" };

/* The folders above a path; what cannot be made is told when the path itself is opened. */
static void make_above(int at, const char *path)
{
    char above[PATH_MAX];
    if ((size_t)snprintf(above, sizeof above, "%s", path) >= sizeof above)
        return;
    for (char *slash = strchr(above + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdirat(at, above, 0750);
        *slash = '/';
    }
}

static int open_it(int at, const char *path, struct err *e)
{
    int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        err_errno(e, ERR_FATAL, "folder.open", errno, "cannot open folder", path);
    return fd;
}

int folder_place_open(int at, const char *path, struct err *e)
{
    make_above(at, path);
    if (mkdirat(at, path, 0750) < 0 && errno != EEXIST) {
        err_errno(e, ERR_FATAL, "folder.open", errno, "cannot make folder", path);
        return -1;
    }
    return open_it(at, path, e);
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Forgets who writes and what was taken, too: that was known of this folder. */
void folder_place_leave(struct folder *s)
{
    close_one(&s->inbox);
    close_one(&s->done);
    close_one(&s->refused);
    close_one(&s->watch);
    s->writer_count = 0;
    memset(s->taken, 0, sizeof s->taken);
}

/* By the open folder, or what is watched could be another that came by the same name since. */
static bool watch_inbox(struct folder *s, struct err *e)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", s->inbox);
    s->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    bool good = s->watch >= 0;
    good = good && inotify_add_watch(s->watch, path, WATCHED) >= 0;
    return good || err_errno(e, ERR_FATAL, "folder.open", errno, "cannot watch folder", s->read);
}

/* The inbox is open. */
static bool enter_inbox(struct folder *s, struct err *e)
{
    s->done = folder_place_open(s->inbox, "done", e);
    s->refused = s->done < 0 ? -1 : folder_place_open(s->inbox, "refused", e);
    if (s->refused < 0 || !watch_inbox(s, e))
        return false;
    folder_tidy(s->refused, ".why");
    return true;
}

bool folder_place_enter(struct folder *s, struct err *e)
{
    s->inbox = folder_place_open(AT_FDCWD, s->read, e);
    return s->inbox >= 0 && enter_inbox(s, e);
}

/* Whether that name still leads to the folder that is open. */
static bool name_leads_to(int at, const char *name, int fd)
{
    struct stat named, open;
    bool are_known = fd >= 0 && fstatat(at, name, &named, 0) == 0 && fstat(fd, &open) == 0;
    return are_known && named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

bool folder_place_look(struct folder *s, struct err *e)
{
    if (name_leads_to(AT_FDCWD, s->read, s->inbox))
        return true;
    bool was_open = s->inbox >= 0;
    folder_place_leave(s);
    s->inbox = open_it(AT_FDCWD, s->read, e);
    if (s->inbox < 0 || !enter_inbox(s, e)) {
        folder_place_leave(s);
        return false;
    }
    log_line(LOG_WARN, &who, "folder.replaced",
             was_open ? "another folder stands in place of '%s': its files are taken from now on"
                      : "'%s' is there again: its files are taken from now on",
             s->read);
    return true;
}

/* What was put there before is out of sight. */
static void forget_taken(struct folder *s, int folder)
{
    for (size_t i = 0; i < FOLDER_TAKEN_MAX; i++)
        if (s->taken[i].folder == folder)
            s->taken[i].moved[0] = '\0';
}

bool folder_place_aside(struct folder *s, int *fd, struct err *e)
{
    const char *name = fd == &s->done ? "done" : "refused";
    if (name_leads_to(s->inbox, name, *fd))
        return true;
    forget_taken(s, *fd);
    close_one(fd);
    *fd = folder_place_open(s->inbox, name, e);
    return *fd >= 0;
}
