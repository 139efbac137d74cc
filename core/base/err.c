/* err.c - filling, printing and collecting errors. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static bool err_fill(struct err *e, enum err_fate fate, const char *code, const char *format,
                     va_list args) PRINTF_LIKE(4, 0);

/* True when it was the first. */
static bool err_fill(struct err *e, enum err_fate fate, const char *code, const char *format,
                     va_list args)
{
    if (e->fate != ERR_NONE)
        return false;
    err_clear(e);
    e->fate = fate;
    e->code = code;
    vsnprintf(e->text, sizeof e->text, format, args);
    return true;
}

bool err_set(struct err *e, enum err_fate fate, const char *code, size_t at, const char *format,
             ...)
{
    va_list args;
    va_start(args, format);
    if (err_fill(e, fate, code, format, args))
        e->at = at;
    va_end(args);
    return false;
}

bool err_set_place(struct err *e, enum err_fate fate, const char *code, const char *file,
                   uint32_t line, uint32_t column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (err_fill(e, fate, code, format, args)) {
        e->file = file;
        e->line = line;
        e->column = column;
    }
    va_end(args);
    return false;
}

bool err_memory(struct err *e)
{
    return err_set(e, ERR_RETRY, "memory.limit", 0, "cannot hold this much: memory limit reached");
}

bool err_is_shortage(int number)
{
    return number == EMFILE || number == ENFILE || number == ENOMEM || number == ENOBUFS;
}

bool err_errno(struct err *e, enum err_fate fate, const char *code, int number, const char *what,
               const char *name)
{
    char room[80];
    if (fate == ERR_FATAL && err_is_shortage(number))
        fate = ERR_RETRY;
    const char *reason = strerror_r(number, room, sizeof room);
    if (!name)
        return err_set(e, fate, code, 0, "%s: %s", what, reason);
    return err_set(e, fate, code, 0, "%s '%s': %s", what, name, reason);
}

void err_clear(struct err *e)
{
    e->fate = ERR_NONE;
    e->code = NULL;
    e->at = 0;
    e->file = NULL;
    e->line = e->column = 0;
    e->text[0] = '\0';
}

const char *err_print(const struct err *e, char *out, size_t n)
{
    const char *code = e->code ? e->code : "none";
    if (e->file && e->line == 0)
        snprintf(out, n, "%s: %s [%s]", e->file, e->text, code);
    else if (e->file)
        snprintf(out, n, "%s:%u:%u: %s [%s]", e->file, e->line, e->column, e->text, code);
    else if (e->at)
        snprintf(out, n, "%s [%s at %zu]", e->text, code, e->at);
    else
        snprintf(out, n, "%s [%s]", e->text, code);
    return out;
}

void problems_add(struct problems *p, const struct err *e)
{
    void *table = p->list;
    if (!mem_room(&table, &p->room, p->count, sizeof *p->list)) {
        p->lost = true;
        return;
    }
    p->list = table;
    p->list[p->count++] = *e;
}

bool problems_say(struct problems *p, const char *code, const char *file, uint32_t line,
                  uint32_t column, const char *format, ...)
{
    struct err e = { .fate = ERR_NONE };
    va_list args;
    va_start(args, format);
    if (err_fill(&e, ERR_FATAL, code, format, args)) {
        e.file = file;
        e.line = line;
        e.column = column;
    }
    va_end(args);
    problems_add(p, &e);
    return false;
}

static int compare_problems(const void *left, const void *right)
{
    const struct err *a = left, *b = right;
    int order = strcmp(a->file ? a->file : "", b->file ? b->file : "");
    if (order == 0)
        order = (a->line > b->line) - (a->line < b->line);
    if (order == 0)
        order = (a->column > b->column) - (a->column < b->column);
    return order ? order : strcmp(a->text, b->text);
}

void problems_sort(struct problems *p)
{
    if (p->count > 1)
        qsort(p->list, p->count, sizeof *p->list, compare_problems);
}

void problems_release(struct problems *p)
{
    mem_free(p->list);
    *p = (struct problems){ .list = NULL };
}
