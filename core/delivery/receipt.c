/* receipt.c - encodes internal/Receipt. */
#include "delivery/receipt.h"

#include "host/crypto.h"
#include "record/wire.h"

#define RECEIPT_VERSION 1

static void receipt_put_names(const struct slice *list, size_t n, struct buf *out)
{
    if (n)
        avro_put_long(out, (int64_t)n);
    for (size_t i = 0; i < n; i++)
        avro_put_text(out, list[i]);
    avro_put_long(out, 0);
}

bool receipt_encode(const struct catalogue *c, const struct receipt *r, struct buf *out,
                    struct err *e)
{
    const struct schema *s = catalogue_named(c, SLICE("Receipt"));
    uint8_t hash[HASH_BYTES];
    if (!s)
        return err_set(e, ERR_FATAL, "delivery.schema", 0,
                       "cannot write a receipt: no such schema");
    sha256(r->framed, hash);
    wire_put_header(out, plan_fingerprint(s->plan));
    avro_put_long(out, RECEIPT_VERSION);
    avro_put_text(out, r->disclosure);
    avro_put_text(out, r->recipient);
    avro_put_text(out, slice_text(r->outcome));
    avro_put_text(out, slice_text(r->code));
    avro_put_long(out, r->at_ms);
    receipt_put_names(r->removed, r->removed_count, out);
    buf_put(out, slice_of(hash, sizeof hash));
    return buf_done(out, e);
}
