/* folder_state.h - what the files of the folder transport share; private to them. */
#ifndef CONCORDAT_TRANSPORT_FOLDER_STATE_H
#define CONCORDAT_TRANSPORT_FOLDER_STATE_H

#include <limits.h>
#include <sys/stat.h>

#include "host/waker.h"
#include "transport/folder.h"

/* A file in the inbox that waits to be taken. */
struct folder_file {
    char name[NAME_MAX + 1];
    ino_t inode;
    off_t size;
    struct timespec written, changed; /* mtime, which whoever writes may set; ctime */
    int64_t still_since_ns;           /* monotonic: when it was first seen as it is now */
    int64_t not_before_ns;            /* monotonic: after it could not be kept */
    bool seen;                        /* by the scan under way */
    bool lay_there;                   /* at the first look, and has not changed since */
    int unread;                       /* errno of when it was last tried, 0: it was read */
};

/* A file that somebody writes, by its name. */
struct folder_writer {
    char name[NAME_MAX + 1];
    int64_t last_ns; /* monotonic: when it last wrote, as far as is known */
    bool said;
};

#define FOLDER_TAKEN_MAX 256

/* A file that was taken; moved: its name in done/ or refused/, empty when nothing is remembered. */
struct folder_taken {
    struct folder_file file;
    int folder;
    char moved[NAME_MAX + 1];
};

struct folder {
    /* options; see folder.c */
    const char *read, *write, *pattern, *suffix;
    int64_t settle_ms, retry_ms, size_max, done_age_ms;

    bool has_looked;           /* since it was opened */
    int inbox, done, refused;  /* folders; -1: not used */
    int watch;                 /* inotify */
    struct waker wake;         /* stop() wakes it */
    struct folder_file *files; /* by name */
    size_t count, room;
    struct folder_writer *writers;
    size_t writer_count, writer_room;
    struct folder_taken taken[FOLDER_TAKEN_MAX];
    size_t taken_next;
    int64_t let_go_ns; /* monotonic: when done/ was last looked through; 0: at the next look */
};

/* folder_file.c. What it is now; a change begins its rest anew. */
void folder_file_note(struct folder_file *f, const struct stat *st, int64_t now_ns);
bool folder_file_is_as_before(const struct folder_file *f, const struct stat *st);
/* Or was written to; the ctime of what we have moved is our own. */
bool folder_file_has_grown(const struct folder_file *f, const struct stat *st);
/* Whether a file that has looked like this since still_since_ns may be taken now; else *wait_ns
 * says when to look again. wall_ms: the time now; what lay there at the first look and was changed
 * longer than settle ago is still at once. */
bool folder_file_is_still(const struct folder_file *f, int64_t settle_ms, int64_t now_ns,
                          int64_t wall_ms, int64_t *wait_ns);

/* folder_place.c. A folder below `at`, made when it is not there; -1 with folder.open. */
int folder_place_open(int at, const char *path, struct err *e);
/* Opens the inbox and what belongs to it, made where it is missing; whoever fails leaves. */
MUST_CHECK bool folder_place_enter(struct folder *s, struct err *e);
void folder_place_leave(struct folder *s);
/* Whether the inbox is there; opened anew, and said, when it is another than before.
 * folder.open. */
MUST_CHECK bool folder_place_look(struct folder *s, struct err *e);
/* The same for done/ or refused/, made where it is missing; fd is &s->done or &s->refused. */
MUST_CHECK bool folder_place_aside(struct folder *s, int *fd, struct err *e);

/* folder_in.c */
MUST_CHECK bool folder_run(struct folder *s, struct intake up, struct err *e);

/* folder_watch.c. Whether a name says that the file is not whole yet. */
bool folder_is_in_the_making(const struct folder *s, const char *name);
/* Reads what inotify has to tell; true when something may be there to take. */
bool folder_hear(struct folder *s);
/* Whether somebody has it open for writing, as far as this machine can tell; said once. */
bool folder_is_being_written(struct folder *s, const char *name, int fd, const struct stat *st);

/* folder_away.c. Moves a file to where its answer says. One that cannot be moved is tried again
 * later: what it holds is then known as sent before. */
void folder_put_away(struct folder *s, struct folder_file *f, const struct answer *answer);
/* Puts back what has grown since it was taken. */
void folder_look_back(struct folder *s);

/* folder_old.c. Deletes from done/ what is older than the site wants, now and then; the inner one
 * at once, some at a time: how many went. */
void folder_let_old_go(struct folder *s);
size_t folder_let_go(struct folder *s, int64_t now_ms);

/* folder_out.c */
void folder_send(struct folder *s, const struct outgoing *m, struct handing *out);
/* Puts bytes at a name of a folder: hidden name, sync, rename, sync the folder. folder.write. */
MUST_CHECK bool folder_put(int folder, const char *name, struct slice bytes, struct err *e);
/* Deletes what folder_put left there half written when its process was killed; of names with that
 * ending. */
void folder_tidy(int folder, const char *ending);

#endif
