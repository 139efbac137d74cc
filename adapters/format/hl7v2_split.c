/* hl7v2_split.c - taking a unit apart into messages. */
#include "format/hl7v2_doc.h"
#include "format/hl7v2_line.h"
#include "format/hl7v2_vt.h"

#define LINE_PIECE_BYTES 256

enum line_kind { LINE_SEGMENT, LINE_MESSAGE, LINE_ENVELOPE };

/* Batch envelopes (HL7 v2 chapter 2, "HL7 batch protocol") carry no content of a message. */
static enum line_kind line_kind(struct slice line)
{
    static const struct slice envelopes[] = { SLICE_INIT("FHS"), SLICE_INIT("BHS"),
                                              SLICE_INIT("BTS"), SLICE_INIT("FTS") };
    if (line.n > 3 && !hl7v2_delimiters_may_be(line.p[3]) && !hl7v2_line_is_end(line.p[3]))
        return LINE_SEGMENT;
    if (slice_starts(line, SLICE("MSH")))
        return LINE_MESSAGE;
    for (size_t i = 0; i < sizeof envelopes / sizeof envelopes[0]; i++)
        if (slice_starts(line, envelopes[i]))
            return LINE_ENVELOPE;
    return LINE_SEGMENT;
}

/* The first CR or LF. Both are looked for in one small piece after the other: where all lines end
 * with LF, a search for CR alone would read the whole rest of the unit for each line. */
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

static size_t next_segment_line(struct slice unit, size_t at)
{
    at = line_end(unit, at);
    while (at < unit.n && hl7v2_line_is_blank(unit.p[at]))
        at++;
    return at;
}

/* The first line at or after `at` that is not of an envelope. */
static size_t skip_envelopes(struct slice unit, size_t at)
{
    while (at < unit.n && line_kind(slice_from(unit, at)) == LINE_ENVELOPE)
        at = next_segment_line(unit, at);
    return at;
}

/* Whether the last byte that is no blank is the FS of a frame (in a file of frames). */
static bool frame_has_ended(struct slice frame)
{
    while (frame.n > 0) {
        uint8_t last = frame.p[frame.n - 1];
        if (last == HL7V2_FS)
            return true;
        if (!hl7v2_line_is_blank(last))
            return false;
        frame.n--;
    }
    return false;
}

/* Finds a frame's start with a header behind it where the frame before has not ended. Either the
 * sender began anew, or a text holds the bytes of a message: nobody can tell which, nor where one
 * ends. So the rest of the unit is refused. (A VT without a header refuses its message alone:
 * parse.) */
static bool begins_within(struct slice unit, size_t from, size_t end, size_t *at)
{
    for (size_t i = from; i < end; i++) {
        struct slice piece = slice_of(unit.p + i, end - i);
        piece = slice_head(piece, slice_find(piece, HL7V2_VT));
        i += piece.n;
        if (i < end && !frame_has_ended(piece) && hl7v2_line_is_header(slice_from(unit, i + 1))) {
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
    size_t end = next_segment_line(unit, from);
    while (end < unit.n && line_kind(slice_from(unit, end)) == LINE_SEGMENT)
        end = next_segment_line(unit, end);
    return end;
}

/* A batch file or several messages one after the other: each MSH begins a message. What stands
 * before the first MSH and is no envelope is handed out too, for parse() to refuse. */
bool hl7v2_split(struct arena *a, struct slice unit, struct cut *c, struct slice *one,
                 struct err *e)
{
    (void)a;
    size_t begun = c->at ? c->at : hl7v2_line_first(unit), within = 0;
    if (c->at == 0 && begun == unit.n)
        return err_set(e, ERR_REJECT, "hl7v2.short", unit.n, "cannot read unit: it is empty");
    size_t from = skip_envelopes(unit, begun), end = message_end(unit, from);
    if (begins_within(unit, begun, end, &within))
        return hl7v2_vt_refuse(within, e);
    if (from >= unit.n)
        return false;
    *one = slice_of(unit.p + from, end - from);
    c->at = end;
    return true;
}
