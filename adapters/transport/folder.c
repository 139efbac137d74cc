/* folder.c - the options of the folder transport and its life. */
#include "transport/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "transport/folder_state.h"

/* what has grown is put back for as long as it is known */
#define DONE_AGE_MIN_MS ((int64_t)3600 * 1000)

#define AT(field) offsetof(struct folder, field)

static const struct cfg_option options[] = {
    { "read", CFG_PATH, AT(read), "",
      "folder whose files are taken in; done/ and refused/ are made in it" },
    { "write", CFG_PATH, AT(write), "", "folder that files are written to" },
    { "pattern", CFG_TEXT, AT(pattern), "*", "which file names are taken in, as *.csv" },
    { "suffix", CFG_TEXT, AT(suffix), "", "ending of the names of written files, as .csv" },
    { "settle", CFG_MS, AT(settle_ms), "2s",
      "a file is taken in when it has not changed for this long" },
    { "retry", CFG_MS, AT(retry_ms), "10s",
      "how long after a failure a file that could not be stored is tried again" },
    { "size_max", CFG_BYTES, AT(size_max), "64MiB", "a larger file goes to refused/ unread" },
    { "done_age", CFG_MS, AT(done_age_ms), "0s",
      "how long a file stays in done/ before it is deleted, at least 1h; 0s: for ever" },
    { .type = CFG_END },
};

static bool folder_check(const void *state, bool receives, struct err *e)
{
    const struct folder *s = state;
    const char *folder = receives ? s->read : s->write;
    if (!cfg_is_set(folder))
        return err_set(e, ERR_FATAL, "folder.option", 0, "the option %s",
                       receives
                           ? "'read' is missing: it names the folder that files are taken from"
                           : "'write' is missing: it names the folder that files are written into");
    if (s->settle_ms < 0 || s->retry_ms <= 0 || s->size_max <= 0)
        return err_set(e, ERR_FATAL, "folder.option", 0,
                       "'retry' and 'size_max' must be over 0, 'settle' at least 0");
    if (s->done_age_ms != 0 && s->done_age_ms < DONE_AGE_MIN_MS)
        return err_set(e, ERR_FATAL, "folder.option", 0,
                       "'done_age' must be at least 1h, or 0s: for ever");
    if (strchr(s->suffix, '/') || strlen(s->suffix) > 32)
        return err_set(e, ERR_FATAL, "folder.option", 0,
                       "'suffix' must be a short ending, as .csv");
    return true;
}

static void folder_close(void *state)
{
    struct folder *s = state;
    folder_place_leave(s);
    waker_close(&s->wake);
    mem_free(s->files);
    mem_free(s->writers);
    s->files = NULL;
    s->writers = NULL;
    s->writer_room = 0;
    s->count = s->room = 0;
}

static bool folder_open(void *state, struct err *e)
{
    struct folder *s = state;
    s->inbox = s->done = s->refused = s->watch = -1;
    s->has_looked = false;
    bool good = waker_open(&s->wake, e);
    good = good && folder_check(s, cfg_is_set(s->read), e);
    if (good && cfg_is_set(s->write)) {
        int outbox = folder_place_open(AT_FDCWD, s->write, e);
        good = outbox >= 0;
        if (good) {
            folder_tidy(outbox, s->suffix);
            close(outbox);
        }
    }
    if (good && cfg_is_set(s->read))
        good = folder_place_enter(s, e);
    if (!good)
        folder_close(s);
    return good;
}

static bool folder_take_in(void *state, struct intake up, struct err *e)
{
    struct folder *s = state;
    if (!cfg_is_set(s->read))
        return err_set(e, ERR_FATAL, "folder.option", 0, "'read' is needed to take files in");
    return folder_run(s, up, e);
}

static void folder_send_out(void *state, const struct outgoing *m, struct buf *answer,
                            struct handing *out)
{
    struct folder *s = state;
    buf_reset(answer);
    *out = (struct handing){ .fate = HANDING_SITE };
    if (cfg_is_set(s->write))
        folder_send(s, m, out);
    else
        err_set(&out->why, ERR_RETRY, "folder.option", 0, "'write' is needed to send files");
}

static void folder_stop(void *state)
{
    const struct folder *s = state;
    waker_wake(&s->wake);
}

static const char *folder_where(void *state)
{
    const struct folder *s = state;
    return cfg_is_set(s->read) ? s->read : NULL;
}

static void folder_stand(const void *state, bool receives, struct secure_stand *out)
{
    (void)state;
    (void)receives;
    out->local = true;
}

const struct transport transport_folder = {
    .name = "folder",
    .options = options,
    .fetches = true,
    .state_size = sizeof(struct folder),
    .check = folder_check,
    .open = folder_open,
    .run = folder_take_in,
    .send = folder_send_out,
    .stop = folder_stop,
    .close = folder_close,
    .where = folder_where,
    .stand = folder_stand,
};
