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

static void put_word(struct line *l, struct slice word)
{
    if (l->used > strlen(l->indent) && l->used + 1 + word.n > WIDTH) {
        buf_format(l->out, "\n%s", l->indent);
        l->used = strlen(l->indent);
    } else if (l->used > strlen(l->indent)) {
        buf_byte(l->out, ' ');
        l->used++;
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
    (void)snprintf(head, sizeof head, "- `%s`%s", name, !kind && text ? ":" : "");
    l.used = strlen(head);
    buf_text(out, head);
    if (kind) {
        (void)snprintf(head, sizeof head, "(%s)%s", kind, text ? ":" : "");
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
    struct slice all = buf_slice(out);
    bool is_apart =
        all.n == 0 || (all.n > 1 && all.p[all.n - 1] == '\n' && all.p[all.n - 2] == '\n');
    buf_format(out, "%s### %s\n\n", is_apart ? "" : "\n", text);
}
