/* hl7v2.c - the HL7 v2 format: splitting a unit into messages, and indexing one message.
 *
 * The index is made in one pass over the bytes with one table look-up a byte. */
#include "format/hl7v2.h"

#include "format/hl7v2_doc.h"

#define VT 0x0b
#define FS 0x1c
#define LINE_PIECE_BYTES 256
#define MARKS_LOOKED_AT 40

static const struct slice byte_order_mark = SLICE_INIT("\xef\xbb\xbf");

static bool is_line_end(uint8_t c)
{
    return c == '\r' || c == '\n';
}

/* Blank outside a segment: also the MLLP bytes of a frame that was saved to a file as it came. */
static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == VT || c == FS || is_line_end(c);
}

static bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static uint8_t fold(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

size_t hl7v2_skip_blank(struct slice raw)
{
    size_t at = slice_starts(raw, byte_order_mark) ? byte_order_mark.n : 0;
    while (at < raw.n && is_blank(raw.p[at]))
        at++;
    return at;
}

bool hl7v2_is_header(struct slice s)
{
    return slice_starts(s, SLICE("MSH")) || slice_starts(s, SLICE("FHS")) ||
           slice_starts(s, SLICE("BHS"));
}

uint32_t hl7v2_id_read(struct slice s)
{
    if (s.n < 3)
        return 0;
    uint8_t a = fold(s.p[0]), b = fold(s.p[1]), c = fold(s.p[2]);
    bool good = is_upper(a) && (is_upper(b) || is_digit(b)) && (is_upper(c) || is_digit(c));
    return good ? hl7v2_id(a, b, c) : 0;
}

/* A mark must be printable ASCII, no blank, letter or digit: anything else is a broken header. */
static bool is_mark(uint8_t c)
{
    return c > ' ' && c < 0x7f && !is_digit(c) && !is_upper(fold(c));
}

static bool are_different(struct slice marks)
{
    for (size_t i = 0; i < marks.n; i++)
        for (size_t j = 0; j < i; j++)
            if (marks.p[i] == marks.p[j])
                return false;
    return true;
}

/* Of fewer than four: whether one has a place that is usually another's, so that one may be missing. */
static bool are_in_place(struct slice marks)
{
    static const struct slice usual = SLICE_INIT("^~\\&");
    for (size_t i = 1; i < marks.n && marks.n < 1 + usual.n; i++) {
        size_t place = slice_find(usual, marks.p[i]);
        if (place < usual.n && place != i - 1)
            return false;
    }
    return true;
}

/* MSH-1 and MSH-2, which ends at the next field separator or line end; false where it is cut off. There
 * are not so many different marks as are looked at. */
static bool find_marks(struct slice head, struct slice *out)
{
    size_t n = 4;
    while (n < head.n && n < MARKS_LOOKED_AT && head.p[n] != head.p[3] && !is_line_end(head.p[n]))
        n++;
    *out = (struct slice){ head.p + 3, n - 3 };
    return out->n > 4 || (n < head.n && !is_line_end(head.p[n]));
}

static uint8_t mark_at(struct slice marks, size_t i)
{
    return i < marks.n ? marks.p[i] : HL7V2_NO_MARK;
}

bool hl7v2_marks_read(struct slice raw, size_t at, struct hl7v2_marks *out, struct err *e)
{
    struct slice marks;
    struct slice head = slice_from(raw, at);
    if (head.n == 0)
        return err_set(e, ERR_REJECT, "hl7v2.short", at, "cannot read message: it is empty");
    if (!slice_starts(head, SLICE("MSH")))
        return err_set(e, ERR_REJECT, "hl7v2.header", at, "cannot find 'MSH' at the start");
    if (head.n < 5 || !find_marks(head, &marks))
        return err_set(e, ERR_REJECT, "hl7v2.short", raw.n, "cannot read MSH: it ends in MSH-2");
    for (size_t i = 0; i < marks.n; i++)
        if (!is_mark(marks.p[i]))
            return err_set(e, ERR_REJECT, "hl7v2.header", at + 3 + i,
                           "cannot use MSH-2: a mark is a letter, a digit or no character");
    if (marks.n == 1 || !are_different(marks))
        return err_set(e, ERR_REJECT, "hl7v2.header", at + 4,
                       "cannot use MSH-2: it names no mark, or one twice");
    if (!are_in_place(marks))
        return err_set(e, ERR_REJECT, "hl7v2.header", at + 4,
                       "cannot use MSH-2: which of its four marks is missing can only be guessed");
    *out = (struct hl7v2_marks){ marks.p[0], marks.p[1], mark_at(marks, 2), mark_at(marks, 3),
                                 mark_at(marks, 4), mark_at(marks, 5) };
    return true;
}

enum byte_class { PLAIN, FIELD_END, LINE_END, REPETITION };

/* The index while it grows; starts and segments double in the arena. */
struct scan {
    struct arena *a;
    struct doc *d;
    uint32_t start_count, start_room, segment_room;
    uint8_t class[256];
};

static void *doubled(struct arena *a, const void *old, uint32_t count, uint32_t *room,
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
        void *p = doubled(s->a, s->d->starts, s->start_count, &s->start_room, sizeof(uint32_t));
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
        void *p = doubled(s->a, d->segments, d->segment_count, &s->segment_room,
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
        fields += is_field;
        repetitions = is_field ? 0 : repetitions + 1;
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
    bool ends = line.n == 3 || (line.n > 3 && (s->class[line.p[3]] == FIELD_END ||
                                               s->class[line.p[3]] == LINE_END));
    if (!id || !ends)
        return err_set(e, ERR_REJECT, "hl7v2.segment", *at, "cannot read line: no segment id");
    if (d->segment_count > 0 && id == HL7V2_MSH)
        return err_set(e, ERR_REJECT, "hl7v2.segment", *at, "cannot take a second MSH");
    size_t end = 0;
    if (!add_segment(s, id, *at, e) || !scan_fields(s, *at + 3, &end, e))
        return false;
    struct hl7v2_segment *seg = &d->segments[d->segment_count - 1];
    seg->fields = s->start_count - seg->first;
    seg->end = (uint32_t)(end > *at + 3 && d->raw.p[end - 1] == FS ? end - 1 : end);
    if (s->start_count >= HL7V2_ALL_FIELDS_MAX)
        return err_set(e, ERR_REJECT, "hl7v2.limit", *at, "cannot take more than %d fields",
                       HL7V2_ALL_FIELDS_MAX);
    *at = end;
    return add_start(s, (size_t)seg->end + 1, e);
}

/* True when the line at `at` holds nothing but blanks; *end is where it ends. */
static bool is_blank_line(struct slice raw, size_t at, size_t *end)
{
    while (at < raw.n && is_blank(raw.p[at]) && !is_line_end(raw.p[at]))
        at++;
    *end = at;
    return at == raw.n || is_line_end(raw.p[at]);
}

/* A VT before a segment is passed over here, and refused when all has been read. */
static bool scan_all(struct scan *s, size_t at, struct err *e)
{
    while (at < s->d->raw.n) {
        size_t end = 0;
        bool is_blank_one = is_blank_line(s->d->raw, at, &end);
        while (!is_blank_one && s->d->raw.p[at] == VT)
            at++;
        if (is_blank_one)
            at = end;
        else if (!scan_segment(s, &at, e))
            return false;
        if (at < s->d->raw.n)
            at++; /* the line end */
    }
    return true;
}

static uint32_t *slot_of(const struct doc *d, uint32_t id)
{
    uint32_t i = id * 0x9e3779b1u >> 8 & d->slot_mask;
    while (d->slots[i] && d->kinds[d->slots[i] - 1].id != id)
        i = (i + 1) & d->slot_mask;
    return &d->slots[i];
}

/* Gathers the segments by id, so that the n-th of a kind is found without a search. */
static bool sort_kinds(struct arena *a, struct doc *d, struct err *e)
{
    uint32_t slots = 16;
    while (slots < d->segment_count * 2)
        slots *= 2;
    d->slot_mask = slots - 1;
    d->slots = ARENA_ARRAY(a, slots, uint32_t);
    d->kinds = ARENA_ARRAY(a, d->segment_count, struct hl7v2_kind);
    d->order = ARENA_ARRAY(a, d->segment_count, uint32_t);
    if (!d->slots || !d->kinds || !d->order)
        return err_memory(e);
    for (uint32_t i = 0; i < d->segment_count; i++) {
        uint32_t *slot = slot_of(d, d->segments[i].id);
        if (!*slot) {
            d->kinds[d->kind_count].id = d->segments[i].id;
            *slot = ++d->kind_count;
        }
        d->segments[i].kind = *slot - 1;
        d->segments[i].nth = d->kinds[*slot - 1].count++;
    }
    for (uint32_t k = 1; k < d->kind_count; k++)
        d->kinds[k].first = d->kinds[k - 1].first + d->kinds[k - 1].count;
    for (uint32_t i = 0; i < d->segment_count; i++)
        d->order[d->kinds[d->segments[i].kind].first + d->segments[i].nth] = i;
    return true;
}

const struct hl7v2_segment *hl7v2_segment_at(const struct doc *d, uint32_t id, size_t n)
{
    uint32_t slot = *slot_of(d, id);
    const struct hl7v2_kind *k = slot ? &d->kinds[slot - 1] : NULL;
    return k && n < k->count ? &d->segments[d->order[k->first + n]] : NULL;
}

static bool has_high(struct slice s)
{
    uint8_t all = 0;
    for (size_t i = 0; i < s.n; i++)
        all |= s.p[i];
    return all & 0x80;
}

/* A switch of the set within a text (2.A, "Escape sequences supporting multiple character sets"). */
static bool switches_set(const struct doc *d)
{
    const uint8_t switches[] = { d->marks.escape, 'C', d->marks.escape, 'M' };
    if (memchr(d->raw.p, 0x1b, d->raw.n))
        return true; /* ISO 2022, as the Japanese sets are written */
    if (d->marks.escape == HL7V2_NO_MARK)
        return false;
    return memmem(d->raw.p, d->raw.n, switches, 2) || memmem(d->raw.p, d->raw.n, switches + 2, 2);
}

/* MSH-18 (table 0211): the first repetition is the set of the message, others are those that escapes
 * switch to. What is all ASCII reads the same in every set; bytes past it want a set that is read. */
static bool set_charset(struct doc *d, struct err *e)
{
    struct hl7v2_span field = hl7v2_field(d, &d->segments[0], 18);
    struct slice all = hl7v2_bytes(d, field);
    struct slice first = slice_trim(slice_head(all, slice_find(all, d->marks.repetition)));
    enum charset_kind kind = charset_named(first);
    d->charset = kind;
    if (kind == CHARSET_ASCII || kind == CHARSET_UTF16LE || kind == CHARSET_UTF32LE || !first.n)
        d->charset = CHARSET_UTF8; /* the marks stand as single bytes, so it is neither 16 nor 32 */
    bool several = all.n > 0 && slice_find(all, d->marks.repetition) < all.n;
    if ((several || kind == CHARSET_UNREAD) && switches_set(d))
        return err_set(e, ERR_REJECT, "hl7v2.charset", field.at,
                       "cannot read text that switches its character set: send one set, as UTF-8");
    if (d->charset < CHARSET_UNREAD || !has_high(d->raw))
        return true;
    if (kind == CHARSET_UNKNOWN && slice_is_utf8(d->raw)) {
        d->charset = CHARSET_UTF8;
        return true;
    }
    return err_set(e, ERR_REJECT, "hl7v2.charset", field.at,
                   kind == CHARSET_UNKNOWN
                       ? "cannot read text: MSH-18 names a character set that table 0211 lacks"
                       : "cannot read text: the character set in MSH-18 is not read here");
}

static bool scan_init(struct scan *s, struct arena *a, struct doc *d)
{
    *s = (struct scan){ .a = a, .d = d, .segment_room = 32 };
    s->start_room = (uint32_t)(d->raw.n / 4 < 100000 ? d->raw.n / 4 : 100000) + 32;
    s->class[d->marks.field] = FIELD_END;
    s->class[d->marks.repetition] = REPETITION; /* or none, which is a line end below */
    s->class['\r'] = s->class['\n'] = LINE_END;
    d->starts = arena_raw(a, s->start_room * sizeof *d->starts);
    d->segments = arena_raw(a, s->segment_room * sizeof *d->segments);
    d->last = ARENA_NEW(a, struct hl7v2_place);
    return d->starts && d->segments && d->last;
}

/* MSH-10 is echoed, remembered and shown: what is longer than any (2.7 allows 199) is no identifier. */
static bool check_control_id(const struct doc *d, struct err *e)
{
    struct hl7v2_span field = hl7v2_field(d, &d->segments[0], 10);
    return hl7v2_bytes(d, field).n <= HL7V2_CONTROL_ID_MAX ||
           err_set(e, ERR_REJECT, "hl7v2.control_id", field.at,
                   "cannot take a message whose MSH-10 is longer than %d characters",
                   HL7V2_CONTROL_ID_MAX);
}

/* The first VT that stands within the message, or raw.n. Of a frame that was saved as it came the next
 * one's VT stands behind the FS. */
static size_t find_vt(struct slice raw, size_t begin)
{
    size_t vt = begin + slice_find(slice_from(raw, begin), VT), end = raw.n;
    if (vt >= raw.n)
        return raw.n;
    while (is_blank(raw.p[end - 1]))
        end--;
    end += slice_find(slice_from(raw, end), FS);
    return vt < end ? vt : raw.n;
}

/* Of the VTs from vt on the first that a header stands behind, or raw.n. */
static size_t find_nested(struct slice raw, size_t vt)
{
    while (vt < raw.n && !hl7v2_is_header(slice_from(raw, vt + 1)))
        vt += 1 + slice_find(slice_from(raw, vt + 1), VT);
    return vt < raw.n ? vt : raw.n;
}

static bool refuse_nested(size_t vt, struct err *e)
{
    return err_set(e, ERR_REJECT, "hl7v2.nested", vt,
                   "cannot take a message in which another begins (VT, header)");
}

/* A frame's start where none can be: a frame that its sender began anew, or a text that was not escaped.
 * Checked when all has been read, since what the message restricts counts all the same. */
static bool check_vt(const struct doc *d, size_t vt, struct err *e)
{
    if (d->is_part)
        return refuse_nested(d->raw.n, e);
    if (vt == d->raw.n)
        return true;
    const struct hl7v2_segment *s = &d->segments[d->segment_count - 1];
    while (s->at > vt)
        s--;
    return err_set(e, ERR_REJECT, "hl7v2.vt", vt,
                   "cannot take VT (0x0B) in %.3s at byte %zu: write a line break as escape .br",
                   (const char *)d->raw.p + s->at, vt);
}

bool hl7v2_parse(struct arena *a, const struct head *head, struct slice one, struct doc **out,
                 struct err *e)
{
    (void)head;
    if (one.n > HL7V2_MESSAGE_MAX)
        return err_set(e, ERR_REJECT, "hl7v2.limit", HL7V2_MESSAGE_MAX,
                       "cannot take a message of more than %zu bytes", HL7V2_MESSAGE_MAX);
    struct hl7v2_marks marks;
    size_t at = hl7v2_skip_blank(one);
    enum charset_kind kind = charset_begins(one);
    if (kind != CHARSET_UTF8)
        return err_set(e, ERR_REJECT, "hl7v2.charset", 0,
                       "cannot read message: it is %s, where each mark is one byte",
                       charset_name(kind));
    if (!hl7v2_marks_read(one, at, &marks, e))
        return false;
    struct doc *d = ARENA_NEW(a, struct doc);
    struct scan s;
    if (!d)
        return err_memory(e);
    size_t vt = find_vt(one, at);
    d->raw = slice_head(one, find_nested(one, vt));
    d->is_part = d->raw.n < one.n;
    d->marks = marks;
    if (!scan_init(&s, a, d))
        return err_memory(e);
    if (!scan_all(&s, at, e) || !sort_kinds(a, d, e))
        return false;
    if (!check_control_id(d, e) || !set_charset(d, e))
        return false;
    *out = d;
    return check_vt(d, vt, e);
}

enum line_kind { LINE_SEGMENT, LINE_MESSAGE, LINE_ENVELOPE };

/* Batch envelopes (HL7 v2 chapter 2, "HL7 batch protocol") carry no content of a message. */
static enum line_kind line_kind(struct slice line)
{
    static const struct slice envelopes[] = { SLICE_INIT("FHS"), SLICE_INIT("BHS"),
                                              SLICE_INIT("BTS"), SLICE_INIT("FTS") };
    if (line.n > 3 && !is_mark(line.p[3]) && !is_line_end(line.p[3]))
        return LINE_SEGMENT;
    if (slice_starts(line, SLICE("MSH")))
        return LINE_MESSAGE;
    for (size_t i = 0; i < sizeof envelopes / sizeof envelopes[0]; i++)
        if (slice_starts(line, envelopes[i]))
            return LINE_ENVELOPE;
    return LINE_SEGMENT;
}

/* Of either mark the first, looked for a piece at a time: a search for one alone would pass over
 * the rest of the unit, line by line, where all lines end with the other. */
static size_t line_end(struct slice unit, size_t at)
{
    while (at < unit.n) {
        struct slice piece = slice_head(slice_from(unit, at), LINE_PIECE_BYTES);
        size_t n = slice_find(slice_head(piece, slice_find(piece, '\r')), '\n');
        at += n;
        if (n < piece.n)
            break;
    }
    return at;
}

static size_t next_line(struct slice unit, size_t at)
{
    at = line_end(unit, at);
    while (at < unit.n && is_blank(unit.p[at]))
        at++;
    return at;
}

/* The first line at or after `at` that is not of an envelope. */
static size_t skip_envelopes(struct slice unit, size_t at)
{
    while (at < unit.n && line_kind(slice_from(unit, at)) == LINE_ENVELOPE)
        at = next_line(unit, at);
    return at;
}

/* Of a file of frames: whether the FS of one is the last that stands there. */
static bool has_ended(struct slice frame)
{
    while (frame.n > 0 && is_blank(frame.p[frame.n - 1]) && frame.p[frame.n - 1] != FS)
        frame.n--;
    return frame.n > 0 && frame.p[frame.n - 1] == FS;
}

/* A frame's start with a header behind it where the frame before has not ended: its sender began anew, or
 * a text holds the bytes of a message. Which of the two, nobody can tell, nor where one ends: so the rest of
 * the unit is refused, and for a VT alone the message (parse). */
static bool begins_within(struct slice unit, size_t from, size_t end, size_t *at)
{
    for (size_t i = from; i < end; i++) {
        struct slice piece = slice_of(unit.p + i, end - i);
        piece = slice_head(piece, slice_find(piece, VT));
        i += piece.n;
        if (i < end && !has_ended(piece) && hl7v2_is_header(slice_from(unit, i + 1))) {
            *at = i;
            return true;
        }
    }
    return false;
}

/* Where the message that begins at `from` ends. */
static size_t message_end(struct slice unit, size_t from)
{
    if (from >= unit.n)
        return unit.n;
    size_t end = next_line(unit, from);
    while (end < unit.n && line_kind(slice_from(unit, end)) == LINE_SEGMENT)
        end = next_line(unit, end);
    return end;
}

/* A batch file or several messages one after the other: each MSH begins a message. What stands
 * before the first MSH and is no envelope is handed out too, for parse() to refuse. */
static bool hl7v2_split(struct arena *a, struct slice unit, struct cut *c, struct slice *one,
                        struct err *e)
{
    (void)a;
    size_t begun = c->at ? c->at : hl7v2_skip_blank(unit), within = 0;
    if (c->at == 0 && begun == unit.n)
        return err_set(e, ERR_REJECT, "hl7v2.short", unit.n, "cannot read unit: it is empty");
    size_t from = skip_envelopes(unit, begun), end = message_end(unit, from);
    if (begins_within(unit, begun, end, &within))
        return refuse_nested(within, e);
    if (from >= unit.n)
        return false;
    *one = slice_of(unit.p + from, end - from);
    c->at = end;
    return true;
}

static bool hl7v2_is_part(const struct doc *d)
{
    return d->is_part;
}

/* Table 0103: debugging, training. */
static const char *const tests[] = { "D", "T", NULL };

const struct format format_hl7v2 = {
    .name = "hl7v2",
    .environment = "MSH-11",
    .never_live = tests,
    .split = hl7v2_split,
    .parse = hl7v2_parse,
    .is_part = hl7v2_is_part,
    .compile = hl7v2_compile,
    .count = hl7v2_count,
    .find = hl7v2_find,
    .leaves = hl7v2_leaves,
    .render = hl7v2_render,
    .reply = hl7v2_reply,
    .means = hl7v2_means,
};
