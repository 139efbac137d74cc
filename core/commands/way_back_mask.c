/* way_back_mask.c - what was set aside, as it may be shown. */
#include "commands/way_back.h"

#include <ctype.h>

static uint8_t masked_byte(uint8_t c)
{
    if (c >= 0x80 || isalpha(c))
        return 'x';
    return isdigit(c) ? '9' : c;
}

struct slice way_back_masked(struct arena *a, struct slice text, bool plain)
{
    uint8_t *out = arena_alloc(a, text.n + 1);
    if (!out)
        return slice_of(NULL, 0);
    size_t i = 0;
    while (i < text.n) {
        size_t plain_bytes = slice_plain_length(slice_from(text, i));
        for (size_t end = i + plain_bytes; i < end; i++)
            out[i] = plain ? text.p[i] : masked_byte(text.p[i]);
        if (i == text.n)
            break;
        bool is_line_end = text.p[i] == '\r' || text.p[i] == '\n';
        out[i] = is_line_end ? '\n' : '.';
        i++;
    }
    return slice_of(out, text.n);
}

/* Whether a header field says which record it is, and nothing of the person. */
static bool is_open(struct slice key)
{
    static const char *const open[] = {
        "id", "type", "kind", "action", "original", "agreement", "agreement_version", "clause"
    };
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        if (slice_equal_text(key, open[i]))
            return true;
    return false;
}

static void mask_node(struct arena *a, struct node *n)
{
    if (n->kind == NODE_TEXT)
        n->text = way_back_masked(a, n->text, false);
    for (struct node *child = n->first; child; child = child->next)
        mask_node(a, child);
}

static void mask_header(struct arena *a, struct node *header)
{
    for (struct node *n = header->first; n; n = n->next)
        if (!is_open(n->key))
            mask_node(a, n);
}

void way_back_mask_record(struct arena *a, struct node *record)
{
    for (struct node *child = record->first; child; child = child->next)
        if (slice_equal_text(child->key, "header"))
            mask_header(a, child);
        else
            mask_node(a, child);
}
