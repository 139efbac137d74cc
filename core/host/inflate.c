/* inflate.c - gzip, by way of zlib: a piece at a time, so that a small body that would grow to
 * gigabytes ends at the limit of its buffer. */
#include "host/inflate.h"

#include <zlib.h>

#define PIECE ((size_t)32 * 1024)
#define GZIP_BITS (15 + 16) /* the largest window; the header of gzip and no other */

/* One member; *in moves behind it. */
static bool inflate_member(z_stream *z, struct buf *out, struct err *e)
{
    int said = Z_OK;
    while (said == Z_OK) {
        uint8_t piece[PIECE];
        z->next_out = piece;
        z->avail_out = sizeof piece;
        said = inflate(z, Z_NO_FLUSH);
        if (said != Z_OK && said != Z_STREAM_END)
            break;
        buf_put(out, slice_of(piece, sizeof piece - z->avail_out));
        if (!buf_ok(out))
            return err_set(e, ERR_REJECT, "inflate.limit", 0,
                           "the body is too large once it is decompressed");
    }
    if (said == Z_STREAM_END)
        return true;
    return said == Z_MEM_ERROR
               ? err_memory(e)
               : err_set(e, ERR_REJECT, "inflate.syntax", 0, "the body is no gzip, or is damaged");
}

bool inflate_gzip(struct slice compressed, struct buf *out, struct err *e)
{
    z_stream z = { .next_in = NULL };
    buf_reset(out);
    if (compressed.n > UINT32_MAX)
        return err_set(e, ERR_REJECT, "inflate.limit", 0, "cannot read 4 GiB or more");
    if (inflateInit2(&z, GZIP_BITS) != Z_OK)
        return err_memory(e);
    union {
        const uint8_t *read;
        uint8_t *as_zlib_wants_it;
    } in = { compressed.p };
    z.next_in = in.as_zlib_wants_it;
    z.avail_in = (uInt)compressed.n;
    bool good = true;
    do {
        good = inflate_member(&z, out, e);
    } while (good && z.avail_in > 0 && inflateReset(&z) == Z_OK);
    inflateEnd(&z);
    return good;
}
