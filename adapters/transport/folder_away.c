/* folder_away.c - where a file of the inbox goes once it was taken, and back, when it grew.
 *
 * Whoever writes through a network share is not seen writing; so size and time are compared again
 * after the move, and at each later look while the file is among the last that were taken. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ids.h"
#include "host/log.h"
#include "transport/folder_state.h"

#define NS_PER_MS 1000000

static const struct log_who who = { "transport", "folder" };

/* Some network shares know no RENAME_NOREPLACE: there nobody else writes into done/ and
 * refused/. */
static bool rename_to_new(int from, const char *name, int to, const char *moved)
{
    if (renameat2(from, name, to, moved, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL)
        return false;
    if (faccessat(to, moved, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return renameat(from, name, to, moved) == 0;
    errno = EEXIST;
    return false;
}

/* Moves a file under its own name, or name.1, name.2 ... when that is taken. */
static bool move_aside(const struct folder *s, const char *name, int to, char moved[NAME_MAX + 1])
{
    snprintf(moved, NAME_MAX + 1, "%s", name);
    for (int n = 1; n < 10000; n++) {
        if (rename_to_new(s->inbox, name, to, moved))
            return true;
        if (errno != EEXIST)
            return false;
        if (snprintf(moved, NAME_MAX + 1, "%.*s.%d", NAME_MAX - 8, name, n) < 0)
            return false;
    }
    return false;
}

static void put_why(const struct folder *s, const char *moved, const struct err *why)
{
    char name[NAME_MAX + 8], text[512];
    struct err unknown = { .code = "intake.refused",
                           .text = "the file was refused; the log of its feed says why" };
    struct err e = { .fate = ERR_NONE };
    err_print(why ? why : &unknown, text, sizeof text - 1);
    size_t n = strlen(text);
    text[n++] = '\n';
    snprintf(name, sizeof name, "%s.why", moved);
    if (strlen(name) > NAME_MAX || !folder_put(s->refused, name, slice_of(text, n), &e))
        log_line(LOG_WARN, &who, "folder.why", "cannot write why a file was refused");
}

/* Keeps where a file lies now and what it was when it was read, so that a writer who goes on unseen
 * is noticed. The oldest makes room: what matters is what was taken just now. */
static void remember_taken(struct folder *s, const struct folder_file *f, int to, const char *moved)
{
    struct folder_taken *t = &s->taken[s->taken_next % FOLDER_TAKEN_MAX];
    s->taken_next++;
    *t = (struct folder_taken){ .file = *f, .folder = to };
    snprintf(t->moved, sizeof t->moved, "%s", moved);
}

/* Back under its own name, where nobody has sent another under it since. */
static void put_back(struct folder *s, struct folder_taken *t)
{
    char masked[16], why[NAME_MAX + 8];
    id_masked(slice_text(t->file.name), masked);
    if (!rename_to_new(t->folder, t->moved, s->inbox, t->file.name)) {
        log_line(LOG_ERROR, &who, "folder.grew",
                 "'%s' grew after it was taken and cannot be put back: %s", masked,
                 strerror(errno));
        return;
    }
    snprintf(why, sizeof why, "%s.why", t->moved);
    if (t->folder == s->refused)
        unlinkat(s->refused, why, 0);
    log_line(LOG_WARN, &who, "folder.grew",
             "'%s' grew after it was taken: it is put back, to be taken whole", masked);
}

void folder_look_back(struct folder *s)
{
    struct stat st;
    for (size_t i = 0; i < FOLDER_TAKEN_MAX; i++) {
        struct folder_taken *t = &s->taken[i];
        if (!t->moved[0])
            continue;
        if (fstatat(t->folder, t->moved, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
            st.st_ino != t->file.inode) {
            t->moved[0] = '\0'; /* somebody took it away */
        } else if (folder_file_has_grown(&t->file, &st)) {
            put_back(s, t);
            t->moved[0] = '\0';
        }
    }
}

/* Puts a file where its answer says. One that cannot be moved is tried again later: what it holds
 * is then known as sent before. */
void folder_put_away(struct folder *s, struct folder_file *f, const struct answer *answer)
{
    char moved[NAME_MAX + 1], masked[16];
    struct err e = { .fate = ERR_NONE };
    bool kept = answer->fate == ANSWER_KEPT;
    f->not_before_ns = clock_mono_ns() + s->retry_ms * NS_PER_MS;
    if (answer->fate == ANSWER_LATER)
        return;
    int *to = kept ? &s->done : &s->refused;
    bool is_open = folder_place_aside(s, to, &e);
    if (is_open && move_aside(s, f->name, *to, moved)) {
        if (!kept)
            put_why(s, moved, answer->why);
        f->not_before_ns = 0;
        remember_taken(s, f, *to, moved);
        return;
    }
    id_masked(slice_text(f->name), masked);
    log_line(LOG_ERROR, &who, "folder.move", "cannot move '%s' out of the inbox: %s", masked,
             is_open ? strerror(errno) : e.text);
}
