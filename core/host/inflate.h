/* inflate.h - what was compressed for the way, made as it was (zlib). */
#ifndef CONCORDAT_HOST_INFLATE_H
#define CONCORDAT_HOST_INFLATE_H

#include "base/buf.h"
#include "base/err.h"

/* One or several gzip members (RFC 1952) after each other into out, which is reset first and whose
 * own limit bounds them. inflate.syntax, inflate.limit (ERR_REJECT); memory.limit (ERR_RETRY). */
MUST_CHECK bool inflate_gzip(struct slice compressed, struct buf *out, struct err *e);

#endif
