/* hl7v2_line.h - lines: what ends one, what stands before and between them. */
#ifndef CONCORDAT_FORMAT_HL7V2_LINE_H
#define CONCORDAT_FORMAT_HL7V2_LINE_H

#include "base/slice.h"

#define HL7V2_VT 0x0b /* begins a frame of MLLP */
#define HL7V2_FS 0x1c /* ends one */

static inline bool hl7v2_line_is_end(uint8_t c)
{
    return c == '\r' || c == '\n';
}

/* Blank outside a segment: also the MLLP bytes of a frame that was saved to a file as it came. */
static inline bool hl7v2_line_is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == HL7V2_VT || c == HL7V2_FS || hl7v2_line_is_end(c);
}

/* The offset of the first byte that is not a byte order mark, a blank or a line end. */
size_t hl7v2_line_first(struct slice raw);
/* Whether a message or a batch begins there (MSH, FHS, BHS). */
bool hl7v2_line_is_header(struct slice s);

#endif
