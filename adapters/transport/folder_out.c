/* folder_out.c - a whole file or none, durable before it is said to be there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "host/temp_file.h"
#include "transport/folder_state.h"

#define STEM_MAX 200

/* A kernel stamps files by its tick, some milliseconds: whoever takes them by their time would mix
 * up what was written within one. A share that cannot take a time keeps its own. */
static void stamp_now(int fd)
{
    struct timespec times[2];
    if (clock_gettime(CLOCK_REALTIME, &times[0]) != 0)
        return;
    times[1] = times[0];
    (void)!futimens(fd, times);
}

bool folder_put(int folder, const char *name, struct slice bytes, struct err *e)
{
    char hidden[NAME_MAX + 8];
    snprintf(hidden, sizeof hidden, ".%s.tmp", name);
    int fd = temp_file_open(folder, hidden, 0640);
    bool good = fd >= 0 && temp_file_write(fd, bytes);
    if (good)
        stamp_now(fd);
    good = good && fsync(fd) == 0;
    int number = errno;
    bool is_closed = fd < 0 || close(fd) == 0;
    if (good && !is_closed) {
        number = errno;
        good = false;
    }
    if (good) {
        good = renameat(folder, hidden, folder, name) == 0;
        good = good && fsync(folder) == 0;
        number = errno;
    }
    if (good)
        return true;
    unlinkat(folder, hidden, 0);
    return err_errno(e, ERR_RETRY, "folder.write", number, "cannot write into", "the outbox");
}

/* A stem of ours: letters, digits, '-', '_' and '.', not hidden, with room for its ending. */
static bool is_safe_stem(struct slice name)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    if (name.n == 0 || name.n > STEM_MAX || name.p[0] == '.')
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (!memchr(safe, name.p[i], sizeof safe - 1))
            return false;
    return true;
}

/* Whether folder_put names so what it writes aside: ".STEM", the ending, ".tmp". */
static bool is_temp_name(const void *ctx, const char *name)
{
    struct slice text = slice_text(name), ending = slice_text(ctx), tmp = SLICE(".tmp");
    if (text.n < 1 + ending.n + tmp.n)
        return false;
    if (text.p[0] != '.' || !slice_ends(text, tmp))
        return false;
    struct slice whole = slice_head(slice_from(text, 1), text.n - 1 - tmp.n);
    return slice_ends(whole, ending) && is_safe_stem(slice_head(whole, whole.n - ending.n));
}

void folder_tidy(int folder, const char *ending)
{
    (void)temp_file_sweep(folder, is_temp_name, ending);
}

void folder_send(struct folder *s, const struct outgoing *m, struct handing *out)
{
    char name[NAME_MAX + 1];
    if (!is_safe_stem(m->name)) {
        out->fate = HANDING_REFUSED;
        err_set(&out->why, ERR_REJECT, "folder.name", 0,
                "cannot send: its name is no safe file name");
        return;
    }
    snprintf(name, sizeof name, "%.*s%s", (int)m->name.n, (const char *)m->name.p, s->suffix);
    /* Opened anew each time: a share that went and came back is another folder of the same name. */
    int outbox = open(s->write, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (outbox < 0) {
        out->fate = HANDING_NOT_SENT;
        err_errno(&out->why, ERR_RETRY, "folder.connect", errno, "cannot open", "the outbox");
        return;
    }
    /* When the last sync fails the file stands there all the same. */
    out->left = true;
    out->fate = folder_put(outbox, name, m->bytes, &out->why) ? HANDING_TAKEN : HANDING_UNKNOWN;
    close(outbox);
}
