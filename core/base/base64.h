/* base64.h - RFC 4648 section 4 with padding, strictly: one text for each run of bytes. */
#ifndef CONCORDAT_BASE_BASE64_H
#define CONCORDAT_BASE_BASE64_H

#include "base/slice.h"

/* Characters of n bytes in base64, without a NUL. */
#define BASE64_LENGTH(n) (((n) + 2) / 3 * 4)

/* Writes BASE64_LENGTH(bytes.n) characters to out, without a NUL. */
void base64_encode(struct slice bytes, char *out);
/* Exactly n bytes to out. False when the text is anything else, also when its unused bits are not
 * zero. */
bool base64_decode(struct slice text, uint8_t *out, size_t n);

#endif
