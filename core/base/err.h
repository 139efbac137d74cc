/* err.h - the one form of an error: fate, stable code, place, sentence.
 *
 * The fate says what becomes of the message, because that is what the caller acts on; the code is
 * for people, metrics and tests and never changes; the place is a byte offset in the input or a
 * file:line:column of a configuration; the sentence is lower case, failure first, subject in
 * quotes, no full stop, and NEVER contains payload.
 * The first error wins: setting an error that is already set changes nothing. */
#ifndef CONCORDAT_BASE_ERR_H
#define CONCORDAT_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum err_fate {
    ERR_NONE,
    ERR_RETRY,  /* keep it and try again: nothing is wrong with the message */
    ERR_REJECT, /* this input will never pass: quarantine it; the format says which answer */
    ERR_FATAL   /* stop: a wrong configuration, or what we rely on is broken */
};

struct err {
    enum err_fate fate;
    const char *code; /* a string literal, "room.what" */
    size_t at;        /* byte offset in the input; 0 where it means nothing */
    const char *file; /* configuration only; borrows for the life of the tree it names */
    uint32_t line, column;
    char text[200];
};

/* Always returns false, so it ends a function in one line. code must be a string literal. */
bool err_set(struct err *e, enum err_fate fate, const char *code, size_t at, const char *format,
             ...) PRINTF_LIKE(5, 6);

/* The same for a place in a configuration file. */
bool err_set_place(struct err *e, enum err_fate fate, const char *code, const char *file,
                   uint32_t line, uint32_t column, const char *format, ...) PRINTF_LIKE(7, 8);

/* Out of memory or over an arena's limit: ERR_RETRY, memory.limit. Returns false. */
bool err_memory(struct err *e);

/* Whether the system has run out of files or memory: that passes, and is never the end of a
 * part. */
bool err_is_shortage(int number);
/* Adds the system's reason (errno) to an ERR code: "cannot open 'x': No such file". What the system
 * has run out of is ERR_RETRY, whatever fate is given. Returns false. */
bool err_errno(struct err *e, enum err_fate fate, const char *code, int number, const char *what,
               const char *name);

void err_clear(struct err *e);

/* "file:line:column: sentence [code]", "file: sentence [code]" of a file as a whole (line 0), or
 * "sentence [code at N]"; returns out. */
const char *err_print(const struct err *e, char *out, size_t n);

/* Collects every problem of a configuration instead of stopping at the first (`check`). */
struct problems {
    struct err *list;
    size_t count, room;
    bool lost; /* memory ran out: there were more than the list holds */
};
static inline bool problems_any(const struct problems *p)
{
    return p->count > 0 || p->lost;
}
void problems_add(struct problems *p, const struct err *e);
/* Adds one at a place of a configuration file; returns false. */
bool problems_say(struct problems *p, const char *code, const char *file, uint32_t line,
                  uint32_t column, const char *format, ...) PRINTF_LIKE(6, 7);
/* Sorts by file, line, column. */
void problems_sort(struct problems *p);
void problems_release(struct problems *p);

#endif
