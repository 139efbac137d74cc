/* http_frame_test.c - heads and bodies, whole and byte by byte. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "host/http_frame.h"

#define MAX 4096

static enum http_frame read_text(const char *text, struct http_head *h)
{
    size_t seen = 0;
    return http_head(slice_text(text), &seen, MAX, h);
}

/* The status that a head of that first line and these fields is answered; 0: it is good. */
static int status_of(const char *line, const char *fields)
{
    static char text[MAX];
    struct http_head h;
    snprintf(text, sizeof text, "%s\r\n%s\r\n", line, fields);
    switch (read_text(text, &h)) {
    case HTTP_READY:
        return 0;
    case HTTP_BAD:
        CU_ASSERT_PTR_NOT_NULL(h.why);
        return h.status;
    default:
        return -1;
    }
}

static void reads_a_head(void)
{
    static const char text[] = "POST /a?b=%2F HTTP/1.1\r\nhost: [::1]:80\r\nX-Y:\t a b \r\n"
                               "Content-Length: 12\r\n\r\nbody";
    struct http_head h;
    CU_ASSERT_EQUAL_FATAL(read_text(text, &h), HTTP_READY);
    CU_ASSERT(slice_equal_text(h.method, "POST"));
    CU_ASSERT(slice_equal_text(h.path, "/a?b=%2F"));
    CU_ASSERT(slice_equal_text(h.authority, "[::1]:80"));
    CU_ASSERT(slice_equal_text(http_head_host(&h), "::1"));
    CU_ASSERT(slice_equal_text(http_head_field(&h, "x-y"), "a b"));
    CU_ASSERT_EQUAL(http_head_field(&h, "none").n, 0);
    CU_ASSERT_EQUAL(h.body, HTTP_BODY_LENGTH);
    CU_ASSERT_EQUAL(h.length, 12);
    CU_ASSERT_EQUAL(h.bytes, strlen(text) - 4);
}

static void reads_what_is_good(void)
{
    static const struct {
        const char *line, *fields;
    } rows[] = {
        { "GET / HTTP/1.0", "" },
        { "GET / HTTP/1.0", "Host: a\r\nConnection: keep-alive\r\n" },
        { "OPTIONS * HTTP/1.1", "Host: a\r\n" },
        { "POST http://a:1/x HTTP/1.1", "Host: A:1\r\n" },
        { "POST HTTPS://a HTTP/1.1", "Host: a\r\n" },
        { "POST / HTTP/1.1", "Host: a\r\nTransfer-Encoding: Chunked\r\n" },
        { "POST / HTTP/1.1", "Host: a\r\nContent-Length:0\r\nExpect: 100-Continue\r\n" },
        { "POST / HTTP/1.1", "Host: a.b-c_d\r\nContent-Length: 000000000000000017\t\r\n" },
        { "POST / HTTP/1.1", "Host: a\r\nX: \xc3\xa9\r\nEmpty:\r\n" },
        { "POST / HTTP/1.1", "Host: a\r\nAccept: b\r\nAccept: c\r\n" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(status_of(rows[i].line, rows[i].fields), 0);
}

static void refuses_a_first_line_that_is_none(void)
{
    static const struct {
        const char *line;
        int status;
    } rows[] = {
        { "GET /", 400 },
        { "GET  / HTTP/1.1", 400 },
        { " GET / HTTP/1.1", 400 },
        { "GET / HTTP/1.1 ", 400 },
        { "GET /\tHTTP/1.1", 400 },
        { "G(T / HTTP/1.1", 400 },
        { "GET / HTTP/2.0", 505 },
        { "GET / HTTP/0.9", 505 },
        { "GET / http/1.1", 400 },
        { "GET /a b HTTP/1.1", 400 },
        { "GET a HTTP/1.1", 400 },
        { "GET * HTTP/1.1", 400 },
        { "CONNECT a:80 HTTP/1.1", 400 },
        { "GET /\xc3 HTTP/1.1", 400 },
        { "GET /#a HTTP/1.1", 400 },
        { "GET ftp://a/ HTTP/1.1", 400 },
        { "GET http:///x HTTP/1.1", 400 },
        { "", 400 },
        { "GET http://u@a/x HTTP/1.1", 400 },
        { "GET http://b/x HTTP/1.1", 400 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(status_of(rows[i].line, "Host: a\r\n"), rows[i].status);
}

static void refuses_two_ways_to_cut_it(void)
{
    static const char *const rows[] = {
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
        "Content-Length: 1\r\nContent-Length: 2\r\n",
        "Content-Length: 1\r\ncontent-length: 1\r\n",
        "Content-Length: 1, 1\r\n",
        "Content-Length: +1\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 0x10\r\n",
        "Content-Length: 1 0\r\n",
        "Content-Length: 1.0\r\n",
        "Content-Length:\r\n",
        "Content-Length: 9999999999999999999\r\n",
        "Content-Length: \x31\xa0\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked;q=1\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding:\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char fields[200];
        snprintf(fields, sizeof fields, "Host: a\r\n%s", rows[i]);
        CU_ASSERT_EQUAL(status_of("POST / HTTP/1.1", fields), 400);
    }
    CU_ASSERT_EQUAL(status_of("POST / HTTP/1.0", "Transfer-Encoding: chunked\r\n"), 400);
}

static void refuses_fields_that_are_none(void)
{
    static const char *const rows[] = {
        "X : y\r\n",
        " X: y\r\n",
        "X: y\r\n z\r\n",
        "X: y\r\n\tz\r\n",
        "X\r\n",
        ": y\r\n",
        "X\t: y\r\n",
        "X: a\x01\r\n",
        "X: a\x7f\r\n",
        "X: a\rb\r\n",
        "X: a\nb: c\r\n",
        "X: a\n\r\n",
        "X: a\r\r\n",
        "X\x80: y\r\n",
        "Host: b\r\n",
        "Authorization: a\r\nAuthorization: b\r\n",
        "Content-Type: a\r\ncontent-type: a\r\n",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char fields[200];
        snprintf(fields, sizeof fields, "Host: a\r\n%s", rows[i]);
        CU_ASSERT_EQUAL(status_of("POST / HTTP/1.1", fields), 400);
    }
    CU_ASSERT_EQUAL(status_of("POST / HTTP/1.1", "Host: a\r\nExpect: much\r\n"), 417);
}

static void refuses_a_nul(void)
{
    struct slice text = SLICE("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n");
    struct http_head h;
    size_t seen = 0;
    CU_ASSERT_EQUAL(http_head(text, &seen, MAX, &h), HTTP_BAD);
    CU_ASSERT_EQUAL(h.status, 400);
}

static void refuses_a_host_that_is_none(void)
{
    static const char *const rows[] = { "",
                                        "Host:\r\n",
                                        "Host: a b\r\n",
                                        "Host: a/b\r\n",
                                        "Host: u@a\r\n",
                                        "Host: a:b\r\n",
                                        "Host: a:123456\r\n",
                                        "Host: [::1\r\n",
                                        "Host: []\r\n",
                                        "Host: [::1]x\r\n",
                                        "Host: a,b\r\n" };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(status_of("GET / HTTP/1.1", rows[i]), 400);
}

static void bounds_a_head(void)
{
    char fields[MAX + 100] = "Host: a\r\n";
    size_t n = strlen(fields);
    for (int i = 1; i <= HTTP_FIELDS_MAX; i++, n += 6) {
        CU_ASSERT_EQUAL(status_of("GET / HTTP/1.1", fields), 0);
        memcpy(fields + n, "X: y\r\n", 7);
    }
    CU_ASSERT_EQUAL(status_of("GET / HTTP/1.1", fields), 431);
    memset(fields, 'x', sizeof fields);
    struct http_head h;
    size_t seen = 0;
    CU_ASSERT_EQUAL(http_head(slice_of(fields, MAX - 1), &seen, MAX, &h), HTTP_MORE);
    CU_ASSERT_EQUAL(http_head(slice_of(fields, MAX), &seen, MAX, &h), HTTP_BAD);
    CU_ASSERT_EQUAL(h.status, 431);
}

/* However it drips, each byte is looked at for the end once. */
static void finds_the_end_byte_by_byte(void)
{
    const char *text = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    struct http_head h;
    size_t seen = 0, whole = strlen(text) - 3;
    for (size_t n = 1; n < whole; n++) {
        CU_ASSERT_EQUAL(http_head(slice_of(text, n), &seen, MAX, &h), HTTP_MORE);
        CU_ASSERT_EQUAL(seen, n);
    }
    CU_ASSERT_EQUAL(http_head(slice_of(text, whole), &seen, MAX, &h), HTTP_READY);
    CU_ASSERT_EQUAL(h.bytes, whole);
}

/* A chunked body in pieces of step bytes; *used: how many bytes it took. */
static enum http_frame follow(struct slice in, size_t step, struct http_body *b, size_t *used)
{
    const struct http_head h = { .body = HTTP_BODY_CHUNKED };
    enum http_frame f = HTTP_MORE;
    http_body_begin(b, &h);
    for (*used = 0; f == HTTP_MORE && *used < in.n;) {
        size_t n = 0;
        f = http_body_follow(b, slice_head(slice_from(in, *used), step), &n);
        *used += n;
    }
    return f;
}

static void follows_chunks(void)
{
    static const struct {
        const char *text;
        enum http_frame f;
        size_t used, bytes;
    } rows[] = {
        { "0\r\n\r\nGET", HTTP_READY, 5, 0 },
        { "3\r\nabc\r\n0\r\n\r\n", HTTP_READY, 13, 3 },
        { "00A;x=\"y\";z\r\n0123456789\r\n2\r\n\r\n\r\n0000\r\n\r\n0", HTTP_READY, 40, 12 },
        { "5\r\nab", HTTP_MORE, 5, 5 },
        { "", HTTP_MORE, 0, 0 },
    };
    struct http_body b;
    size_t used = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t step = 1; step < 50; step += 7) {
            CU_ASSERT_EQUAL(follow(slice_text(rows[i].text), step, &b, &used), rows[i].f);
            CU_ASSERT_EQUAL(used, rows[i].used);
            CU_ASSERT_EQUAL(b.bytes, rows[i].bytes);
        }
}

static void refuses_chunks_that_are_none(void)
{
    static const char *const rows[] = {
        "\r\n",    "x\r\n",    "+1\r\n",    "0x1\r\n",       " 1\r\n",
        "1 \r\n",  "1\n",      "1\r\r",     "1;a\nb\r\n",    "1;\x01\r\n",
        "1\r\nab", "1\r\na\n", "1\r\na\rb", "000000001\r\n", "0\r\nX: y\r\n\r\n",
        "0\r\n\n", "0\r\n\rx", "-1\r\n",
    };
    struct http_body b;
    size_t used = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(follow(slice_text(rows[i]), 3, &b, &used), HTTP_BAD);
}

static void follows_a_length(void)
{
    const struct http_head h = { .body = HTTP_BODY_LENGTH, .length = 5 },
                           none = { .body = HTTP_BODY_NONE };
    struct http_body b;
    size_t used = 0;
    http_body_begin(&b, &h);
    CU_ASSERT_EQUAL(http_body_follow(&b, SLICE("ab"), &used), HTTP_MORE);
    CU_ASSERT_EQUAL(used, 2);
    CU_ASSERT_EQUAL(http_body_follow(&b, SLICE("cdeGET"), &used), HTTP_READY);
    CU_ASSERT_EQUAL(used, 3);
    http_body_begin(&b, &none);
    CU_ASSERT_EQUAL(http_body_follow(&b, SLICE("GET"), &used), HTTP_READY);
    CU_ASSERT_EQUAL(used, 0);
}

static CU_TestInfo cases[] = { { "reads a head", reads_a_head },
                               { "reads what is good", reads_what_is_good },
                               { "refuses a first line that is none",
                                 refuses_a_first_line_that_is_none },
                               { "refuses two ways to cut it", refuses_two_ways_to_cut_it },
                               { "refuses fields that are none", refuses_fields_that_are_none },
                               { "refuses a NUL", refuses_a_nul },
                               { "refuses a host that is none", refuses_a_host_that_is_none },
                               { "bounds a head", bounds_a_head },
                               { "finds the end byte by byte", finds_the_end_byte_by_byte },
                               { "follows chunks", follows_chunks },
                               { "refuses chunks that are none", refuses_chunks_that_are_none },
                               { "follows a length", follows_a_length },
                               CU_TEST_INFO_NULL };
CU_SuiteInfo suite_http_frame = { "http_frame", NULL, NULL, NULL, NULL, cases };
