/* hl7v2_id.h - the id of a segment as a number: its three bytes. */
#ifndef CONCORDAT_FORMAT_HL7V2_ID_H
#define CONCORDAT_FORMAT_HL7V2_ID_H

#include "base/slice.h"

static inline uint32_t hl7v2_id(uint8_t a, uint8_t b, uint8_t c)
{
    return ((uint32_t)a << 16) | ((uint32_t)b << 8) | c;
}
#define HL7V2_MSH hl7v2_id('M', 'S', 'H')

static inline uint8_t hl7v2_id_upper(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

static inline bool hl7v2_id_begins(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool hl7v2_id_goes_on(uint8_t c)
{
    return hl7v2_id_begins(c) || (c >= '0' && c <= '9');
}

/* The three bytes of a segment id, letters folded to upper case; 0 when they are none. */
uint32_t hl7v2_id_read(struct slice s);

#endif
