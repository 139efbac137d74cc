/* log.c - one buffer on the stack, one write(2): lines of several threads never mix.
 *
 * A line is at most LINE_MAX_BYTES; a longer sentence is cut. Whatever could end a line or forge a
 * field, speak to a terminal or turn what is read is escaped, wherever it came from. */
#include "host/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/slice.h"

#define LINE_MAX_BYTES 1024
#define ENDING_BYTES 8 /* two quotes, the newline, and what began before the limit: 4 bytes, an escape */

static _Atomic int level_most = LOG_INFO;

struct line {
    char text[LINE_MAX_BYTES];
    size_t n;
};

void log_set_level(enum log_level most)
{
    atomic_store(&level_most, (int)most);
}

static bool is_shown(enum log_level level)
{
    return (int)level <= atomic_load_explicit(&level_most, memory_order_relaxed);
}

/* One character of s, or a question mark where it cannot be shown; returns how many bytes it was. */
static size_t put_one(struct line *l, struct slice s)
{
    size_t n = slice_utf8_length(s);
    bool plain = n && slice_plain_length(slice_head(s, n)) == n;
    if (plain && (s.p[0] == '"' || s.p[0] == '\\'))
        l->text[l->n++] = '\\';
    memcpy(l->text + l->n, plain ? (const char *)s.p : "?", plain ? n : 1);
    l->n += plain ? n : 1;
    return n ? n : 1;
}

static void put(struct line *l, const char *text)
{
    for (struct slice s = slice_text(text); s.n && l->n < sizeof l->text - ENDING_BYTES;)
        s = slice_from(s, put_one(l, s));
}

/* " name=value", a value without blanks; nothing when there is no value. */
static void put_field(struct line *l, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    put(l, " ");
    put(l, name);
    put(l, "=");
    size_t from = l->n;
    put(l, value);
    for (; from < l->n; from++)
        if (l->text[from] == ' ')
            l->text[from] = '_';
}

static void begin(struct line *l, enum log_level level, const struct log_who *who, const char *code)
{
    static const char *const names[] = { "error", "warn", "info", "debug" };
    char now[TIME_TEXT_MAX];
    time_ms_to_iso(clock_wall_ms(), now);
    l->n = 0;
    put(l, "level=");
    put(l, names[level]);
    put_field(l, "time", now);
    if (who && who->room)
        put_field(l, who->room, who->name);
    put_field(l, "code", code);
}

static void finish(struct line *l, const char *sentence)
{
    put(l, " ");
    l->text[l->n++] = '"';
    put(l, sentence);
    l->text[l->n++] = '"';
    l->text[l->n++] = '\n';
    ssize_t written = write(STDERR_FILENO, l->text, l->n);
    (void)written; /* there is nowhere to report it */
}

void log_line(enum log_level level, const struct log_who *who, const char *code, const char *format,
              ...)
{
    if (!is_shown(level))
        return;
    char sentence[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    struct line l;
    begin(&l, level, who, code);
    finish(&l, sentence);
}

void log_err(enum log_level level, const struct log_who *who, const struct err *e)
{
    if (!is_shown(level))
        return;
    struct line l;
    char at[24], number[24];
    begin(&l, level, who, e->code);
    snprintf(at, sizeof at, "%zu", e->at);
    if (e->at)
        put_field(&l, "at", at);
    if (e->file) {
        put_field(&l, "file", e->file);
        snprintf(number, sizeof number, "%u:%u", e->line, e->column);
        put_field(&l, "place", number);
    }
    finish(&l, e->text);
}
