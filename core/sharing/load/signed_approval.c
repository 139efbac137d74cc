/* signed_approval.c - the bytes that an approval's signature is of, and whether it is good. */
#include "sharing/load/signed_approval.h"

#include "base/base64.h"
#include "base/clock.h"

static void put_claim(const struct signed_approval *a, struct buf *out)
{
    char key[BASE64_LENGTH(KEY_BYTES)], time[TIME_TEXT_MAX];
    base64_encode(slice_of(a->key.b, KEY_BYTES), key);
    buf_put(out, a->file);
    buf_byte(out, ' ');
    buf_hex(out, slice_of(a->what, HASH_BYTES));
    const struct slice words[] = { a->name, a->agency, a->role, slice_of(key, sizeof key),
                                   time_ms_to_iso(a->at_ms, time) };
    if (a->inherited)
        return;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        buf_byte(out, ' ');
        buf_put(out, words[i]);
    }
    buf_byte(out, ' ');
    buf_hex(out, slice_of(a->bundle, HASH_BYTES));
}

void signed_approval_text(struct slice region, const struct signed_approval *a, struct buf *out)
{
    buf_text(out, "concordat-approval\n");
    buf_put(out, region);
    buf_byte(out, '\n');
    put_claim(a, out);
    buf_byte(out, '\n');
}

void signed_approval_put(const struct signed_approval *a, struct buf *out)
{
    char text[BASE64_LENGTH(SIGNATURE_BYTES)];
    buf_text(out, a->inherited ? "inherited " : "approval ");
    put_claim(a, out);
    if (!a->inherited) {
        base64_encode(slice_of(a->bytes, SIGNATURE_BYTES), text);
        buf_byte(out, ' ');
        buf_put(out, slice_of(text, sizeof text));
    }
    buf_byte(out, '\n');
}

bool signed_approval_good(struct slice region, const struct signed_approval *a, bool *good,
                          struct err *e)
{
    struct buf text;
    buf_init(&text, 4096);
    signed_approval_text(region, a, &text);
    bool done = buf_done(&text, e);
    *good = done && ed25519_verify(&a->key, buf_slice(&text), a->bytes);
    buf_release(&text);
    return done;
}
