/* hl7v2_doc.h - what the files of the HL7 v2 format share; private to them.
 *
 * A parsed message is an index over the borrowed bytes: where each segment and each field begins.
 * Nothing below a field is indexed: repetitions and components are cut when a path asks for them. */
#ifndef CONCORDAT_FORMAT_HL7V2_DOC_H
#define CONCORDAT_FORMAT_HL7V2_DOC_H

#include "base/charset.h"
#include "contract/format.h"
#include "format/hl7v2.h"

/* MSH-1 and MSH-2. All after component are HL7V2_NO_MARK where MSH-2 ends before them: what ends a
 * line stands in no field, so a search for it there finds nothing. */
struct hl7v2_marks {
    uint8_t field, component, repetition, escape, subcomponent, truncation;
};
#define HL7V2_NO_MARK '\r'
#define HL7V2_USUAL_MARKS ((struct hl7v2_marks){ '|', '^', '~', '\\', '&', HL7V2_NO_MARK })

/* fields: how many; their starts are starts[first] on, and one more that stands for the end. */
struct hl7v2_segment {
    uint32_t id, at, end, first, fields;
    uint32_t kind, nth; /* which of the segments with this id, from 0 */
};

/* All segments of one id: order[first] .. order[first + count - 1]. */
struct hl7v2_kind {
    uint32_t id, first, count;
};

/* A part of a message: offsets in raw. */
struct hl7v2_span {
    uint32_t at, end;
};

/* The repetition that was found last of an each-path, so that the next one is looked for from there. */
struct hl7v2_place {
    const struct path *base;
    const struct hl7v2_segment *segment;
    size_t nth;
    struct hl7v2_span at;
};

struct doc {
    struct slice raw;
    bool is_part; /* another message begins behind it; refused */
    struct hl7v2_marks marks;
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

/* Numbers are from 1; 0 says that the path does not name that part. id 0: relative. */
struct path {
    uint32_t id, segment, field, repetition, component, subcomponent;
    struct hl7v2_condition *conditions;
    size_t condition_count;
};

static inline struct slice hl7v2_bytes(const struct doc *d, struct hl7v2_span s)
{
    return slice_of(d->raw.p + s.at, s.end - s.at);
}

static inline uint32_t hl7v2_id(uint8_t a, uint8_t b, uint8_t c)
{
    return (uint32_t)a << 16 | (uint32_t)b << 8 | c;
}
#define HL7V2_MSH hl7v2_id('M', 'S', 'H')

/* hl7v2.c. The offset of the first byte that is not a byte order mark, a blank or a line end. */
size_t hl7v2_skip_blank(struct slice raw);
/* Whether a message or a batch begins there (MSH, FHS, BHS). */
bool hl7v2_is_header(struct slice s);
/* The three bytes of a segment id, letters folded to upper case; 0 when they are none. */
uint32_t hl7v2_id_read(struct slice s);
/* Reads the marks of the header that begins at `at`. hl7v2.short, hl7v2.header. */
MUST_CHECK bool hl7v2_marks_read(struct slice raw, size_t at, struct hl7v2_marks *out,
                                 struct err *e);
MUST_CHECK bool hl7v2_parse(struct arena *a, const struct head *head, struct slice one,
                            struct doc **out, struct err *e);

/* hl7v2_path.c */
MUST_CHECK bool hl7v2_compile(struct arena *a, struct slice text, struct path **out,
                              struct err *e);

/* hl7v2_find.c. The n-th segment with this id (from 0), or NULL. */
const struct hl7v2_segment *hl7v2_segment_at(const struct doc *d, uint32_t id, size_t n);
/* A field's bytes, from 1; empty when there are fewer fields. */
struct hl7v2_span hl7v2_field(const struct doc *d, const struct hl7v2_segment *s, uint32_t field);
/* Without the blanks at both ends. */
struct hl7v2_span hl7v2_trimmed(const struct doc *d, struct hl7v2_span s);
size_t hl7v2_count(const struct doc *d, const struct path *p);
struct found hl7v2_find(struct arena *a, const struct doc *d, const struct path *p,
                        const struct path *base, size_t nth);

/* hl7v2_leaves.c */
void hl7v2_leaves(struct arena *a, const struct doc *d,
                  void (*each)(void *ctx, const struct leaf *l), void *ctx);

/* hl7v2_text.c. The value of a leaf: escapes undone, UTF-8. Borrows raw or lives in a; when a is full
 * it is the raw bytes, which the check for UTF-8 or a later allocation will stop. */
struct slice hl7v2_decode(struct arena *a, const struct doc *d, struct slice raw);
/* Appends text so that decoding gives it back; without an escape mark, with blanks for what would need it. */
void hl7v2_encode(struct buf *out, const struct hl7v2_marks *m, struct slice text);

/* hl7v2_render.c, hl7v2_reply.c */
MUST_CHECK bool hl7v2_render(const struct node *filled, const struct format_options *o,
                             struct slice id, struct buf *out, struct err *e);
void hl7v2_reply(const struct doc *d, struct slice raw, enum reply_kind kind,
                 const struct err *why, int64_t now_ms, struct buf *out);
/* hl7v2_answer.c */
enum answer_means hl7v2_means(struct slice answer, struct slice sent, struct slice id,
                              struct partner_said *said, struct err *why);

#endif
