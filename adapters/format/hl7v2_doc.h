/* hl7v2_doc.h - what the files of the HL7 v2 format share; private to them.
 *
 * A parsed message is an index over the borrowed bytes: where each segment and each field begins.
 * Nothing below a field is indexed: repetitions and components are cut when a path asks for
 * them. */
#ifndef CONCORDAT_FORMAT_HL7V2_DOC_H
#define CONCORDAT_FORMAT_HL7V2_DOC_H

#include "base/charset.h"
#include "contract/format.h"
#include "format/hl7v2.h"
#include "format/hl7v2_id.h"
#include "format/hl7v2_delimiters.h"

/* fields: how many; their starts are starts[first] on, and one more that stands for the end. */
struct hl7v2_segment {
    uint32_t id, at, end, first, fields;
    uint32_t kind, nth; /* which of the segments with this id, from 0 */
};

/* All segments of one id: order[first] .. order[first + count - 1]. */
struct hl7v2_kind {
    uint32_t id, first, count;
};

/* A stretch of a message: offsets in raw. */
struct hl7v2_span {
    uint32_t at, end;
};

/* The repetition that was found last of an each-path, so that the next one is looked for from
 * there. */
struct hl7v2_place {
    const struct path *base;
    const struct hl7v2_segment *segment;
    size_t nth;
    struct hl7v2_span at;
};

struct doc {
    struct slice raw;
    bool breaks_off; /* another message begins behind it; refused */
    struct hl7v2_delimiters delimiters;
    enum charset_kind charset; /* UTF8: or windows-1252 where a leaf is not well-formed */
    struct hl7v2_segment *segments;
    uint32_t segment_count, kind_count;
    uint32_t *starts, *order;
    struct hl7v2_kind *kinds;
    uint32_t *slots; /* hash table: kind + 1, 0 is empty */
    uint32_t slot_mask;
    struct hl7v2_place *last; /* written by find */
};

struct hl7v2_condition {
    uint32_t component, subcomponent;
    bool differs;
    struct slice *words;
    size_t word_count;
};

/* Numbers are from 1; 0 says that the path names none. id 0: relative. */
struct path {
    uint32_t id, segment, field, repetition, component, subcomponent;
    struct hl7v2_condition *conditions;
    size_t condition_count;
};

static inline struct slice hl7v2_bytes(const struct doc *d, struct hl7v2_span s)
{
    return slice_of(d->raw.p + s.at, s.end - s.at);
}

/* A field's bytes, from 1; empty when there are fewer fields. */
static inline struct hl7v2_span hl7v2_field(const struct doc *d, const struct hl7v2_segment *s,
                                            uint32_t field)
{
    if (s->id == HL7V2_MSH) { /* MSH-1 is the field separator itself */
        if (field == 1)
            return (struct hl7v2_span){ s->at + 3, s->at + 4 };
        field--;
    }
    if (field == 0 || field > s->fields)
        return (struct hl7v2_span){ s->end, s->end };
    const uint32_t *start = &d->starts[s->first + field - 1];
    return (struct hl7v2_span){ start[0], start[1] - 1 };
}

static inline bool hl7v2_is_space(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* Blanks at both ends are not part of a value. */
static inline struct hl7v2_span hl7v2_trimmed(const struct doc *d, struct hl7v2_span s)
{
    const uint8_t *p = d->raw.p;
    while (s.at < s.end && hl7v2_is_space(p[s.at]))
        s.at++;
    while (s.at < s.end && hl7v2_is_space(p[s.end - 1]))
        s.end--;
    return s;
}

/* hl7v2_split.c */
MUST_CHECK bool hl7v2_split(struct arena *a, struct slice unit, struct cut *c, struct slice *one,
                            struct err *e);
/* hl7v2_parse.c */
MUST_CHECK bool hl7v2_parse(struct arena *a, const struct head *head, struct slice one,
                            struct doc **out, struct err *e);

/* hl7v2_path.c */
MUST_CHECK bool hl7v2_compile(struct arena *a, struct slice text, struct path **out, struct err *e);
MUST_CHECK bool hl7v2_place(struct arena *a, const struct path *p, const struct path **whole,
                            struct slice *name, struct err *e);

/* hl7v2_segment.c. Gathers the segments by id, so that the n-th of a kind is found without a
 * search. */
MUST_CHECK bool hl7v2_segment_sort(struct arena *a, struct doc *d, struct err *e);
/* The n-th segment with this id (from 0), or NULL. */
const struct hl7v2_segment *hl7v2_segment_at(const struct doc *d, uint32_t id, size_t n);

/* hl7v2_person.c. The index of the segment at which a second person begins; segment_count: there
 * is none. */
uint32_t hl7v2_first_end(const struct doc *d);
MUST_CHECK bool hl7v2_further(struct arena *a, const struct doc *d, size_t nth,
                              const struct doc **out, struct err *e);

/* hl7v2_find.c */
size_t hl7v2_count(const struct doc *d, const struct path *p);
struct found hl7v2_find(struct arena *a, const struct doc *d, const struct path *p,
                        const struct path *base, size_t nth);
bool hl7v2_hides(struct arena *a, const struct doc *d, const struct path *p,
                 const struct path *const *all, size_t n);

/* hl7v2_leaves.c */
void hl7v2_leaves(struct arena *a, const struct doc *d,
                  void (*each)(void *ctx, const struct leaf *l), void *ctx);

/* hl7v2_text.c. MSH-18 (table 0211), where the segments are sorted. hl7v2.charset. */
MUST_CHECK bool hl7v2_text_charset(struct doc *d, struct err *e);
/* The value of a leaf: escapes undone, UTF-8. Borrows raw or lives in a; when a is full
 * it is the raw bytes, which the check for UTF-8 or a later allocation will stop. */
struct slice hl7v2_decode(struct arena *a, const struct doc *d, struct slice raw);
/* Appends text so that decoding gives it back; without an escape character, with blanks for what
 * would need it. */
void hl7v2_encode(struct buf *out, const struct hl7v2_delimiters *m, struct slice text);

/* hl7v2_render.c, hl7v2_reply.c */
MUST_CHECK bool hl7v2_render(const struct node *filled, const struct format_options *o,
                             struct slice id, struct buf *out, struct err *e);
void hl7v2_reply(const struct doc *d, struct slice raw, enum reply_kind kind, const struct err *why,
                 int64_t now_ms, struct buf *out);
/* hl7v2_answer.c */
enum answer_means hl7v2_means(struct slice answer, struct slice sent, struct slice id,
                              struct partner_said *said, struct err *why);

#endif
