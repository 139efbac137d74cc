/* hl7v2_line.c - where a unit begins, and whether a message begins there. */
#include "format/hl7v2_line.h"

static const struct slice byte_order_mark = SLICE_INIT("\xef\xbb\xbf");

size_t hl7v2_line_first(struct slice raw)
{
    size_t at = slice_starts(raw, byte_order_mark) ? byte_order_mark.n : 0;
    while (at < raw.n && hl7v2_line_is_blank(raw.p[at]))
        at++;
    return at;
}

bool hl7v2_line_is_header(struct slice s)
{
    return slice_starts(s, SLICE("MSH")) || slice_starts(s, SLICE("FHS")) ||
           slice_starts(s, SLICE("BHS"));
}
