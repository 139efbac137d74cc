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

/* What stands where a lane's name would, in the line of a part. */
#define PART_STOPPED "-"
#define PART_WAITS "+"
/* A line is under 400 bytes, and a region has a few thousand lanes. */
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
    buf_format(out, "%" PRId64 " ", x->since_ms);
    buf_put(out, x->code);
    buf_byte(out, ' ');
    buf_put(out, x->lane);
    buf_byte(out, ' ');
    for (size_t i = 0; i < x->sentence.n; i++) {
        uint8_t byte = x->sentence.p[i];
        buf_byte(out, byte == '\n' ? ' ' : byte);
    }
    buf_byte(out, '\n');
}

/* Cuts off what stands before the next sign of that kind, and the sign. */
static struct slice cut_word(struct slice *rest, uint8_t sign)
{
    struct slice word = slice_head(*rest, slice_find(*rest, sign));
    *rest = slice_from(*rest, word.n + 1);
    return word;
}

/* Takes a line off rest. False: it is none of ours. */
static bool read_standing(struct slice *rest, struct standing *out)
{
    struct slice line = cut_word(rest, '\n');
    if (!slice_to_i64(cut_word(&line, ' '), &out->since_ms))
        return false;
    out->code = cut_word(&line, ' ');
    out->lane = cut_word(&line, ' ');
    out->sentence = line;
    out->waits = false;
    return !slice_is_empty(out->code);
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

static bool is_same(const struct standing *a, const struct standing *b)
{
    return slice_equal(a->lane, b->lane) && slice_equal(a->code, b->code) &&
           slice_equal(a->sentence, b->sentence);
}

/* What stood before keeps its time. */
static void keep_time(struct slice before, struct standing *x)
{
    struct standing was;
    while (before.n > 0) {
        bool is_line = read_standing(&before, &was);
        if (is_line && is_same(&was, x))
            x->since_ms = was.since_ms;
    }
}

static void replace_file(const char *path, struct slice bytes)
{
    char aside[4096];
    (void)snprintf(aside, sizeof aside, "%s.part", path);
    int fd = temp_file_open(AT_FDCWD, aside, 0600);
    bool is_replaced = fd >= 0 && temp_file_write(fd, bytes);
    is_replaced = is_replaced && rename(aside, path) == 0;
    int why = errno;
    if (fd >= 0)
        (void)close(fd);
    if (!is_replaced)
        log_line(LOG_WARN, NULL, "run.standing", "cannot write '%s', which `status` reads: %s",
                 path, strerror(why));
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all files, while one is open */

/* The file of one part, open to be read and written anew. */
struct standing_file {
    struct arena a;
    struct buf text;    /* its new lines */
    const char *path;   /* NULL: memory is out */
    struct slice lines; /* as they were */
};

/* Takes the lock, until close_file or replace_lines. False: memory is out; it has to be closed all
 * the same. */
static bool open_file(struct standing_file *f, const struct site *s, const char *room,
                      const char *name)
{
    pthread_mutex_lock(&lock);
    arena_init(&f->a, FILE_BYTES + (1 << 16));
    buf_init(&f->text, FILE_BYTES);
    f->lines = slice_of(NULL, 0);
    f->path = standing_path(&f->a, s, room, name);
    if (!f->path)
        return false;
    f->lines = read_standings(&f->a, f->path);
    return true;
}

static void close_file(struct standing_file *f)
{
    buf_release(&f->text);
    arena_release(&f->a);
    pthread_mutex_unlock(&lock);
}

/* Replaces the file by its new lines, or removes it where there are none. Closes f. */
static void replace_lines(struct standing_file *f)
{
    struct err ignored = { .fate = ERR_NONE };
    bool is_made = f->path && buf_done(&f->text, &ignored);
    bool is_empty = buf_slice(&f->text).n == 0;
    if (is_made && is_empty)
        (void)unlink(f->path);
    else if (is_made)
        replace_file(f->path, buf_slice(&f->text));
    close_file(f);
}

static void add_standing(struct standing_file *f, struct standing *x)
{
    keep_time(f->lines, x);
    put_standing(&f->text, x);
}

void standing_lanes(void *site, const struct router_stand *list, size_t n)
{
    struct standing_file f;
    bool is_open = open_file(&f, site, "router", NULL);
    for (size_t i = 0; is_open && i < n; i++) {
        const struct router_stand *x = &list[i];
        char lane[300];
        (void)snprintf(lane, sizeof lane, "%s/%d", x->topic, x->partition);
        struct standing one = { .since_ms = x->since_ms,
                                .code = slice_text(x->why.code),
                                .lane = slice_text(lane),
                                .sentence = slice_text(x->why.text) };
        add_standing(&f, &one);
    }
    replace_lines(&f);
}

/* Whether another process runs that part: then that process writes of it. */
static bool is_elsewhere(const struct err *why)
{
    struct slice code = slice_text(why->code);
    return slice_equal_text(code, "db.locked") || slice_equal_text(code, "bus.locked") ||
           slice_equal_text(code, "bus.fenced");
}

/* Adds the lines of all lanes but that, as they were. */
static void add_others(struct standing_file *f, const char *lane)
{
    struct standing was;
    struct slice rest = f->lines;
    while (rest.n > 0) {
        bool is_line = read_standing(&rest, &was);
        if (is_line && !slice_equal_text(was.lane, lane))
            put_standing(&f->text, &was);
    }
}

static struct standing standing_now(const struct err *why, const char *lane)
{
    return (struct standing){ .since_ms = clock_wall_ms(),
                              .code = slice_text(why->code),
                              .lane = slice_text(lane),
                              .sentence = slice_text(why->text) };
}

bool standing_stopped(const struct site *s, const char *room, const char *name,
                      const struct err *why)
{
    struct standing_file f;
    struct standing stopped = standing_now(why, PART_STOPPED);
    if (why->fate == ERR_RETRY || is_elsewhere(why))
        return false;
    if (open_file(&f, s, room, name)) {
        add_others(&f, PART_STOPPED);
        add_standing(&f, &stopped);
    }
    replace_lines(&f);
    return false;
}

void standing_over(const struct site *s, const char *room, const char *name)
{
    struct standing_file f;
    if (open_file(&f, s, room, name))
        add_others(&f, PART_STOPPED);
    replace_lines(&f);
}

static bool is_away(const struct err *why)
{
    return strcmp(why->code, "bus.down") == 0 || strcmp(why->code, "bus.full") == 0;
}

void standing_waits(const struct site *s, const char *room, const char *name, const struct err *why)
{
    struct standing_file f;
    if (why && is_away(why))
        return;
    bool is_open = open_file(&f, s, room, name);
    if (is_open)
        add_others(&f, PART_WAITS);
    if (is_open && why) {
        struct standing waits = standing_now(why, PART_WAITS);
        add_standing(&f, &waits);
    }
    replace_lines(&f);
}

/* ---- reading ---- */

void standing_each(const struct site *s, const char *room, const char *name,
                   void (*each)(void *ctx, const struct standing *x), void *ctx)
{
    struct standing_file f;
    struct standing x;
    (void)open_file(&f, s, room, name);
    struct slice rest = f.lines;
    while (rest.n > 0) {
        if (!read_standing(&rest, &x))
            continue;
        x.waits = slice_equal_text(x.lane, PART_WAITS);
        bool is_of_part = x.waits || slice_equal_text(x.lane, PART_STOPPED);
        if (is_of_part)
            x.lane.n = 0;
        each(ctx, &x);
    }
    close_file(&f);
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
