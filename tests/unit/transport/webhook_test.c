/* webhook_test.c - posts over a real socket on a port of the kernel's choice. */
#include <stdio.h>
#include <sys/stat.h>

#include <CUnit/CUnit.h>

#include "host/http_client.h"
#include "rig.h"
#include "transport/webhook.h"

#define TOKEN "a-token-of-twenty-chars"

static struct rig r;
static struct http_client *client;
static struct buf answer;

static void fresh(void)
{
    rig_init(&r, &transport_webhook);
    rig_set(&r, "listen", "127.0.0.1:0");
    rig_set(&r, "path", "/events");
    buf_init(&answer, 10000);
    CU_ASSERT_FATAL(http_client_open(&client, &r.e));
}

static void done(void)
{
    http_client_close(&client);
    rig_done(&r);
    buf_release(&answer);
}

static void start(void)
{
    CU_ASSERT_FATAL(rig_open(&r));
    rig_start(&r);
}

struct request {
    const char *method, *path, *type, *more;
};

static int ask_bytes(const struct request *q, struct slice body)
{
    char url[200], type[100];
    int status = 0;
    snprintf(url, sizeof url, "http://%s%s", r.t->where(r.state), q->path ? q->path : "/events");
    snprintf(type, sizeof type, "Content-Type: %s", q->type ? q->type : "application/json");
    const char *const headers[] = { type, q->more, NULL };
    struct http_call call = { .method = q->method ? q->method : "POST",
                              .url = url,
                              .headers = headers,
                              .body = body,
                              .timeout_ms = 60000 };
    struct err e = { .fate = ERR_NONE };
    CU_ASSERT_FATAL(http_client_do(client, &call, &status, &answer, &e));
    return status;
}

static int ask(const struct request *q, const char *body)
{
    return ask_bytes(q, slice_text(body));
}

static int post(const char *more)
{
    return ask(&(struct request){ .more = more }, "{}");
}

static void answers_202_when_kept(void)
{
    r.reply = SLICE("{\"status\":\"accepted\"}");
    start();
    CU_ASSERT_EQUAL(post("Idempotency-Key: key-7"), 202);
    CU_ASSERT(slice_equal(buf_slice(&answer), r.reply));
    CU_ASSERT_STRING_EQUAL(r.names, "key-7 ");
    CU_ASSERT_STRING_EQUAL(r.bytes, "{} ");
}

static void answers_422_when_refused(void)
{
    r.fates[0] = ANSWER_REFUSED;
    start();
    CU_ASSERT_EQUAL(post(NULL), 422);
    CU_ASSERT_PTR_NOT_NULL(memmem(answer.p, answer.n, "\"status\":422", 12));
}

static void answers_503_when_it_cannot_be_kept_now(void)
{
    r.fates[0] = ANSWER_LATER;
    start();
    CU_ASSERT_EQUAL(post(NULL), 503);
}

static void answers_503_when_nobody_takes_any_more(void)
{
    start();
    rig_stop(&r);
    CU_ASSERT_EQUAL(post(NULL), 503);
    CU_ASSERT_EQUAL(r.arrivals, 0);
}

static void *start_late(void *unused)
{
    rig_start(&r);
    return unused;
}

/* The post may come before or after run(): it is taken either way. */
static void takes_what_comes_before_it_runs(void)
{
    pthread_t starter;
    CU_ASSERT_FATAL(rig_open(&r));
    CU_ASSERT_FATAL(pthread_create(&starter, NULL, start_late, NULL) == 0);
    int status = ask(&(struct request){ .method = NULL }, "{}");
    pthread_join(starter, NULL);
    CU_ASSERT_EQUAL(status, 202);
}

static void refuses_what_is_no_message_for_it(void)
{
    static const struct {
        struct request q;
        const char *body;
        int status;
    } rows[] = {
        { { .path = "/other" }, "{}", 404 },
        { { .path = "/%65vents" }, "{}", 404 },
        { { .path = "/events?x=1" }, "{}", 404 },
        { { .path = "/events/" }, "{}", 404 },
        { { .path = "//events" }, "{}", 404 },
        { { .path = "/events", .method = "OPTIONS" }, "", 405 },
        { { .method = "GET" }, "", 405 },
        { { .method = "PUT" }, "{}", 405 },
        { { .type = "text/plain" }, "{}", 415 },
        { { .type = "application/jsonx" }, "{}", 415 },
        { { .method = NULL }, "", 400 },
    };
    start();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(ask(&rows[i].q, rows[i].body), rows[i].status);
    CU_ASSERT_EQUAL(r.arrivals, 0);
}

static void takes_json_under_its_other_names(void)
{
    static const char *const types[] = { "application/json; charset=utf-8", "Application/JSON",
                                         "application/fhir+json" };
    start();
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(ask(&(struct request){ .type = types[i] }, "{}"), 202);
}

static void reads_what_was_compressed_or_says_what_it_reads(void)
{
    static const struct slice zipped =
        SLICE_INIT("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x4a\x54\xb2\x32\xac\x05\x00"
                   "\xaf\xac\x1b\x56\x07\x00\x00\x00");
    static const struct slice large = SLICE_INIT(/* 200,000 blanks */
                                                 "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1"
                                                 "\x31\x01\x00\x00\x00\xc2\xa0\x2a"
                                                 "\xeb\x9f\xd2\x0c\xfe\x40\x01\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\x00\x00\x00\x00\x00\x00\x00\x00"
                                                 "\xaf\x01\x31\x61\x62\x10\x40\x0d\x03\x00");
    rig_set(&r, "body_max", "100000");
    start();
    CU_ASSERT_EQUAL(ask_bytes(&(struct request){ .more = "Content-Encoding: gzip" }, zipped), 202);
    CU_ASSERT_STRING_EQUAL(r.bytes, "{\"a\":1} ");
    CU_ASSERT_EQUAL(ask_bytes(&(struct request){ .more = "Content-Encoding: gzip" }, large), 413);
    CU_ASSERT_EQUAL(ask(&(struct request){ .more = "Content-Encoding: gzip" }, "{}"), 400);
    CU_ASSERT_EQUAL(ask(&(struct request){ .more = "Content-Encoding: br" }, "{}"), 415);
    CU_ASSERT_EQUAL(ask(&(struct request){ .more = "Content-Encoding: identity" }, "{}"), 202);
    CU_ASSERT_EQUAL(r.arrivals, 2);
}

static void reads_the_charset_that_a_type_names(void)
{
    static const struct {
        const char *type;
        struct slice body;
        int status;
    } rows[] = {
        { "application/json; charset=ISO-8859-1", SLICE_INIT("\xe9"), 202 },
        { "application/json; q=1; charset=\"windows-1252\"", SLICE_INIT("\x80"), 202 },
        { "application/json;charset=iso-8859-2", SLICE_INIT("\xb3"), 202 },
        { "application/json; charset=iso-8859-1", SLICE_INIT("\xc3\xa9"), 202 }, /* it is UTF-8 */
        { "application/json; charset=utf-16", SLICE_INIT("{\0}\0"), 415 },
        { "application/json; charset=klingon", SLICE_INIT("{}"), 415 },
    };
    start();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(ask_bytes(&(struct request){ .type = rows[i].type }, rows[i].body),
                        rows[i].status);
    CU_ASSERT_STRING_EQUAL(r.bytes, "é € ł é ");
}

static void gives_the_last_of_several_answers(void)
{
    r.reply = SLICE("first\nsecond");
    start();
    CU_ASSERT_EQUAL(post(NULL), 202);
    CU_ASSERT(slice_equal_text(buf_slice(&answer), "second"));
}

static void asks_for_the_token(void)
{
    static const struct {
        const char *header;
        int status;
    } rows[] = {
        { NULL, 401 },
        { "Authorization: Bearer wrong", 401 },
        { "Authorization: Bearer " TOKEN "x", 401 },
        { "Authorization: Basic " TOKEN, 401 },
        { "Authorization: Bearer ", 401 },
        { "Authorization: Bearer " TOKEN, 202 },
        { "authorization: bearer " TOKEN, 202 },
    };
    rig_write(&r, "token", TOKEN "\n");
    char path[200];
    snprintf(path, sizeof path, "%s", rig_path(&r, "token"));
    rig_set(&r, "token_file", path);
    start();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(post(rows[i].header), rows[i].status);
}

static void refuses_a_token_file_that_others_can_read(void)
{
    char path[200];
    rig_write(&r, "token", TOKEN);
    snprintf(path, sizeof path, "%s", rig_path(&r, "token"));
    CU_ASSERT_FATAL(chmod(path, 0644) == 0);
    rig_set(&r, "token_file", path);
    CU_ASSERT_FALSE(rig_open(&r));
    CU_ASSERT_STRING_EQUAL(r.e.code, "token.mode");
    CU_ASSERT_PTR_NULL(strstr(r.e.text, TOKEN));
}

/* Whoever can try often finds a short one. */
static void refuses_a_token_that_is_short(void)
{
    char path[200];
    rig_write(&r, "token", "fifteen-letters\n");
    snprintf(path, sizeof path, "%s", rig_path(&r, "token"));
    rig_set(&r, "token_file", path);
    CU_ASSERT_FALSE(r.t->try(r.state, &r.e));
    CU_ASSERT_STRING_EQUAL(r.e.code, "token.size");
    err_clear(&r.e);
    CU_ASSERT_FALSE(rig_open(&r));
    CU_ASSERT_STRING_EQUAL(r.e.code, "token.size");
    rig_write(&r, "token", "sixteen--letters\n");
    err_clear(&r.e);
    CU_ASSERT_TRUE(r.t->try(r.state, &r.e));
}

static void refuses_limits_that_are_none(void)
{
    static const struct {
        const char *key, *value, *good;
    } rows[] = {
        { "connections_max", "-1", "1" },
        { "connections_max", "100001", "100000" },
        { "peer_connections_max", "0", "1" },
        { "peer_connections_max", "4294967296", "64" },
        { "buffers_max", "0", "1" },
        { "buffers_max", "-1", "64MiB" },
        { "head_time", "999ms", "1s" },
        { "request_time", "0", "1s" },
        { "idle", "0", "1s" },
        { "body_max", "0", "1" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rig_set(&r, rows[i].key, rows[i].value);
        err_clear(&r.e);
        CU_ASSERT_FALSE(r.t->check(r.state, true, &r.e));
        CU_ASSERT_STRING_EQUAL(r.e.code, "webhook.option");
        rig_set(&r, rows[i].key, rows[i].good);
        err_clear(&r.e);
        CU_ASSERT_TRUE(r.t->check(r.state, true, &r.e));
    }
}

static void takes_a_path_with_its_query(void)
{
    rig_set(&r, "path", "/events?code=1%20x");
    start();
    CU_ASSERT_EQUAL(ask(&(struct request){ .path = "/events?code=1%20x" }, "{}"), 202);
    CU_ASSERT_EQUAL(ask(&(struct request){ .path = "/events?code=1+x" }, "{}"), 404);
    CU_ASSERT_EQUAL(ask(&(struct request){ .path = "/events" }, "{}"), 404);
}

/* CloudEvents, HTTP 1.1 Web Hooks for Event Delivery, section 4. */
static void answers_the_senders_that_it_allows(void)
{
    static const char *origins[] = { "eventgrid.azure.net", "events.example", NULL };
    rig_set_list(&r, "origins", origins);
    start();
    CU_ASSERT_EQUAL(ask(&(struct request){ .method = "OPTIONS",
                                           .more = "WebHook-Request-Origin: Events.Example" },
                        ""),
                    200);
    CU_ASSERT_EQUAL(ask(&(struct request){ .method = "OPTIONS",
                                           .more = "WebHook-Request-Origin: other.example" },
                        ""),
                    405);
    CU_ASSERT_EQUAL(ask(&(struct request){ .method = "OPTIONS" }, ""), 405);
    CU_ASSERT_EQUAL(ask(&(struct request){ .path = "/o",
                                           .method = "OPTIONS",
                                           .more = "WebHook-Request-Origin: events.example" },
                        ""),
                    404);
    CU_ASSERT_EQUAL(r.arrivals, 0);
}

static void answers_413_past_its_limit(void)
{
    char body[200];
    memset(body, ' ', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    rig_set(&r, "body_max", "100");
    start();
    CU_ASSERT_EQUAL(ask(&(struct request){ .method = NULL }, body), 413);
    CU_ASSERT_EQUAL(r.arrivals, 0);
}

static CU_TestInfo cases[] = {
    { "answers 202 when kept", answers_202_when_kept },
    { "answers 422 when refused", answers_422_when_refused },
    { "answers 503 when it cannot be kept now", answers_503_when_it_cannot_be_kept_now },
    { "answers 503 when nobody takes any more", answers_503_when_nobody_takes_any_more },
    { "takes what comes before it runs", takes_what_comes_before_it_runs },
    { "refuses what is no message for it", refuses_what_is_no_message_for_it },
    { "takes JSON under its other names", takes_json_under_its_other_names },
    { "reads what was compressed or says what it reads",
      reads_what_was_compressed_or_says_what_it_reads },
    { "reads the charset that a type names", reads_the_charset_that_a_type_names },
    { "gives the last of several answers", gives_the_last_of_several_answers },
    { "asks for the token", asks_for_the_token },
    { "refuses a token file that others can read", refuses_a_token_file_that_others_can_read },
    { "refuses a token that is short", refuses_a_token_that_is_short },
    { "refuses limits that are none", refuses_limits_that_are_none },
    { "takes a path with its query", takes_a_path_with_its_query },
    { "answers the senders that it allows", answers_the_senders_that_it_allows },
    { "answers 413 past its limit", answers_413_past_its_limit },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_webhook = { "webhook", NULL, NULL, fresh, done, cases };
