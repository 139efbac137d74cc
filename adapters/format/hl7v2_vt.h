/* hl7v2_vt.h - a frame's start (VT) or end (FS) within a message. */
#ifndef CONCORDAT_FORMAT_HL7V2_VT_H
#define CONCORDAT_FORMAT_HL7V2_VT_H

#include "base/err.h"
#include "base/slice.h"

/* The first VT within the message, or raw.n. In a file of frames the VT of the next frame, behind
 * the FS, does not count. */
size_t hl7v2_vt_within(struct slice raw, size_t begin);
/* The first FS with more of the message behind it, or raw.n. */
size_t hl7v2_fs_within(struct slice raw, size_t begin);
/* The first VT or FS, from `at` on, with a header behind it, or raw.n. */
size_t hl7v2_vt_nested(struct slice raw, size_t at);
/* hl7v2.nested. False. */
bool hl7v2_vt_refuse(size_t vt, struct err *e);

#endif
