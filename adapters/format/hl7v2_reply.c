/* hl7v2_reply.c - the acknowledgement we send.
 *
 * The header line is read here by its separators alone, and echoed byte for byte. So a message
 * that could not be parsed still gets an answer that its sender can place. */
#include "base/clock.h"
#include "base/ids.h"
#include "format/hl7v2_doc.h"
#include "format/hl7v2_line.h"
#include "format/hl7v2_vt.h"

#define HEADER_FIELDS 18
#define TEXT_MAX 80                   /* MSA-3 */
#define ECHO_MAX HL7V2_CONTROL_ID_MAX /* of each field of the header */

/* field[n] is MSH-n, raw; empty where there is none. line: all of it. */
struct header {
    struct hl7v2_delimiters delimiters;
    struct slice line;
    struct slice field[HEADER_FIELDS + 1];
};

static struct slice before_marks(struct slice s)
{
    s = slice_head(s, slice_find(s, HL7V2_VT));
    return slice_head(s, slice_find(s, HL7V2_FS));
}

/* The header line. It ends before another message that begins in it, so that nothing of that is
 * echoed. */
static struct slice line_at(struct slice raw, size_t at)
{
    struct slice line = slice_from(raw, at);
    line = slice_head(line, slice_find(line, '\r'));
    line = slice_head(line, slice_find(line, '\n'));
    return slice_head(line, hl7v2_vt_nested(line, before_marks(line).n));
}

/* Cuts each field before its first VT or FS, which in an answer would begin or end a frame. */
static void end_at_marks(struct header *h)
{
    for (size_t n = 2; n <= HEADER_FIELDS; n++)
        h->field[n] = before_marks(h->field[n]);
}

/* Reads what can be read: broken delimiters leave the usual ones, no MSH leaves all fields empty.
 */
static void read_header(struct slice raw, struct header *h)
{
    struct err ignored = { .fate = ERR_NONE };
    size_t at = hl7v2_line_first(raw);
    struct slice line = line_at(raw, at);
    *h = (struct header){ .delimiters = HL7V2_USUAL_DELIMITERS, .line = line };
    if (!slice_starts(line, SLICE("MSH")) || line.n < 4)
        return;
    struct hl7v2_delimiters found;
    if (hl7v2_delimiters_read(raw, at, &found, &ignored))
        h->delimiters = found;
    uint8_t separator = line.p[3];
    struct slice rest = slice_from(line, 4);
    for (size_t n = 2; n <= HEADER_FIELDS; n++) {
        size_t end = slice_find(rest, separator);
        h->field[n] = slice_head(slice_head(rest, end), ECHO_MAX);
        rest = slice_from(rest, end + 1);
    }
    if (before_marks(line).n < line.n)
        end_at_marks(h);
}

/* The n-th component (from 1) of a field's first repetition. */
static struct slice header_component(const struct header *h, size_t field, size_t n)
{
    struct slice s = h->field[field];
    s = slice_head(s, slice_find(s, h->delimiters.repetition));
    for (; n > 1; n--)
        s = slice_from(s, slice_find(s, h->delimiters.component) + 1);
    return slice_head(s, slice_find(s, h->delimiters.component));
}

/* Table 0155: whether that acknowledgement is asked for. */
static bool is_asked(struct slice field, enum reply_kind kind)
{
    field = slice_trim(field);
    if (slice_equal_nocase(field, SLICE("ER")))
        return kind != REPLY_ACCEPT;
    if (slice_equal_nocase(field, SLICE("SU")))
        return kind == REPLY_ACCEPT;
    return field.n > 0 && !slice_equal_nocase(field, SLICE("NE"));
}

/* The acknowledgements that are due, in order: 'C' commit, 'A' application. In original mode,
 * where neither MSH-15 nor MSH-16 is used, only the application's is sent. In enhanced mode (HL7
 * v2.4 2.9.2, 2.9.3) each is sent as asked for, but not the application's when the commit was
 * refused. One is always sent, for senders with NE in both fields wait all the same. */
static const char *modes_of(const struct header *h, enum reply_kind kind)
{
    struct slice accept = slice_trim(h->field[15]), application = slice_trim(h->field[16]);
    if (accept.n == 0 && application.n == 0)
        return "A";
    bool commits = is_asked(accept, kind), applies = is_asked(application, kind);
    if (commits)
        return applies && kind == REPLY_ACCEPT ? "CA" : "C";
    bool refuses_commit = slice_equal_nocase(accept, SLICE("NE"));
    return applies || refuses_commit ? "A" : "C";
}

/* An acknowledgement, or the delayed one of an application (MCF). It is never answered: two
 * systems that acknowledge each other's acknowledgements never end. */
static bool is_acknowledgement(const struct header *h)
{
    struct slice type = slice_trim(header_component(h, 9, 1));
    return slice_equal_nocase(type, SLICE("ACK")) || slice_equal_nocase(type, SLICE("MCF"));
}

/* Table 0357. */
static int condition_of(enum reply_kind kind, const struct err *why)
{
    static const struct {
        const char *code;
        int condition;
    } known[] = {
        { "hl7v2.short", 101 }, { "hl7v2.header", 101 }, { "hl7v2.segment", 100 },
        { "hl7v2.vt", 102 },    { "hl7v2.fs", 102 },
    };
    struct slice code = slice_text(why ? why->code : NULL);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (slice_equal_text(code, known[i].code))
            return known[i].condition;
    for (size_t i = 0; i + 11 <= code.n; i++)
        if (slice_starts(slice_from(code, i), SLICE("environment")))
            return 202;
    return kind == REPLY_ACCEPT ? 0 : 207;
}

struct ack {
    const struct header *h;
    char mode;
    bool is_second;
    struct buf *out;
};

static void reply_next_field(const struct ack *a)
{
    buf_byte(a->out, a->h->delimiters.field);
}

static void reply_put(const struct ack *a, struct slice s)
{
    reply_next_field(a);
    buf_put(a->out, s);
}

/* The last `width` digits of n; by hand, since every message is answered. */
static void put_digits(const struct ack *a, uint64_t n, unsigned base, size_t width)
{
    uint8_t *to = buf_reserve(a->out, width);
    if (!to)
        return;
    for (size_t i = width; i-- > 0; n /= base)
        to[i] = (uint8_t) "0123456789abcdef"[n % base];
    a->out->n += width;
}

static void put_now(const struct ack *a, int64_t now_ms)
{
    struct civil c = london_from_ms(now_ms);
    const int pairs[] = { c.month, c.day, c.hour, c.minute, c.second };
    reply_next_field(a);
    put_digits(a, (uint64_t)c.year, 10, 4);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        put_digits(a, (uint64_t)pairs[i], 10, 2);
}

static void reply_type(const struct ack *a)
{
    struct slice trigger = header_component(a->h, 9, 2);
    reply_put(a, SLICE("ACK"));
    if (trigger.n == 0)
        return;
    buf_byte(a->out, a->h->delimiters.component);
    buf_put(a->out, trigger);
    buf_byte(a->out, a->h->delimiters.component);
    buf_text(a->out, "ACK");
}

/* MSH-10 of ours: when, and a hash of the line that has the sender's own. */
static void put_control_id(const struct ack *a, int64_t now_ms)
{
    reply_next_field(a);
    buf_byte(a->out, a->is_second ? 'D' : 'C');
    put_digits(a, (uint64_t)now_ms, 16, 11);
    put_digits(a, hash_bytes(a->h->line), 16, 8);
}

static void reply_header(const struct ack *a, int64_t now_ms)
{
    const struct hl7v2_delimiters *m = &a->h->delimiters;
    const uint8_t delimiters[] = { m->component,    m->repetition, m->escape,
                                   m->subcomponent, m->truncation, HL7V2_NO_DELIMITER };
    struct slice all = slice_of(delimiters, sizeof delimiters);
    buf_text(a->out, "MSH");
    reply_put(a, slice_head(all, slice_find(all, HL7V2_NO_DELIMITER)));
    reply_put(a, a->h->field[5]);
    reply_put(a, a->h->field[6]);
    reply_put(a, a->h->field[3]);
    reply_put(a, a->h->field[4]);
    put_now(a, now_ms);
    reply_next_field(a);
    reply_type(a);
    put_control_id(a, now_ms);
    reply_put(a, a->h->field[11].n ? a->h->field[11] : SLICE("P"));
    reply_put(a, a->h->field[12].n ? a->h->field[12] : SLICE("2.4"));
    buf_byte(a->out, '\r');
}

/* AA, AE or AR (table 0008). A message without a usable MSH-10 is rejected (HL7 v2.4 2.9.2.2). */
static char letter_of(enum reply_kind kind, const struct err *why)
{
    static const char letters[] = {
        [REPLY_ACCEPT] = 'A', [REPLY_ERROR] = 'E', [REPLY_REJECT] = 'R'
    };
    bool rejects =
        kind == REPLY_ERROR && why && why->code && strcmp(why->code, "hl7v2.control_id") == 0;
    return rejects ? 'R' : letters[kind];
}

static void put_msa(const struct ack *a, enum reply_kind kind, const struct err *why)
{
    buf_text(a->out, "MSA");
    reply_next_field(a);
    buf_byte(a->out, (uint8_t)a->mode);
    buf_byte(a->out, (uint8_t)letter_of(kind, why));
    reply_put(a, a->h->field[10]);
    if (kind != REPLY_ACCEPT && why && why->fate != ERR_NONE) {
        reply_next_field(a);
        hl7v2_encode(a->out, &a->h->delimiters, slice_head(slice_text(why->text), TEXT_MAX));
    }
    buf_byte(a->out, '\r');
}

/* ERR-1 (2.4): segment^sequence^field^code, of which only the code is known here. */
static void put_err(const struct ack *a, enum reply_kind kind, const struct err *why)
{
    uint8_t c = a->h->delimiters.component, sub = a->h->delimiters.subcomponent;
    buf_text(a->out, "ERR");
    reply_next_field(a);
    buf_format(a->out, "%c%c%c%d", c, c, c, condition_of(kind, why));
    if (sub != HL7V2_NO_DELIMITER)
        buf_format(a->out, "%c%cHL70357", sub, sub);
    buf_byte(a->out, '\r');
}

void hl7v2_reply(const struct doc *d, struct slice raw, enum reply_kind kind, const struct err *why,
                 int64_t now_ms, struct buf *out)
{
    struct header h;
    struct ack a = { .h = &h, .out = out };
    raw = d ? d->raw : raw;
    read_header(raw, &h);
    if (is_acknowledgement(&h))
        return;
    for (const char *mode = modes_of(&h, kind); *mode; mode++) {
        if (a.is_second)
            buf_byte(out, REPLY_NEXT);
        a.mode = *mode;
        reply_header(&a, now_ms);
        put_msa(&a, kind, why);
        if (kind != REPLY_ACCEPT)
            put_err(&a, kind, why);
        a.is_second = true;
    }
}
