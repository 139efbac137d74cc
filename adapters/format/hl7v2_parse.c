/* hl7v2_parse.c - indexing one message, in one pass over its bytes with one table look-up a
 * byte. */
#include "format/hl7v2_doc.h"
#include "format/hl7v2_line.h"
#include "format/hl7v2_vt.h"

enum byte_class { PLAIN, FIELD_END, LINE_END, REPETITION };

/* The index while it grows; starts and segments double in the arena. */
struct scan {
    struct arena *a;
    struct doc *d;
    uint32_t start_count, start_room, segment_room;
    uint8_t class[256];
};

static void *grown_double(struct arena *a, const void *old, uint32_t count, uint32_t *room,
                          size_t item_bytes)
{
    void *p = arena_raw(a, (size_t)*room * 2 * item_bytes);
    if (!p)
        return NULL;
    memcpy(p, old, count * item_bytes);
    *room *= 2;
    return p;
}

static bool add_start(struct scan *s, size_t at, struct err *e)
{
    if (s->start_count == s->start_room) {
        void *p =
            grown_double(s->a, s->d->starts, s->start_count, &s->start_room, sizeof *s->d->starts);
        if (!p)
            return err_memory(e);
        s->d->starts = p;
    }
    s->d->starts[s->start_count++] = (uint32_t)at;
    return true;
}

static bool add_segment(struct scan *s, uint32_t id, size_t at, struct err *e)
{
    struct doc *d = s->d;
    if (d->segment_count == HL7V2_SEGMENTS_MAX)
        return err_set(e, ERR_REJECT, "hl7v2.limit", at, "cannot take more than %d segments",
                       HL7V2_SEGMENTS_MAX);
    if (d->segment_count == s->segment_room) {
        void *p = grown_double(s->a, d->segments, d->segment_count, &s->segment_room,
                               sizeof *d->segments);
        if (!p)
            return err_memory(e);
        d->segments = p;
    }
    d->segments[d->segment_count++] =
        (struct hl7v2_segment){ .id = id, .at = (uint32_t)at, .first = s->start_count };
    return true;
}

/* Reads fields from `at` (just after the id) to the line's end; *end is that end. */
static bool scan_fields(struct scan *s, size_t at, size_t *end, struct err *e)
{
    const uint8_t *p = s->d->raw.p;
    size_t n = s->d->raw.n;
    uint32_t fields = 0, repetitions = 0;
    for (;; at++) {
        while (at < n && s->class[p[at]] == PLAIN)
            at++;
        if (at == n || s->class[p[at]] == LINE_END)
            break;
        bool is_field = s->class[p[at]] == FIELD_END;
        if (is_field) {
            fields++;
            repetitions = 0;
        } else {
            repetitions++;
        }
        if (fields > HL7V2_FIELDS_MAX || repetitions >= HL7V2_FIELDS_MAX)
            return err_set(e, ERR_REJECT, "hl7v2.limit", at, "cannot take more than %d %s",
                           HL7V2_FIELDS_MAX, is_field ? "fields" : "repetitions");
        if (is_field && !add_start(s, at + 1, e))
            return false;
    }
    *end = at;
    return true;
}

/* One line with a segment; *at moves to the line's end. */
static bool scan_segment(struct scan *s, size_t *at, struct err *e)
{
    struct doc *d = s->d;
    struct slice line = slice_from(d->raw, *at);
    uint32_t id = hl7v2_id_read(line);
    uint8_t behind = line.n > 3 ? s->class[line.p[3]] : LINE_END;
    bool ends = behind == FIELD_END || behind == LINE_END;
    if (!id || !ends)
        return err_set(e, ERR_REJECT, "hl7v2.segment", *at, "cannot read line: no segment id");
    if (d->segment_count > 0 && id == HL7V2_MSH)
        return err_set(e, ERR_REJECT, "hl7v2.segment", *at, "cannot take a second MSH");
    size_t end = 0;
    if (!add_segment(s, id, *at, e))
        return false;
    if (!scan_fields(s, *at + 3, &end, e))
        return false;
    struct hl7v2_segment *seg = &d->segments[d->segment_count - 1];
    bool ends_by_fs = end > *at + 3 && d->raw.p[end - 1] == HL7V2_FS;
    seg->fields = s->start_count - seg->first;
    seg->end = (uint32_t)(ends_by_fs ? end - 1 : end);
    if (s->start_count >= HL7V2_ALL_FIELDS_MAX)
        return err_set(e, ERR_REJECT, "hl7v2.limit", *at, "cannot take more than %d fields",
                       HL7V2_ALL_FIELDS_MAX);
    *at = end;
    return add_start(s, (size_t)seg->end + 1, e);
}

/* True when the line at `at` holds nothing but blanks; *end is where it ends. */
static bool is_blank_line(struct slice raw, size_t at, size_t *end)
{
    while (at < raw.n && hl7v2_line_is_blank(raw.p[at]) && !hl7v2_line_is_end(raw.p[at]))
        at++;
    *end = at;
    return at == raw.n || hl7v2_line_is_end(raw.p[at]);
}

/* A VT or FS before a segment is passed over here, and refused when all has been read. */
static bool scan_all(struct scan *s, size_t at, struct err *e)
{
    struct slice raw = s->d->raw;
    while (at < raw.n) {
        size_t end = 0;
        if (is_blank_line(raw, at, &end)) {
            at = end;
        } else {
            while (raw.p[at] == HL7V2_VT || raw.p[at] == HL7V2_FS)
                at++;
            if (!scan_segment(s, &at, e))
                return false;
        }
        if (at < raw.n)
            at++; /* the line end */
    }
    return true;
}

static bool scan_init(struct scan *s, struct arena *a, struct doc *d)
{
    *s = (struct scan){ .a = a, .d = d, .segment_room = 32 };
    s->start_room = (uint32_t)(d->raw.n / 4 < 100000 ? d->raw.n / 4 : 100000) + 32;
    s->class[d->delimiters.field] = FIELD_END;
    s->class[d->delimiters.repetition] = REPETITION; /* or none, which is a line end below */
    s->class['\r'] = s->class['\n'] = LINE_END;
    d->starts = arena_raw(a, s->start_room * sizeof *d->starts);
    d->segments = arena_raw(a, s->segment_room * sizeof *d->segments);
    d->last = ARENA_NEW(a, struct hl7v2_place);
    return d->starts && d->segments && d->last;
}

/* MSH-10 is echoed, remembered and shown. HL7 2.7 allows 199 characters: a much longer one is no
 * identifier. */
static bool check_control_id(const struct doc *d, struct err *e)
{
    struct hl7v2_span field = hl7v2_field(d, &d->segments[0], 10);
    if (hl7v2_bytes(d, field).n > HL7V2_CONTROL_ID_MAX)
        return err_set(e, ERR_REJECT, "hl7v2.control_id", field.at,
                       "cannot take a message whose MSH-10 is longer than %d characters",
                       HL7V2_CONTROL_ID_MAX);
    return true;
}

static const char *segment_of(const struct doc *d, size_t at)
{
    const struct hl7v2_segment *s = &d->segments[d->segment_count - 1];
    while (s->at > at)
        s--;
    return (const char *)d->raw.p + s->at;
}

/* Refuses a VT or FS within the message: its sender began the frame anew, or did not escape a text.
 * This is checked when all has been read, since what such a message restricts counts all the
 * same. */
static bool check_marks(const struct doc *d, size_t vt, size_t fs, struct err *e)
{
    if (d->breaks_off)
        return hl7v2_vt_refuse(d->raw.n, e);
    if (vt < d->raw.n)
        return err_set(
            e, ERR_REJECT, "hl7v2.vt", vt,
            "cannot take VT (0x0B) in %.3s at byte %zu: write a line break as escape .br",
            segment_of(d, vt), vt);
    return fs == d->raw.n ||
           err_set(e, ERR_REJECT, "hl7v2.fs", fs,
                   "cannot take FS (0x1C) in %.3s at byte %zu: write it as escape X1C",
                   segment_of(d, fs), fs);
}

bool hl7v2_parse(struct arena *a, const struct head *head, struct slice one, struct doc **out,
                 struct err *e)
{
    (void)head;
    if (one.n > HL7V2_MESSAGE_MAX)
        return err_set(e, ERR_REJECT, "hl7v2.limit", HL7V2_MESSAGE_MAX,
                       "cannot take a message of more than %zu bytes", HL7V2_MESSAGE_MAX);
    struct hl7v2_delimiters delimiters;
    size_t at = hl7v2_line_first(one);
    enum charset_kind kind = charset_begins(one);
    if (kind != CHARSET_UTF8)
        return err_set(e, ERR_REJECT, "hl7v2.charset", 0,
                       "cannot read message: it is %s, where each mark is one byte",
                       charset_name(kind));
    if (!hl7v2_delimiters_read(one, at, &delimiters, e))
        return false;
    struct doc *d = ARENA_NEW(a, struct doc);
    struct scan s;
    if (!d)
        return err_memory(e);
    size_t vt = hl7v2_vt_within(one, at), fs = hl7v2_fs_within(one, at);
    d->raw = slice_head(one, hl7v2_vt_nested(one, vt < fs ? vt : fs));
    d->breaks_off = d->raw.n < one.n;
    d->delimiters = delimiters;
    if (!scan_init(&s, a, d))
        return err_memory(e);
    if (!scan_all(&s, at, e))
        return false;
    if (!hl7v2_segment_sort(a, d, e))
        return false;
    if (!check_control_id(d, e))
        return false;
    if (!hl7v2_text_charset(d, e))
        return false;
    *out = d;
    return check_marks(d, vt, fs, e);
}
