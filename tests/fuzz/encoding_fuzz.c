/* encoding_fuzz.c - any bytes in any character set: what comes out is UTF-8, and plain text is
 * plain; and any bytes as gzip: what comes out is no more than there is room for. */
#include <assert.h>

#include "base/charset.h"
#include "host/inflate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void recode(struct arena *a, enum charset_kind kind, struct slice s)
{
    struct slice text = charset_to_utf8(a, kind, s);
    if (kind == CHARSET_UTF8 || kind >= CHARSET_UNREAD || !text.p)
        return;
    assert(slice_is_utf8(text));
    struct slice plain = text_plain(a, text);
    assert(plain.p && plain.n <= text.n && slice_is_utf8(plain));
    struct slice again = text_plain(a, plain);
    assert(slice_equal(plain, again));
    assert(slice_equal(slice_trim(plain), plain));
}

static void expand(struct slice s)
{
    struct buf out;
    struct err e = { .fate = ERR_NONE };
    buf_init(&out, 4096);
    if (inflate_gzip(s, &out, &e))
        assert(out.n <= 4096);
    else
        assert(e.fate == ERR_REJECT || e.fate == ERR_RETRY);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct slice s = slice_of(data, size);
    arena_init(&a, (size_t)64 << 20);
    for (int kind = CHARSET_UTF8; kind <= CHARSET_UNKNOWN; kind++)
        recode(&a, (enum charset_kind)kind, s);
    recode(&a, charset_begins(s), s);
    (void)charset_name(charset_named(s));
    assert(slice_is_utf8(charset_guess(&a, s)));
    expand(s);
    arena_release(&a);
    return 0;
}
