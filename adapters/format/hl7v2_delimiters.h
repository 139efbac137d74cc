/* hl7v2_delimiters.h - the delimiters of a message. */
#ifndef CONCORDAT_FORMAT_HL7V2_DELIMITERS_H
#define CONCORDAT_FORMAT_HL7V2_DELIMITERS_H

#include "base/err.h"
#include "base/slice.h"

/* MSH-1 and MSH-2. Delimiters after component are HL7V2_NO_DELIMITER where MSH-2 ends before them.
 * That is a line end, which no field holds, so a search for it in a field finds nothing. */
struct hl7v2_delimiters {
    uint8_t field, component, repetition, escape, subcomponent, truncation;
};
#define HL7V2_NO_DELIMITER '\r'
#define HL7V2_USUAL_DELIMITERS                                                                     \
    ((struct hl7v2_delimiters){ '|', '^', '~', '\\', '&', HL7V2_NO_DELIMITER })

/* A delimiter must be printable ASCII, no blank, letter or digit: anything else is a broken header.
 */
bool hl7v2_delimiters_may_be(uint8_t c);
/* Reads the delimiters of the header that begins at `at`. hl7v2.short, hl7v2.header. */
MUST_CHECK bool hl7v2_delimiters_read(struct slice raw, size_t at, struct hl7v2_delimiters *out,
                                      struct err *e);

#endif
