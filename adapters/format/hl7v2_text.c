/* hl7v2_text.c - leaf values: escapes (HL7 v2 chapter 2, "Use of escape sequences in text fields")
 * and character sets, in both directions. */
#include "base/charset.h"
#include "format/hl7v2_doc.h"

/* \Xhhhh..\ with at least one and only whole bytes; returns the end of what was written, or
 * NULL. */
static uint8_t *put_hex(uint8_t *to, struct slice digits)
{
    if (digits.n == 0 || digits.n % 2 != 0)
        return NULL;
    for (size_t i = 0; i < digits.n; i++)
        if (hex_digit(digits.p[i]) < 0)
            return NULL;
    for (size_t i = 0; i < digits.n; i += 2)
        *to++ = (uint8_t)((hex_digit(digits.p[i]) << 4) | hex_digit(digits.p[i + 1]));
    return to;
}

static int delimiter_or_unknown(uint8_t delimiter)
{
    return delimiter == HL7V2_NO_DELIMITER ? -1 : delimiter;
}

/* The character that a one-letter escape stands for; 0: none, -1: unknown. */
static int letter_meaning(const struct hl7v2_delimiters *m, uint8_t letter)
{
    switch (letter) {
    case 'F':
        return m->field;
    case 'S':
        return m->component;
    case 'T':
        return delimiter_or_unknown(m->subcomponent);
    case 'R':
        return m->repetition;
    case 'E':
        return m->escape;
    case 'P':
        return delimiter_or_unknown(m->truncation);
    case 'H':
    case 'N':
        return 0;
    default:
        return -1;
    }
}

/* What stands between two escape delimiters; returns the end of what was written, NULL when
 * unknown. */
static uint8_t *put_meaning(uint8_t *to, const struct hl7v2_delimiters *m, struct slice inner)
{
    if (inner.n == 1) {
        int c = letter_meaning(m, inner.p[0]);
        if (c < 0)
            return NULL;
        if (c > 0)
            *to++ = (uint8_t)c;
        return to;
    }
    if (slice_equal_nocase(inner, SLICE(".br"))) {
        *to++ = '\n';
        return to;
    }
    bool is_hex = inner.n > 1 && inner.p[0] == 'X';
    return is_hex ? put_hex(to, slice_from(inner, 1)) : NULL;
}

/* Undoes the escapes of raw into to, which has room for raw.n bytes: no escape grows. */
static size_t undo_escapes(uint8_t *to, const struct hl7v2_delimiters *m, struct slice raw)
{
    uint8_t *start = to;
    while (raw.n > 0) {
        size_t run = slice_find(raw, m->escape);
        memcpy(to, raw.p, run);
        to += run;
        raw = slice_from(raw, run);
        if (raw.n == 0)
            break;
        size_t inner = slice_find(slice_from(raw, 1), m->escape);
        bool is_closed = inner + 2 <= raw.n;
        size_t whole = is_closed ? inner + 2 : raw.n;
        uint8_t *end = is_closed ? put_meaning(to, m, slice_of(raw.p + 1, inner)) : NULL;
        if (!end) { /* it stays as it is */
            memcpy(to, raw.p, whole);
            end = to + whole;
        }
        to = end;
        raw = slice_from(raw, whole);
    }
    return (size_t)(to - start);
}

static bool has_high(struct slice s)
{
    uint8_t all = 0;
    for (size_t i = 0; i < s.n; i++)
        all |= s.p[i];
    return all & 0x80;
}

/* .p NULL: the set is not read. Only escapes can bring such bytes (hl7v2_text_charset); they stay
 * escapes. */
static struct slice to_utf8(struct arena *a, enum charset_kind charset, struct slice s)
{
    if (charset == CHARSET_UTF8)
        return charset_guess(a, s);
    if (charset < CHARSET_UNREAD)
        return charset_to_utf8(a, charset, s);
    if (charset == CHARSET_UNKNOWN && slice_is_utf8(s))
        return s;
    return (struct slice){ NULL, 0 };
}

struct slice hl7v2_decode(struct arena *a, const struct doc *d, struct slice raw)
{
    struct slice text = raw;
    if (slice_find(raw, d->delimiters.escape) < raw.n) {
        uint8_t *to = arena_alloc(a, raw.n);
        if (!to)
            return raw;
        text = slice_of(to, undo_escapes(to, &d->delimiters, raw));
    }
    if (has_high(text))
        text = to_utf8(a, d->charset, text);
    return text.p ? text : raw;
}

static char letter_for(const struct hl7v2_delimiters *m, uint8_t c)
{
    if (c == HL7V2_NO_DELIMITER)
        return 0;
    if (c == m->field)
        return 'F';
    if (c == m->component)
        return 'S';
    if (c == m->subcomponent)
        return 'T';
    if (c == m->repetition)
        return 'R';
    if (c == m->escape)
        return 'E';
    return c == m->truncation ? 'P' : 0;
}

static void put_escape(struct buf *out, const struct hl7v2_delimiters *m, const char *inner)
{
    if (m->escape == HL7V2_NO_DELIMITER) {
        buf_byte(out, ' ');
        return;
    }
    buf_byte(out, m->escape);
    buf_text(out, inner);
    buf_byte(out, m->escape);
}

static void put_hex_escape(struct buf *out, const struct hl7v2_delimiters *m, uint8_t c)
{
    static const char digits[] = "0123456789ABCDEF";
    put_escape(out, m, (const char[]){ 'X', digits[c >> 4], digits[c & 15], 0 });
}

/* Blanks at the ends would be dropped by the reader, control characters would break the frame or
 * the segment. */
static void put_char(struct buf *out, const struct hl7v2_delimiters *m, uint8_t c, bool at_end)
{
    char letter = letter_for(m, c);
    if (letter) {
        put_escape(out, m, (const char[]){ letter, 0 });
    } else if (c == '\n') {
        put_escape(out, m, ".br");
    } else if (c < ' ' || c == 0x7f || (c == ' ' && at_end)) {
        put_hex_escape(out, m, c);
    } else {
        buf_byte(out, c);
    }
}

void hl7v2_encode(struct buf *out, const struct hl7v2_delimiters *m, struct slice text)
{
    if (slice_equal(text,
                    SLICE("\"\""))) { /* two quotes as text, not the delimiter for "cleared" */
        put_hex_escape(out, m, '"');
        buf_byte(out, '"');
        return;
    }
    for (size_t i = 0; i < text.n; i++)
        put_char(out, m, text.p[i], i == 0 || i + 1 == text.n);
}

/* A switch of the set within a text (2.A, "Escape sequences supporting multiple character
 * sets"). */
static bool switches_set(const struct doc *d)
{
    const uint8_t switches[] = { d->delimiters.escape, 'C', d->delimiters.escape, 'M' };
    if (memchr(d->raw.p, 0x1b, d->raw.n))
        return true; /* ISO 2022, as the Japanese sets are written */
    if (d->delimiters.escape == HL7V2_NO_DELIMITER)
        return false;
    return memmem(d->raw.p, d->raw.n, switches, 2) || memmem(d->raw.p, d->raw.n, switches + 2, 2);
}

/* The set that a message is read as when MSH-18 names this one. Its delimiters stand as single
 * bytes, so it is not in units of 16 or 32 bits: what names UTF-16 or UTF-32 is read as UTF-8. */
static enum charset_kind charset_of_bytes(enum charset_kind named)
{
    switch (named) {
    case CHARSET_ASCII:
    case CHARSET_UTF16LE:
    case CHARSET_UTF32LE:
        return CHARSET_UTF8;
    default:
        return named;
    }
}

static bool say_unread_charset(enum charset_kind kind, size_t at, struct err *e)
{
    if (kind == CHARSET_UNKNOWN)
        return err_set(e, ERR_REJECT, "hl7v2.charset", at,
                       "cannot read text: MSH-18 names a character set that table 0211 lacks");
    return err_set(e, ERR_REJECT, "hl7v2.charset", at,
                   "cannot read text: the character set in MSH-18 is not read here");
}

/* The first repetition of MSH-18 is the set of the message. The others are sets that escapes switch
 * to. A message of ASCII alone reads the same in every set; other bytes need a set that is read
 * here. */
bool hl7v2_text_charset(struct doc *d, struct err *e)
{
    struct hl7v2_span field = hl7v2_field(d, &d->segments[0], 18);
    struct slice all = hl7v2_bytes(d, field);
    size_t end = slice_find(all, d->delimiters.repetition);
    struct slice first = slice_trim(slice_head(all, end));
    enum charset_kind kind = charset_named(first);
    d->charset = first.n > 0 ? charset_of_bytes(kind) : CHARSET_UTF8;
    bool is_several = end < all.n;
    if ((is_several || kind == CHARSET_UNREAD) && switches_set(d))
        return err_set(e, ERR_REJECT, "hl7v2.charset", field.at,
                       "cannot read text that switches its character set: send one set, as UTF-8");
    if (d->charset < CHARSET_UNREAD || !has_high(d->raw))
        return true;
    if (kind == CHARSET_UNKNOWN && slice_is_utf8(d->raw)) {
        d->charset = CHARSET_UTF8;
        return true;
    }
    return say_unread_charset(kind, field.at, e);
}
