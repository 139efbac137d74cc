/* signature.h - the line of a signature in files that people sign. */
#ifndef CONCORDAT_SHARING_ACTS_SIGNATURE_H
#define CONCORDAT_SHARING_ACTS_SIGNATURE_H

#include "base/buf.h"
#include "host/crypto.h"

/* Appends one line to a file as it was written or read. */
void signature_put(struct slice name, const uint8_t bytes[SIGNATURE_BYTES], struct buf *out);

#endif
