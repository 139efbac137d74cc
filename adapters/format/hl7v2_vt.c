/* hl7v2_vt.c - a frame's start (VT) where none can be, and messages that begin within another. */
#include "format/hl7v2_vt.h"

#include "format/hl7v2_line.h"

size_t hl7v2_vt_within(struct slice raw, size_t begin)
{
    size_t vt = begin + slice_find(slice_from(raw, begin), HL7V2_VT), end = raw.n;
    if (vt >= raw.n)
        return raw.n;
    while (hl7v2_line_is_blank(raw.p[end - 1]))
        end--;
    end += slice_find(slice_from(raw, end), HL7V2_FS);
    return vt < end ? vt : raw.n;
}

size_t hl7v2_vt_nested(struct slice raw, size_t vt)
{
    while (vt < raw.n && !hl7v2_line_is_header(slice_from(raw, vt + 1)))
        vt += 1 + slice_find(slice_from(raw, vt + 1), HL7V2_VT);
    return vt < raw.n ? vt : raw.n;
}

bool hl7v2_vt_refuse(size_t vt, struct err *e)
{
    return err_set(e, ERR_REJECT, "hl7v2.nested", vt,
                   "cannot take a message in which another begins (VT, header)");
}
