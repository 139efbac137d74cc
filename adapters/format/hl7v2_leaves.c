/* hl7v2_leaves.c - every populated leaf of a message, named as a mapping would name it. */
#include "format/hl7v2_doc.h"

#include <stdio.h>

#define PATH_TEXT_MAX 64

struct walk {
    struct arena *a;
    const struct doc *d;
    void (*each)(void *ctx, const struct leaf *l);
    void *ctx;
    const struct hl7v2_segment *segment;
    uint32_t field, repetition, component;
    bool has_components; /* the repetition has components or subcomponents: the path must name them
                          */
};

/* Appends a number between two texts; n counts what is there. */
static size_t add_number(char *to, size_t n, const char *before, uint32_t number, const char *after)
{
    int more = snprintf(to + n, PATH_TEXT_MAX - n, "%s%u%s", before, number, after);
    return n + (more > 0 ? (size_t)more : 0);
}

static void leaf_say(const struct walk *w, uint32_t sub, struct hl7v2_span s)
{
    char text[PATH_TEXT_MAX];
    uint32_t id = w->segment->id;
    size_t n = 3;
    text[0] = (char)(id >> 16);
    text[1] = (char)((id >> 8) & 0xff);
    text[2] = (char)(id & 0xff);
    if (w->segment->nth > 0)
        n = add_number(text, n, "(", w->segment->nth + 1, ")");
    n = add_number(text, n, "-", w->field, "");
    if (w->repetition > 1)
        n = add_number(text, n, "(", w->repetition, ")");
    if (w->has_components)
        n = add_number(text, n, ".", w->component, "");
    if (sub)
        n = add_number(text, n, ".", sub, "");
    struct leaf l = { arena_copy(w->a, slice_of(text, n)), s.at, s.end - s.at };
    if (l.path.p)
        w->each(w->ctx, &l);
}

/* Calls step for each piece of s between delimiters, numbered from 1. */
static void walk_pieces(struct walk *w, struct hl7v2_span s, uint8_t delimiter,
                        void (*step)(struct walk *w, uint32_t number, struct hl7v2_span s))
{
    struct hl7v2_span one = { s.at, s.at };
    for (uint32_t number = 1;; number++) {
        struct slice rest = hl7v2_bytes(w->d, (struct hl7v2_span){ one.at, s.end });
        one.end = one.at + (uint32_t)slice_find(rest, delimiter);
        step(w, number, one);
        if (one.end == s.end)
            return;
        one.at = one.end + 1;
    }
}

static void walk_sub(struct walk *w, uint32_t number, struct hl7v2_span s)
{
    struct hl7v2_span leaf = hl7v2_trimmed(w->d, s);
    if (leaf.end > leaf.at)
        leaf_say(w, number, leaf);
}

static bool has_delimiter(const struct walk *w, struct hl7v2_span s, uint8_t delimiter)
{
    return slice_find(hl7v2_bytes(w->d, s), delimiter) < s.end - s.at;
}

static void walk_component(struct walk *w, uint32_t number, struct hl7v2_span s)
{
    w->component = number;
    if (has_delimiter(w, s, w->d->delimiters.subcomponent))
        walk_pieces(w, s, w->d->delimiters.subcomponent, walk_sub);
    else
        walk_sub(w, 0, s);
}

static void walk_repetition(struct walk *w, uint32_t number, struct hl7v2_span s)
{
    w->repetition = number;
    w->has_components = has_delimiter(w, s, w->d->delimiters.component) ||
                        has_delimiter(w, s, w->d->delimiters.subcomponent);
    walk_pieces(w, s, w->d->delimiters.component, walk_component);
}

static void walk_segment(struct walk *w)
{
    bool header = w->segment->id == HL7V2_MSH;
    uint32_t last = w->segment->fields + header;
    for (w->field = header ? 3 : 1; w->field <= last; w->field++)
        walk_pieces(w, hl7v2_field(w->d, w->segment, w->field), w->d->delimiters.repetition,
                    walk_repetition);
}

void hl7v2_leaves(struct arena *a, const struct doc *d,
                  void (*each)(void *ctx, const struct leaf *l), void *ctx)
{
    struct walk w = { .a = a, .d = d, .each = each, .ctx = ctx };
    for (uint32_t i = 0; i < d->segment_count; i++) {
        w.segment = &d->segments[i];
        walk_segment(&w);
    }
}
