/* http_out_test.c - posts to a partner that answers as it is told. */
#include <stdio.h>

#include <CUnit/CUnit.h>

#include "host/http_server.h"
#include "rig.h"
#include "transport/http_out.h"

static struct rig r;
static struct http_server *partner;
static struct buf answer;
static char url[64], seen_key[64], seen_type[64], seen_auth[64], seen_body[64];
static int status_to_give;

static void note(char to[64], struct slice s)
{
    snprintf(to, 64, "%.*s", (int)s.n, (const char *)s.p);
}

static void handle(void *ctx, struct http_request *q, struct http_answer *a)
{
    (void)ctx;
    note(seen_key, http_header(q, "Idempotency-Key"));
    note(seen_type, http_header(q, "Content-Type"));
    note(seen_auth, http_header(q, "Authorization"));
    note(seen_body, http_body(q));
    a->status = status_to_give;
    a->type = "application/json";
    buf_text(a->body, "{\"got\":true}");
}

static void fresh(void)
{
    struct http_server_options o = { .listen = "127.0.0.1:0", .body_max = 10000, .handle = handle };
    rig_init(&r, &transport_http_out);
    buf_init(&answer, 10000);
    CU_ASSERT_FATAL(http_server_start(&o, &partner, &r.e));
    snprintf(url, sizeof url, "http://127.0.0.1:%u/in", (unsigned)http_server_port(partner));
    rig_set(&r, "url", url);
    status_to_give = 202;
}

static void done(void)
{
    rig_done(&r);
    http_server_stop(&partner);
    buf_release(&answer);
}

static bool send(const char *id)
{
    struct outgoing m = { SLICE("{\"a\":1}"), slice_text(id), slice_text(id) };
    r.e = (struct err){ .fate = ERR_NONE };
    return transport_http_out.send(r.state, &m, &answer, &r.e);
}

static void posts_with_the_id_as_idempotency_key(void)
{
    CU_ASSERT_FATAL(rig_open(&r));
    CU_ASSERT_TRUE(send("abcdefghij0123456789"));
    CU_ASSERT_STRING_EQUAL(seen_key, "abcdefghij0123456789");
    CU_ASSERT_STRING_EQUAL(seen_type, "application/json");
    CU_ASSERT_STRING_EQUAL(seen_auth, "");
    CU_ASSERT_STRING_EQUAL(seen_body, "{\"a\":1}");
    CU_ASSERT(slice_equal(buf_slice(&answer), SLICE("{\"got\":true}")));
}

static void shows_its_token(void)
{
    char path[200];
    rig_write(&r, "token", "s3cret\n");
    snprintf(path, sizeof path, "%s", rig_path(&r, "token"));
    rig_set(&r, "token_file", path);
    CU_ASSERT_FATAL(rig_open(&r));
    CU_ASSERT_TRUE(send("id"));
    CU_ASSERT_STRING_EQUAL(seen_auth, "Bearer s3cret");
}

static void reads_each_status_as_it_is_meant(void)
{
    static const struct {
        int status;
        enum err_fate fate;
    } rows[] = {
        { 200, ERR_NONE },   { 201, ERR_NONE },   { 204, ERR_NONE },  { 302, ERR_RETRY },
        { 400, ERR_REJECT }, { 404, ERR_REJECT }, { 408, ERR_RETRY }, { 409, ERR_REJECT },
        { 422, ERR_REJECT }, { 425, ERR_RETRY },  { 429, ERR_RETRY }, { 500, ERR_RETRY },
        { 503, ERR_RETRY },
    };
    CU_ASSERT_FATAL(rig_open(&r));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        status_to_give = rows[i].status;
        CU_ASSERT_EQUAL(send("id"), rows[i].fate == ERR_NONE);
        CU_ASSERT_EQUAL(r.e.fate, rows[i].fate);
    }
}

static void tries_again_when_nobody_answers(void)
{
    CU_ASSERT_FATAL(rig_open(&r));
    http_server_stop(&partner);
    CU_ASSERT_FALSE(send("id"));
    CU_ASSERT_EQUAL(r.e.fate, ERR_RETRY);
}

static void refuses_an_id_that_would_forge_a_header(void)
{
    CU_ASSERT_FATAL(rig_open(&r));
    CU_ASSERT_FALSE(send("id\r\nX-Evil: 1"));
    CU_ASSERT_EQUAL(r.e.fate, ERR_REJECT);
    CU_ASSERT_FALSE(send(""));
    CU_ASSERT_STRING_EQUAL(r.e.code, "http_out.id");
}

static void wants_an_http_address(void)
{
    rig_set(&r, "url", "ftp://example.org/");
    CU_ASSERT_FALSE(rig_open(&r));
    CU_ASSERT_STRING_EQUAL(r.e.code, "http_out.option");
}

static CU_TestInfo cases[] = {
    { "posts with the id as Idempotency-Key", posts_with_the_id_as_idempotency_key },
    { "shows its token", shows_its_token },
    { "reads each status as it is meant", reads_each_status_as_it_is_meant },
    { "tries again when nobody answers", tries_again_when_nobody_answers },
    { "refuses an id that would forge a header", refuses_an_id_that_would_forge_a_header },
    { "wants an http address", wants_an_http_address },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_http_out = { "http_out", NULL, NULL, fresh, done, cases };
