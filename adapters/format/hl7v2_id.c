/* hl7v2_id.c - the ids of segments. */
#include "format/hl7v2_id.h"

uint32_t hl7v2_id_read(struct slice s)
{
    if (s.n < 3)
        return 0;
    uint8_t a = hl7v2_id_upper(s.p[0]), b = hl7v2_id_upper(s.p[1]), c = hl7v2_id_upper(s.p[2]);
    bool good = hl7v2_id_begins(a) && hl7v2_id_goes_on(b) && hl7v2_id_goes_on(c);
    return good ? hl7v2_id(a, b, c) : 0;
}
