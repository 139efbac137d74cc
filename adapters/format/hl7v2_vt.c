/* hl7v2_vt.c - a frame's start (VT) or end (FS) where none can be, and messages that begin within
 * another. */
#include "format/hl7v2_vt.h"

#include "format/hl7v2_line.h"

/* Where the last byte ends that is no blank. There is one. */
static size_t text_end(struct slice raw)
{
    size_t end = raw.n;
    while (hl7v2_line_is_blank(raw.p[end - 1]))
        end--;
    return end;
}

size_t hl7v2_fs_within(struct slice raw, size_t begin)
{
    size_t fs = begin + slice_find(slice_from(raw, begin), HL7V2_FS);
    return fs < raw.n && fs < text_end(raw) ? fs : raw.n;
}

size_t hl7v2_vt_within(struct slice raw, size_t begin)
{
    size_t vt = begin + slice_find(slice_from(raw, begin), HL7V2_VT);
    if (vt >= raw.n)
        return raw.n;
    size_t end = text_end(raw);
    end += slice_find(slice_from(raw, end), HL7V2_FS);
    return vt < end ? vt : raw.n;
}

static bool is_mark(uint8_t c)
{
    return c == HL7V2_VT || c == HL7V2_FS;
}

size_t hl7v2_vt_nested(struct slice raw, size_t at)
{
    while (at < raw.n && !(is_mark(raw.p[at]) && hl7v2_line_is_header(slice_from(raw, at + 1))))
        at++;
    return at;
}

bool hl7v2_vt_refuse(size_t vt, struct err *e)
{
    return err_set(e, ERR_REJECT, "hl7v2.nested", vt,
                   "cannot take a message in which another begins (VT or FS, header)");
}
