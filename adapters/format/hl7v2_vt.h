/* hl7v2_vt.h - a frame's start (VT) within a message. */
#ifndef CONCORDAT_FORMAT_HL7V2_VT_H
#define CONCORDAT_FORMAT_HL7V2_VT_H

#include "base/err.h"
#include "base/slice.h"

/* The first VT that stands within the message, or raw.n. Of a frame that was saved as it came the next
 * one's VT stands behind the FS. */
size_t hl7v2_vt_within(struct slice raw, size_t begin);
/* Of the VTs from vt on the first that a header stands behind, or raw.n. */
size_t hl7v2_vt_nested(struct slice raw, size_t vt);
/* hl7v2.nested. False. */
bool hl7v2_vt_refuse(size_t vt, struct err *e);

#endif
