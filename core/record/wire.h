/* wire.h - Avro single-object encoding: C3 01, the fingerprint (8 bytes, little-endian), the body
 * (Avro specification 1.11, "Single-object encoding"). Errors: wire.short, wire.magic. */
#ifndef CONCORDAT_RECORD_WIRE_H
#define CONCORDAT_RECORD_WIRE_H

#include "base/buf.h"
#include "base/err.h"

#define WIRE_HEADER_BYTES 10

void wire_put_header(struct buf *out, uint64_t fingerprint);
MUST_CHECK bool wire_open(struct slice framed, uint64_t *fingerprint, struct slice *body,
                          struct err *e);

#endif
