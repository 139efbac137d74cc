/* http_frame_fuzz.c - any bytes as what comes of a connection: requests are cut at the same places
 * however the bytes drip, nothing is read past the end, and a head that is good has no line end or
 * control character in what it says and one length at most. */
#include <assert.h>

#include "host/http_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD_MAX 400

struct cut {
    size_t heads, at; /* at: how many bytes were whole requests */
    enum http_frame last;
    int status;
    uint64_t bytes;
};

static void check_text(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        assert((s.p[i] >= 0x20 || s.p[i] == '\t') && s.p[i] != 0x7f);
}

static void check_head(const struct http_head *h, struct slice in)
{
    assert(h->bytes <= in.n && h->bytes <= HEAD_MAX && h->field_count <= HTTP_FIELDS_MAX);
    assert(h->method.n > 0 && h->path.n > 0 && (h->is_1_0 || h->authority.n > 0));
    size_t lengths = 0;
    check_text(h->method);
    check_text(h->path);
    for (size_t i = 0; i < h->field_count; i++) {
        check_text(h->fields[i].name);
        check_text(h->fields[i].value);
        lengths += slice_equal_nocase(h->fields[i].name, SLICE("Content-Length")) ||
                   slice_equal_nocase(h->fields[i].name, SLICE("Transfer-Encoding"));
    }
    assert(lengths == (h->body != HTTP_BODY_NONE));
}

/* As many bytes as have come: first to end. */
static enum http_frame read_head(struct slice in, size_t step, struct http_head *h)
{
    enum http_frame f = HTTP_MORE;
    for (size_t n = 0, seen = 0; f == HTTP_MORE && n < in.n;) {
        n = n + step < in.n ? n + step : in.n;
        f = http_head(slice_head(in, n), &seen, HEAD_MAX, h);
        assert(seen <= n);
    }
    return f;
}

static enum http_frame read_body(struct slice in, size_t step, struct http_body *b, size_t *used)
{
    enum http_frame f = HTTP_MORE;
    *used = 0;
    do {
        size_t n = 0;
        struct slice piece = slice_head(slice_from(in, *used), step);
        f = http_body_follow(b, piece, &n);
        assert(n <= piece.n && (f != HTTP_MORE || n == piece.n));
        *used += n;
    } while (f == HTTP_MORE && *used < in.n);
    return f;
}

static struct cut cut_all(struct slice in, size_t step)
{
    struct cut c = { .last = HTTP_READY };
    while (c.last == HTTP_READY && c.at < in.n) {
        struct http_head h;
        struct http_body b;
        size_t used;
        struct slice rest = slice_from(in, c.at);
        c.last = read_head(rest, step, &h);
        c.status = c.last == HTTP_BAD ? h.status : 0;
        assert(c.last != HTTP_BAD || (h.status >= 400 && h.why));
        if (c.last != HTTP_READY)
            break;
        check_head(&h, rest);
        http_body_begin(&b, &h);
        c.last = read_body(slice_from(rest, h.bytes), step, &b, &used);
        c.bytes += b.bytes;
        c.heads++;
        c.at += c.last == HTTP_READY ? h.bytes + used : 0;
    }
    return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice in = slice_of(data, size);
    struct cut whole = cut_all(in, size ? size : 1), bytes = cut_all(in, 1), seven = cut_all(in, 7);
    assert(whole.heads == bytes.heads && whole.at == bytes.at && whole.last == bytes.last);
    assert(whole.heads == seven.heads && whole.at == seven.at && whole.last == seven.last);
    assert(whole.status == bytes.status && whole.bytes == bytes.bytes &&
           whole.bytes == seven.bytes);
    return 0;
}
