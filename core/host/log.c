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
/* two quotes, the newline, and what began before the limit: 4 bytes, an escape */
#define ENDING_BYTES 8

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

/* Puts the first character of s, or a question mark where it cannot be shown. Gives its bytes in
 * s. */
static size_t line_put_character(struct line *l, struct slice s)
{
    size_t n = slice_utf8_length(s);
    bool is_plain = n > 0 && slice_plain_length(slice_head(s, n)) == n;
    if (!is_plain) {
        l->text[l->n++] = '?';
        return n > 0 ? n : 1;
    }
    if (s.p[0] == '"' || s.p[0] == '\\')
        l->text[l->n++] = '\\';
    memcpy(l->text + l->n, s.p, n);
    l->n += n;
    return n;
}

static void line_put(struct line *l, const char *text)
{
    struct slice s = slice_text(text);
    while (s.n > 0 && l->n < sizeof l->text - ENDING_BYTES) {
        size_t taken = line_put_character(l, s);
        s = slice_from(s, taken);
    }
}

/* Puts " name=value", with _ for each blank of the value; nothing when there is no value. */
static void line_put_field(struct line *l, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    line_put(l, " ");
    line_put(l, name);
    line_put(l, "=");
    size_t from = l->n;
    line_put(l, value);
    for (; from < l->n; from++)
        if (l->text[from] == ' ')
            l->text[from] = '_';
}

static void line_begin(struct line *l, enum log_level level, const struct log_who *who,
                       const char *code)
{
    static const char *const names[] = { "error", "warn", "info", "debug" };
    char now[TIME_TEXT_MAX];
    time_ms_to_iso(clock_wall_ms(), now);
    l->n = 0;
    line_put(l, "level=");
    line_put(l, names[level]);
    line_put_field(l, "time", now);
    if (who && who->room)
        line_put_field(l, who->room, who->name);
    line_put_field(l, "code", code);
}

static void line_finish(struct line *l, const char *sentence)
{
    line_put(l, " ");
    l->text[l->n++] = '"';
    line_put(l, sentence);
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
    line_begin(&l, level, who, code);
    line_finish(&l, sentence);
}

void log_err(enum log_level level, const struct log_who *who, const struct err *e)
{
    if (!is_shown(level))
        return;
    struct line l;
    char at[24], number[24];
    line_begin(&l, level, who, e->code);
    snprintf(at, sizeof at, "%zu", e->at);
    if (e->at)
        line_put_field(&l, "at", at);
    if (e->file) {
        line_put_field(&l, "file", e->file);
        snprintf(number, sizeof number, "%u:%u", e->line, e->column);
        line_put_field(&l, "place", number);
    }
    line_finish(&l, e->text);
}
