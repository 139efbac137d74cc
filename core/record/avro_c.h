/* avro_c.h - Avro's own C library: the authority on schemas, and a second opinion on records.
 *
 * Avro-C takes hostile lengths and counts at their word; so only text of our own signed files and
 * bytes that plan_view has accepted may come here. Its error text is process-wide, never read. */
#ifndef CONCORDAT_RECORD_AVRO_C_H
#define CONCORDAT_RECORD_AVRO_C_H

#include "base/buf.h"
#include "base/err.h"

/* schema.avro when Avro-C does not take the text as a schema. */
MUST_CHECK bool avro_c_check(struct slice schema, struct err *e);
/* Decodes a body and encodes it again: equal values give equal bytes. For tests and fuzzing.
 * schema.avro, avro.oracle. */
MUST_CHECK bool avro_c_recode(struct slice schema, struct slice body, struct buf *out,
                              struct err *e);

#endif
