/* http_frame.c - RFC 9112, the strict half of it. */
#include "host/http_frame.h"

#define LENGTH_DIGITS_MAX 18 /* below 2^63 */
#define CHUNK_DIGITS_MAX 8
#define PORT_DIGITS_MAX 5
#define EXTENSION_MAX 256

static bool refuse_head(struct http_head *h, int status, const char *why)
{
    h->status = status;
    h->why = why;
    return false;
}

static bool is_ascii_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(uint8_t c)
{
    uint8_t small = c | 0x20; /* the bit by which capitals and small letters differ */
    return is_ascii_digit(c) || (small >= 'a' && small <= 'z');
}

/* Whether s is made of letters, digits and the others. */
static bool is_all(struct slice s, const char *others)
{
    size_t count = strlen(others);
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.p[i]) && !memchr(others, s.p[i], count))
            return false;
    return true;
}

/* RFC 9110 section 5.6.2. */
static bool is_token(struct slice s)
{
    return s.n > 0 && is_all(s, "!#$%&'*+-.^_`|~");
}

static bool is_http_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* Blanks of HTTP only: slice_trim knows more. */
static struct slice trim_blanks(struct slice s)
{
    while (s.n > 0 && is_http_blank(s.p[0]))
        s = slice_from(s, 1);
    while (s.n > 0 && is_http_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* ---- a head ---- */

/* The name or address before its port: with the brackets of IPv6. */
static size_t host_length(struct slice authority)
{
    if (authority.n > 0 && authority.p[0] == '[')
        return slice_find(authority, ']') + 1;
    return slice_find(authority, ':');
}

/* RFC 3986 section 3.2.2 and 3.2.3, without what no host of a listener has: escapes, user names. */
static bool is_authority(struct slice s)
{
    size_t n = host_length(s);
    struct slice host = slice_head(s, n), port = slice_from(s, n + 1);
    bool is_v6 = s.n > 0 && s.p[0] == '[';
    if (n > s.n || port.n > PORT_DIGITS_MAX)
        return false;
    if (n < s.n && s.p[n] != ':')
        return false;
    for (size_t i = 0; i < port.n; i++)
        if (!is_ascii_digit(port.p[i]))
            return false;
    if (is_v6)
        return n > 2 && is_all(slice_of(host.p + 1, n - 2), ":.");
    return n > 0 && is_all(host, "-._~");
}

struct slice http_target_path(struct slice target, struct slice *from)
{
    static const struct slice schemes[] = { SLICE_INIT("http://"), SLICE_INIT("https://") };
    *from = (struct slice){ NULL, 0 };
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (!slice_equal_nocase(slice_head(target, schemes[i].n), schemes[i]))
            continue;
        struct slice rest = slice_from(target, schemes[i].n);
        size_t n = 0;
        while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?')
            n++;
        *from = slice_head(rest, n);
        return n < rest.n ? slice_from(rest, n) : SLICE("/");
    }
    return target;
}

static bool is_target_byte(uint8_t c)
{
    return c > 0x20 && c < 0x7f && c != '#';
}

/* RFC 9112 section 3.2: origin-form, absolute-form (its host in *from), or "*" of OPTIONS. */
static bool read_target(struct http_head *h, struct slice target, struct slice *from)
{
    for (size_t i = 0; i < target.n; i++)
        if (!is_target_byte(target.p[i]))
            return refuse_head(h, 400, "its target has a character that none may have");
    h->path = http_target_path(target, from);
    if (from->p)
        return is_authority(*from) || refuse_head(h, 400, "its target names no host");
    bool is_path = slice_starts(target, SLICE("/"));
    bool is_star = slice_equal_text(target, "*") && slice_equal_text(h->method, "OPTIONS");
    return is_path || is_star || refuse_head(h, 400, "its target is neither a path nor an address");
}

static bool read_request_line(struct http_head *h, struct slice line, struct slice *from)
{
    size_t first = slice_find(line, ' ');
    struct slice rest = slice_from(line, first + 1);
    size_t second = slice_find(rest, ' ');
    struct slice version = slice_from(rest, second + 1);
    h->method = slice_head(line, first);
    h->is_1_0 = slice_equal_text(version, "HTTP/1.0");
    if (!is_token(h->method) || second >= rest.n)
        return refuse_head(h, 400, "its first line is no request");
    if (!h->is_1_0 && !slice_equal_text(version, "HTTP/1.1")) {
        bool is_http =
            slice_starts(version, SLICE("HTTP/")) && slice_find(version, ' ') == version.n;
        return refuse_head(h, is_http ? 505 : 400, "its version is neither HTTP/1.1 nor HTTP/1.0");
    }
    return read_target(h, slice_head(rest, second), from);
}

static bool read_field(struct http_head *h, struct slice line)
{
    size_t colon = slice_find(line, ':');
    struct http_field f = { slice_head(line, colon), trim_blanks(slice_from(line, colon + 1)) };
    if (is_http_blank(line.p[0]))
        return refuse_head(h, 400, "a line of its head is folded");
    if (colon == line.n || !is_token(f.name))
        return refuse_head(h, 400, "a line of its head is no field");
    if (h->field_count == HTTP_FIELDS_MAX)
        return refuse_head(h, 431, "its head has too many fields");
    h->fields[h->field_count++] = f;
    return true;
}

static size_t count_of(const struct http_head *h, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < h->field_count; i++)
        count += slice_equal_nocase(h->fields[i].name, slice_text(name));
    return count;
}

/* A second reader might take the other one. */
static bool nothing_is_said_twice(struct http_head *h)
{
    static const char *const once[] = { "Authorization", "Content-Type", "Content-Encoding",
                                        "Idempotency-Key", "Expect" };
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++)
        if (count_of(h, once[i]) > 1)
            return refuse_head(h, 400, "a field that stands for one thing is there twice");
    return true;
}

static bool read_host(struct http_head *h, struct slice from)
{
    size_t count = count_of(h, "Host");
    h->authority = http_head_field(h, "Host");
    if (count > 1)
        return refuse_head(h, 400, "it names several hosts");
    if (count == 0 && !h->is_1_0)
        return refuse_head(h, 400, "it names no host");
    if (count == 1 && !is_authority(h->authority))
        return refuse_head(h, 400, "its Host is none");
    if (from.n > 0 && count == 1 && !slice_equal_nocase(from, h->authority))
        return refuse_head(h, 400, "its target and its Host differ");
    return true;
}

static bool read_length(struct http_head *h, struct slice value)
{
    bool good = value.n > 0 && value.n <= LENGTH_DIGITS_MAX;
    for (size_t i = 0; i < value.n && good; i++) {
        good = is_ascii_digit(value.p[i]);
        h->length = h->length * 10 + (uint64_t)(value.p[i] - '0');
    }
    h->body = HTTP_BODY_LENGTH;
    return good || refuse_head(h, 400, "its Content-Length is no number");
}

/* RFC 9112 section 6.3, refusing where it lets a server choose. */
static bool read_framing(struct http_head *h)
{
    size_t lengths = count_of(h, "Content-Length"), codings = count_of(h, "Transfer-Encoding");
    struct slice expect = http_head_field(h, "Expect");
    if (lengths + codings > 1)
        return refuse_head(h, 400, "it says its length more than once");
    if (codings == 1) {
        if (h->is_1_0 ||
            !slice_equal_nocase(http_head_field(h, "Transfer-Encoding"), SLICE("chunked")))
            return refuse_head(h, 400, "its Transfer-Encoding is not 'chunked' alone");
        h->body = HTTP_BODY_CHUNKED;
    } else if (lengths == 1 && !read_length(h, http_head_field(h, "Content-Length"))) {
        return false;
    }
    return expect.n == 0 || slice_equal_nocase(expect, SLICE("100-continue")) ||
           refuse_head(h, 417, "it expects what is not known");
}

/* head: whole lines, each with its CRLF, the last one empty. */
static bool read_head(struct slice head, struct http_head *h)
{
    struct slice from = { NULL, 0 };
    size_t end = slice_find(head, '\r');
    if (!read_request_line(h, slice_head(head, end), &from))
        return false;
    for (head = slice_from(head, end + 2); head.n > 2; head = slice_from(head, end + 2)) {
        end = slice_find(head, '\r');
        if (!read_field(h, slice_head(head, end)))
            return false;
    }
    return nothing_is_said_twice(h) && read_host(h, from) && read_framing(h);
}

/* Whether the byte at i may stand there, as far as can be told. CR and LF make one line end. */
static bool may_stand_in_head(struct slice in, size_t i)
{
    uint8_t c = in.p[i];
    bool is_behind_cr = i > 0 && in.p[i - 1] == '\r';
    if (is_behind_cr || c == '\n')
        return is_behind_cr && c == '\n';
    bool is_control = c < 0x20 || c == 0x7f;
    return !is_control || c == '\t' || c == '\r';
}

enum http_frame http_head(struct slice in, size_t *seen, size_t max, struct http_head *out)
{
    out->status = 0;
    out->why = NULL;
    for (; *seen < in.n && *seen < max; (*seen)++) {
        size_t i = *seen;
        if (!may_stand_in_head(in, i)) {
            refuse_head(out, 400,
                        "its head has a control character or a line end that is not CRLF");
            return HTTP_BAD;
        }
        if (in.p[i] != '\n' || i < 3 || in.p[i - 2] != '\n')
            continue;
        *out = (struct http_head){ .bytes = i + 1 };
        return read_head(slice_head(in, i + 1), out) ? HTTP_READY : HTTP_BAD;
    }
    if (*seen < max)
        return HTTP_MORE;
    refuse_head(out, 431, "its head is too large");
    return HTTP_BAD;
}

struct slice http_head_field(const struct http_head *h, const char *name)
{
    for (size_t i = 0; i < h->field_count; i++)
        if (slice_equal_nocase(h->fields[i].name, slice_text(name)))
            return h->fields[i].value;
    return (struct slice){ NULL, 0 };
}

struct slice http_head_host(const struct http_head *h)
{
    struct slice host = slice_head(h->authority, host_length(h->authority));
    bool is_v6 = host.n > 1 && host.p[0] == '[';
    return is_v6 ? slice_of(host.p + 1, host.n - 2) : host;
}

/* ---- a body ---- */

/* RFC 9112 section 7.1. AT_END: behind the last chunk's line, where fields might come. */
enum { AT_SIZE, AT_EXTENSION, AT_SIZE_LF, AT_DATA, AT_DATA_CR, AT_DATA_LF, AT_END, AT_END_LF };

void http_body_begin(struct http_body *b, const struct http_head *h)
{
    *b = (struct http_body){ .kind = h->body, .state = AT_SIZE };
    if (h->body == HTTP_BODY_LENGTH)
        b->left = b->bytes = h->length;
}

static bool follow_size(struct http_body *b, uint8_t c)
{
    int digit = hex_digit(c);
    if (digit >= 0) {
        b->left = b->left * 16 + (uint64_t)digit;
        b->count++;
        return b->count <= CHUNK_DIGITS_MAX;
    }
    if (b->count == 0 || (c != ';' && c != '\r'))
        return false;
    b->bytes += b->left;
    b->state = c == ';' ? AT_EXTENSION : AT_SIZE_LF;
    b->count = 0;
    return true;
}

/* An extension is passed over, as the RFC says; but no line end may hide in it. */
static bool follow_extension(struct http_body *b, uint8_t c)
{
    if (c == '\r') {
        b->state = AT_SIZE_LF;
        return true;
    }
    b->count++;
    bool is_text = (c >= 0x20 && c < 0x7f) || c == '\t';
    return is_text && b->count <= EXTENSION_MAX;
}

/* One byte that is no content. */
static bool follow_byte(struct http_body *b, uint8_t c)
{
    switch (b->state) {
    case AT_SIZE:
        return follow_size(b, c);
    case AT_EXTENSION:
        return follow_extension(b, c);
    case AT_SIZE_LF:
        b->state = b->left > 0 ? AT_DATA : AT_END;
        return c == '\n';
    case AT_DATA_CR:
        b->state = AT_DATA_LF;
        return c == '\r';
    case AT_DATA_LF:
        b->state = AT_SIZE;
        b->count = 0;
        return c == '\n';
    case AT_END:
        b->state = AT_END_LF;
        return c == '\r';
    default:
        b->kind = HTTP_BODY_NONE;
        return c == '\n';
    }
}

/* As much content as there is. */
static size_t follow_content(struct http_body *b, struct slice in)
{
    size_t n = b->left < in.n ? (size_t)b->left : in.n;
    b->left -= n;
    if (b->kind == HTTP_BODY_CHUNKED && b->left == 0)
        b->state = AT_DATA_CR;
    return n;
}

static bool body_is_over(const struct http_body *b)
{
    return b->kind == HTTP_BODY_NONE || (b->kind == HTTP_BODY_LENGTH && b->left == 0);
}

enum http_frame http_body_follow(struct http_body *b, struct slice in, size_t *used)
{
    *used = 0;
    while (!body_is_over(b) && *used < in.n) {
        bool is_content = b->kind == HTTP_BODY_LENGTH || b->state == AT_DATA;
        if (is_content) {
            *used += follow_content(b, slice_from(in, *used));
            continue;
        }
        uint8_t c = in.p[*used];
        (*used)++;
        if (!follow_byte(b, c))
            return HTTP_BAD;
    }
    return body_is_over(b) ? HTTP_READY : HTTP_MORE;
}
