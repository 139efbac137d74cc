/* manual_print.c - headings, items and lines of the manual. */
#include "commands/manual.h"

#include <stdio.h>
#include <string.h>

#define WIDTH 78

struct line {
    struct buf *out;
    size_t used;        /* signs of the line so far */
    const char *indent; /* of the lines that follow */
};

/* Puts a word on the line, or on a new one where it does not fit. */
static void put_word(struct line *l, struct slice word)
{
    size_t indent = strlen(l->indent);
    bool is_first = l->used <= indent;
    bool fits = l->used + 1 + word.n <= WIDTH;
    if (!is_first && fits) {
        buf_byte(l->out, ' ');
        l->used++;
    } else if (!is_first) {
        buf_format(l->out, "\n%s", l->indent);
        l->used = indent;
    }
    buf_put(l->out, word);
    l->used += word.n;
}

static void put_words(struct line *l, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, " ");
        put_word(l, slice_of(text, n));
        text += n;
        text += strspn(text, " ");
    }
}

void manual_item(struct buf *out, const char *name, const char *kind, const char *text)
{
    struct line l = { out, 0, "  " };
    char head[200];
    const char *colon = text ? ":" : ""; /* behind the kind, or behind the name where none is */
    (void)snprintf(head, sizeof head, "- `%s`%s", name, kind ? "" : colon);
    l.used = strlen(head);
    buf_text(out, head);
    if (kind) {
        (void)snprintf(head, sizeof head, "(%s)%s", kind, colon);
        put_words(&l, head);
    }
    if (text)
        put_words(&l, text);
    buf_byte(out, '\n');
}

void manual_lines(struct buf *out, const char *text)
{
    struct line l = { out, 0, "" };
    put_words(&l, text);
    buf_text(out, "\n\n");
}

void manual_heading(struct buf *out, const char *text)
{
    struct slice before = buf_slice(out);
    bool is_apart = slice_is_empty(before) || slice_ends(before, SLICE("\n\n"));
    buf_format(out, "%s### %s\n\n", is_apart ? "" : "\n", text);
}
