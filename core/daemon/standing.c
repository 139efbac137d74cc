/* standing.c - a file a part, read before it is written so that times stay. */
#include "daemon/standing.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/log.h"
#include "host/temp_file.h"
#include "host/tree.h"

#define PART "-"
#define WAITING "+"
/* a line is under 400 bytes, a region has a few thousand lanes */
#define FILE_BYTES ((size_t)4 << 20)

static const char *standing_path(struct arena *a, const struct site *s, const char *room,
                                 const char *name)
{
    return arena_format(a, "%s/standing-%s%s%s", s->state_folder, room, name ? "-" : "",
                        name ? name : "");
}

/* ---- lines ---- */

static void put_standing(struct buf *out, const struct standing *x)
{
    buf_format(out, "%" PRId64 " %.*s %.*s ", x->since_ms, (int)x->code.n, (const char *)x->code.p,
               (int)x->lane.n, x->lane.n ? (const char *)x->lane.p : "");
    for (size_t i = 0; i < x->sentence.n; i++)
        buf_byte(out, x->sentence.p[i] == '\n' ? ' ' : x->sentence.p[i]);
    buf_byte(out, '\n');
}

static struct slice cut_word(struct slice *rest, uint8_t at)
{
    struct slice one = slice_head(*rest, slice_find(*rest, at));
    *rest = slice_from(*rest, one.n + 1 < rest->n ? one.n + 1 : rest->n);
    return one;
}

static bool read_standing(struct slice *rest, struct standing *out)
{
    struct slice line = cut_word(rest, '\n');
    if (!slice_to_i64(cut_word(&line, ' '), &out->since_ms))
        return false;
    out->code = cut_word(&line, ' ');
    out->lane = cut_word(&line, ' ');
    out->sentence = line;
    out->waits = false;
    return out->code.n > 0;
}

/* The lines that were written, in a; empty where none were, or the file cannot be read. */
static struct slice read_standings(struct arena *a, const char *path)
{
    struct err ignored = { .fate = ERR_NONE };
    struct slice bytes = { 0 };
    if (!tree_read_file(a, path, FILE_BYTES, &bytes, &ignored))
        return (struct slice){ 0 };
    return bytes;
}

/* ---- writing ---- */

static void keep_time(struct slice before, struct standing *x)
{
    struct standing was;
    while (before.n) {
        if (!read_standing(&before, &was))
            continue;
        bool is_same = slice_equal(was.lane, x->lane) && slice_equal(was.code, x->code) &&
                       slice_equal(was.sentence, x->sentence);
        if (is_same)
            x->since_ms = was.since_ms;
    }
}

static void put_kept(struct buf *out, struct slice before, struct standing *x)
{
    keep_time(before, x);
    put_standing(out, x);
}

static void replace_file(const char *path, struct slice bytes)
{
    char aside[4096];
    (void)snprintf(aside, sizeof aside, "%s.part", path);
    int fd = temp_file_open(AT_FDCWD, aside, 0600);
    bool good = fd >= 0 && temp_file_write(fd, bytes) && rename(aside, path) == 0;
    int why = errno;
    if (fd >= 0)
        close(fd);
    if (!good)
        log_line(LOG_WARN, NULL, "run.standing", "cannot write '%s', which `status` reads: %s",
                 path, strerror(why));
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all files, from begin to release */

struct writing {
    struct arena a;
    struct buf text;
    const char *path;
    struct slice before;
};

static bool begin_writing(struct writing *w, const struct site *s, const char *room,
                          const char *name)
{
    pthread_mutex_lock(&lock);
    arena_init(&w->a, FILE_BYTES + (1 << 16));
    buf_init(&w->text, FILE_BYTES);
    w->path = standing_path(&w->a, s, room, name);
    w->before = w->path ? read_standings(&w->a, w->path) : (struct slice){ 0 };
    return w->path;
}

static void release_writing(struct writing *w)
{
    buf_release(&w->text);
    arena_release(&w->a);
    pthread_mutex_unlock(&lock);
}

static void end_writing(struct writing *w)
{
    struct err e = { .fate = ERR_NONE };
    if (w->path && w->text.n == 0)
        (void)unlink(w->path);
    else if (w->path && buf_done(&w->text, &e))
        replace_file(w->path, buf_slice(&w->text));
    release_writing(w);
}

void standing_lanes(void *site, const struct router_stand *list, size_t n)
{
    struct writing w;
    bool good = begin_writing(&w, site, "router", NULL);
    for (size_t i = 0; good && i < n; i++) {
        const struct router_stand *x = &list[i];
        char lane[300];
        (void)snprintf(lane, sizeof lane, "%s/%d", x->topic, x->partition);
        struct standing one = { .since_ms = x->since_ms,
                                .code = slice_text(x->why.code),
                                .lane = slice_text(lane),
                                .sentence = slice_text(x->why.text) };
        put_kept(&w.text, w.before, &one);
    }
    end_writing(&w);
}

/* Whether another process runs that part: then that process writes of it. */
static bool is_elsewhere(const struct err *why)
{
    static const char *const codes[] = { "db.locked", "bus.locked", "bus.fenced" };
    for (size_t i = 0; why->code && i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(why->code, codes[i]) == 0)
            return true;
    return false;
}

/* The lines of all lanes but that, as they were. */
static void put_others(struct writing *w, const char *lane)
{
    struct standing was;
    struct slice rest = w->before;
    while (rest.n)
        if (read_standing(&rest, &was) && !slice_equal_text(was.lane, lane))
            put_standing(&w->text, &was);
}

static struct standing stands_now(const struct err *why, const char *lane)
{
    return (struct standing){ .since_ms = clock_wall_ms(),
                              .code = slice_text(why->code),
                              .lane = slice_text(lane),
                              .sentence = slice_text(why->text) };
}

bool standing_stopped(const struct site *s, const char *room, const char *name,
                      const struct err *why)
{
    struct writing w;
    struct standing it = stands_now(why, PART);
    if (why->fate == ERR_RETRY || is_elsewhere(why))
        return false;
    bool good = begin_writing(&w, s, room, name);
    if (good) {
        put_others(&w, PART);
        put_kept(&w.text, w.before, &it);
    }
    end_writing(&w);
    return false;
}

void standing_over(const struct site *s, const char *room, const char *name)
{
    struct writing w;
    if (begin_writing(&w, s, room, name))
        put_others(&w, PART);
    end_writing(&w);
}

static bool is_away(const struct err *why)
{
    return strcmp(why->code, "bus.down") == 0 || strcmp(why->code, "bus.full") == 0;
}

void standing_waits(const struct site *s, const char *room, const char *name, const struct err *why)
{
    struct writing w;
    if (why && is_away(why))
        return;
    bool good = begin_writing(&w, s, room, name);
    if (good)
        put_others(&w, WAITING);
    if (good && why) {
        struct standing it = stands_now(why, WAITING);
        put_kept(&w.text, w.before, &it);
    }
    end_writing(&w);
}

/* ---- reading ---- */

void standing_each(const struct site *s, const char *room, const char *name,
                   void (*each)(void *ctx, const struct standing *x), void *ctx)
{
    struct writing w;
    struct standing x;
    struct slice rest = begin_writing(&w, s, room, name) ? w.before : (struct slice){ 0 };
    while (rest.n) {
        if (!read_standing(&rest, &x))
            continue;
        x.waits = slice_equal_text(x.lane, WAITING);
        if (x.waits || slice_equal_text(x.lane, PART))
            x.lane.n = 0;
        each(ctx, &x);
    }
    release_writing(&w);
}

const char *standing_way_on(struct arena *a, const char *room, const char *name,
                            const struct standing *x)
{
    static const char by[] = "--by PERSON --reason TEXT";
    if (x->lane.n)
        return arena_format(a, "concordat skip SITE %.*s %s", (int)x->lane.n,
                            (const char *)x->lane.p, by);
    if (x->waits)
        return arena_format(a, "concordat manual %.*s, then it goes on by itself", (int)x->code.n,
                            (const char *)x->code.p);
    if (slice_equal_text(x->code, "bus.aged"))
        return arena_format(a, "concordat skip SITE %s%s%s %s, then start it", room,
                            name ? ":" : "", name ? name : "", by);
    return arena_text(a, SLICE("mend that, then start it again"));
}
