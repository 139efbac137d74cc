/* wire.c - the ten bytes before a body. */
#include "record/wire.h"

void wire_put_header(struct buf *out, uint64_t fingerprint)
{
    uint8_t header[WIRE_HEADER_BYTES] = { 0xc3, 0x01 };
    for (unsigned i = 0; i < 8; i++)
        header[2 + i] = (uint8_t)(fingerprint >> (8 * i));
    buf_put(out, slice_of(header, sizeof header));
}

bool wire_open(struct slice framed, uint64_t *fingerprint, struct slice *body, struct err *e)
{
    if (framed.n < WIRE_HEADER_BYTES)
        return err_set(e, ERR_REJECT, "wire.short", framed.n,
                       "cannot read the frame: shorter than its header");
    if (framed.p[0] != 0xc3 || framed.p[1] != 0x01)
        return err_set(e, ERR_REJECT, "wire.magic", 0,
                       "cannot read the frame: it does not start with c3 01");
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++)
        value |= (uint64_t)framed.p[2 + i] << (8 * i);
    *fingerprint = value;
    *body = slice_from(framed, WIRE_HEADER_BYTES);
    return true;
}
