/* hl7v2_marks.h - the marks of a message. */
#ifndef CONCORDAT_FORMAT_HL7V2_MARKS_H
#define CONCORDAT_FORMAT_HL7V2_MARKS_H

#include "base/err.h"
#include "base/slice.h"

/* MSH-1 and MSH-2. Marks after component are HL7V2_NO_MARK where MSH-2 ends before them. That is a
 * line end, which no field holds, so a search for it in a field finds nothing. */
struct hl7v2_marks {
    uint8_t field, component, repetition, escape, subcomponent, truncation;
};
#define HL7V2_NO_MARK '\r'
#define HL7V2_USUAL_MARKS ((struct hl7v2_marks){ '|', '^', '~', '\\', '&', HL7V2_NO_MARK })

/* A mark must be printable ASCII, no blank, letter or digit: anything else is a broken header. */
bool hl7v2_marks_may_be(uint8_t c);
/* Reads the marks of the header that begins at `at`. hl7v2.short, hl7v2.header. */
MUST_CHECK bool hl7v2_marks_read(struct slice raw, size_t at, struct hl7v2_marks *out,
                                 struct err *e);

#endif
