/* signature.c - the line of a signature. */
#include "sharing/acts/signature.h"

#include "base/base64.h"

void signature_put(struct slice name, const uint8_t bytes[SIGNATURE_BYTES], struct buf *out)
{
    char text[BASE64_LENGTH(SIGNATURE_BYTES)];
    base64_encode(slice_of(bytes, SIGNATURE_BYTES), text);
    buf_text(out, "signature ");
    buf_put(out, name);
    buf_byte(out, ' ');
    buf_put(out, slice_of(text, sizeof text));
    buf_byte(out, '\n');
}
