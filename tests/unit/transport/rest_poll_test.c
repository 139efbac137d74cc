/* rest_poll_test.c - pages of a server that answers as it is told. */
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/clock.h"
#include "host/http_server.h"
#include "host/log.h"
#include "rig.h"
#include "transport/rest_poll.h"

#define SECOND_NS ((int64_t)1000000000)

struct page {
    const char *path;
    int status; /* 0: 200 */
    const char *body, *etag, *link, *coding;
    int retry_after_s;
    int times; /* after so many it is passed over; 0: never */
};

static struct rig r;
static struct http_server *partner;
static char url[64];
static struct {
    pthread_mutex_t lock;
    pthread_cond_t news;
    const struct page *pages;
    int given[8];
    size_t requests;
    char log[2000]; /* each path, with its If-None-Match */
    char auth[64];
} seen;

static const struct page *page_of(struct slice path)
{
    for (size_t i = 0; seen.pages[i].path; i++)
        if (slice_equal_text(path, seen.pages[i].path) &&
            (seen.pages[i].times == 0 || seen.given[i] < seen.pages[i].times)) {
            seen.given[i]++;
            return &seen.pages[i];
        }
    return NULL;
}

static void handle(void *ctx, struct http_request *q, struct http_answer *a)
{
    (void)ctx;
    pthread_mutex_lock(&seen.lock);
    const struct page *p = page_of(http_path(q));
    struct slice known = http_header(q, "If-None-Match"), auth = http_header(q, "Authorization");
    size_t n = strlen(seen.log);
    snprintf(seen.log + n, sizeof seen.log - n, "%.*s%s%.*s ", (int)http_path(q).n,
             (const char *)http_path(q).p, known.n ? "=" : "", (int)known.n, (const char *)known.p);
    snprintf(seen.auth, sizeof seen.auth, "%.*s", (int)auth.n, (const char *)auth.p);
    a->type = "application/json";
    a->status = !p                                            ? 404
                : p->etag && slice_equal_text(known, p->etag) ? 304
                : p->status                                   ? p->status
                                                              : 200;
    if (p && p->etag)
        a->fields[0].name = "ETag", a->fields[0].value = p->etag;
    if (p && p->link)
        a->fields[1].name = "Link", a->fields[1].value = p->link;
    if (p && p->coding)
        a->fields[2].name = "Content-Encoding", a->fields[2].value = p->coding;
    a->retry_after_s = p ? p->retry_after_s : 0;
    if (p && p->body && a->status != 304)
        buf_text(a->body, p->body);
    seen.requests++;
    pthread_cond_broadcast(&seen.news);
    pthread_mutex_unlock(&seen.lock);
}

static void fresh(void)
{
    struct http_server_options o = { .listen = "127.0.0.1:0", .handle = handle };
    rig_init(&r, &transport_rest_poll);
    log_set_level((enum log_level) - 1);
    memset(&seen, 0, sizeof seen);
    pthread_mutex_init(&seen.lock, NULL);
    pthread_cond_init(&seen.news, NULL);
    CU_ASSERT_FATAL(http_server_start(&o, &partner, &r.e));
    snprintf(url, sizeof url, "http://127.0.0.1:%u/a", (unsigned)http_server_port(partner));
    rig_set(&r, "url", url);
    rig_set(&r, "items", ".");
    rig_set(&r, "interval", "5ms");
    rig_set(&r, "retry", "5ms");
}

static void done(void)
{
    rig_done(&r);
    http_server_stop(&partner);
}

static void start(const struct page *pages)
{
    seen.pages = pages;
    CU_ASSERT_FATAL(rig_open(&r));
    rig_start(&r);
}

static void await_requests(size_t n)
{
    pthread_mutex_lock(&seen.lock);
    while (seen.requests < n)
        pthread_cond_wait(&seen.news, &seen.lock);
    pthread_mutex_unlock(&seen.lock);
}

static bool logged(const char *start)
{
    pthread_mutex_lock(&seen.lock);
    bool same = strncmp(seen.log, start, strlen(start)) == 0;
    if (!same)
        fprintf(stderr, "asked for: %s\n", seen.log);
    pthread_mutex_unlock(&seen.lock);
    return same;
}

/* It goes on asking until it is stopped, so more may have come since. */
static bool came_first(const char *bytes)
{
    bool same = strncmp(r.bytes, bytes, strlen(bytes)) == 0;
    if (!same)
        fprintf(stderr, "came: %s\n", r.bytes);
    return same;
}

static void follows_the_pages_and_hands_up_each_item(void)
{
    static const struct page pages[] = { { "/a", .body = "[1,2]", .link = "<?p=2>; rel=\"next\"",
                                           .etag = "\"x\"" },
                                         { "/a?p=2", .body = "[]", .link = "</c>; rel=next" },
                                         { "/c", .body = "[{\"a\":3}]", .etag = "\"z\"" },
                                         { .path = NULL } };
    start(pages);
    rig_await(&r, 6);
    rig_stop(&r);
    CU_ASSERT(came_first("1 2 {\"a\":3} 1 2 {\"a\":3} "));
    CU_ASSERT(logged("/a /a?p=2 /c /a /a?p=2 /c "));
    CU_ASSERT_PTR_NOT_NULL(strstr(r.cursor, url));
    CU_ASSERT_TRUE(r.ran_well);
}

static void asks_by_what_a_page_was_known_by_where_it_is_the_only_one(void)
{
    static const struct page pages[] = { { "/a", .body = "[1]", .etag = "\"x\"", .times = 3 },
                                         { "/a", .body = "[1,2]", .etag = "\"y\"" },
                                         { .path = NULL } };
    start(pages);
    rig_await(&r, 3);
    await_requests(6);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.bytes, "1 1 2 ");
    CU_ASSERT(logged("/a /a=\"x\" /a=\"x\" /a=\"x\" /a=\"y\" /a=\"y\" "));
    CU_ASSERT_EQUAL(r.moves, 2); /* nothing new is no turn */
}

static void goes_on_where_it_was_committed(void)
{
    static const struct page pages[] = { { "/a", .body = "[1]", .link = "</b>; rel=next" },
                                         { "/b", .status = 500, .times = 1 },
                                         { "/b", .body = "[2]" },
                                         { .path = NULL } };
    rig_set(&r, "retry", "1h");
    start(pages);
    rig_await(&r, 1);
    await_requests(2);
    rig_stop(&r);
    r.t->close(r.state);
    seen.log[0] = '\0';
    start(pages);
    rig_await(&r, 2);
    rig_stop(&r);
    CU_ASSERT(logged("/b "));
    CU_ASSERT(came_first("1 2 "));
}

static void begins_anew_with_other_options(void)
{
    static const struct page pages[] = { { "/a", .body = "[1]", .link = "</b>; rel=next" },
                                         { "/b", .status = 500 },
                                         { .path = NULL } };
    rig_set(&r, "retry", "1h");
    start(pages);
    await_requests(2);
    rig_stop(&r);
    r.t->close(r.state);
    seen.log[0] = '\0';
    rig_set(&r, "again", "last");
    start(pages);
    await_requests(3);
    rig_stop(&r);
    CU_ASSERT(logged("/a "));
}

static void asks_again_for_a_page_of_which_something_is_to_come_again(void)
{
    static const struct page pages[] = { { "/a", .body = "[1,2]", .link = "</b>; rel=next" },
                                         { "/b", .body = "[3]" },
                                         { .path = NULL } };
    r.fates[1] = ANSWER_LATER;
    start(pages);
    rig_await(&r, 5);
    rig_stop(&r);
    CU_ASSERT(logged("/a /a /b "));
    CU_ASSERT(came_first("1 2 1 2 3 "));
}

static void stands_before_what_is_to_come_again(void)
{
    static const struct page pages[] = { { "/a", .body = "[1,2]", .link = "</b>; rel=next" },
                                         { .path = NULL } };
    r.fates[1] = r.fates[3] = ANSWER_LATER;
    rig_set(&r, "retry", "1h");
    start(pages);
    rig_await(&r, 2);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.cursor, "");
    CU_ASSERT(logged("/a "));
}

static void a_long_page_goes_up_in_turns_and_moves_once(void)
{
    static char body[2000] = "[0";
    static const struct page pages[] = { { "/a", .body = body, .etag = "\"x\"" },
                                         { .path = NULL } };
    for (int i = 1; i < 200; i++)
        snprintf(body + strlen(body), sizeof body - strlen(body), ",%d%s", i, i < 199 ? "" : "]");
    start(pages);
    rig_await(&r, 200);
    await_requests(2);
    rig_stop(&r);
    CU_ASSERT_EQUAL(r.arrivals, 200);
    CU_ASSERT_EQUAL(r.moves, 1);
    r.t->close(r.state);
    /* and not at all where a later turn of it is not kept */
    memset(&r.arrivals, 0, sizeof r.arrivals);
    r.cursor[0] = '\0';
    r.moves = 0;
    r.fates[3] = ANSWER_LATER;
    start(pages);
    rig_await(&r, 100);
    rig_stop(&r);
    CU_ASSERT_EQUAL(r.moves, 0);
}

static void takes_a_page_as_one_unit_with_its_next_told_in_it(void)
{
    static const struct page pages[] = { { "/a", .body = "{\"l\":{\"next\":\"\\/b\"}}" },
                                         { "/b", .body = "{\"l\":{\"next\":null}}",
                                           .etag = "\"e\"" },
                                         { .path = NULL } };
    rig_set(&r, "items", "");
    rig_set(&r, "next", "l.next");
    rig_set(&r, "again", "last");
    start(pages);
    rig_await(&r, 2);
    await_requests(4);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.bytes, "{\"l\":{\"next\":\"\\/b\"}} {\"l\":{\"next\":null}} ");
    CU_ASSERT(logged("/a /b /b=\"e\" /b=\"e\" "));
}

static void goes_nowhere_else_and_takes_nothing_of_what_is_no_page(void)
{
    static const struct page pages[] = {
        { "/a", .status = 302, .body = "[9]", .link = "</b>; rel=next", .times = 1 },
        { "/a", .status = 401, .body = "[9]", .times = 1 },
        { "/a", .status = 503, .body = "[9]", .times = 1 },
        { "/a", .body = "[1", .times = 1 },
        { "/a", .body = "[1]", .coding = "gzip", .times = 1 },
        { "/a", .body = "[1]", .link = "<http://127.0.0.1:1/b>; rel=next", .times = 1 },
        { "/a", .body = "[1]", .link = "b; rel=next", .times = 1 },
        { "/a", .body = "[2]" },
        { .path = NULL }
    };
    start(pages);
    rig_await(&r, 1);
    rig_stop(&r);
    CU_ASSERT(logged("/a /a /a /a /a /a /a /a "));
    CU_ASSERT(came_first("2 "));
}

/* A pause that was asked for is of that answer alone. */
static void waits_as_long_as_it_is_asked_to(void)
{
    static const struct page pages[] = { { "/a", .status = 503, .retry_after_s = 1, .times = 1 },
                                         { "/a", .status = 503, .times = 1 },
                                         { "/a", .body = "[1]" },
                                         { .path = NULL } };
    int64_t begun_ns = clock_mono_ns();
    start(pages);
    await_requests(2);
    CU_ASSERT(clock_mono_ns() - begun_ns >= SECOND_NS);
    rig_await_in_vain(&r, 2);
    pthread_mutex_lock(&r.lock);
    CU_ASSERT(r.fetch_again_ms < 1000);
    pthread_mutex_unlock(&r.lock);
    rig_await(&r, 1);
    rig_stop(&r);
}

static void shows_its_credentials(void)
{
    static const struct page pages[] = { { "/a", .body = "[1]" }, { .path = NULL } };
    char path[200];
    rig_write(&r, "token", "s3cret\n");
    snprintf(path, sizeof path, "%s", rig_path(&r, "token"));
    rig_set(&r, "credentials.bearer_file", path);
    start(pages);
    rig_await(&r, 1);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(seen.auth, "Bearer s3cret");
}

static void a_unit_over_its_maximum_is_not_taken(void)
{
    static const struct page pages[] = { { "/a", .body = "[1,\"0123456789abcdef\"]", .times = 1 },
                                         { "/a", .body = "[\"0123456789abcd\"]" },
                                         { .path = NULL } };
    rig_set(&r, "unit_max", "16");
    start(pages);
    rig_await(&r, 1);
    rig_stop(&r);
    CU_ASSERT(came_first("\"0123456789abcd\" "));
}

static void stops_while_it_waits_for_a_partner_or_for_its_time(void)
{
    static const struct page pages[] = { { "/a", .body = "[1]" }, { .path = NULL } };
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    int silent = socket(AF_INET, SOCK_STREAM, 0);
    CU_ASSERT_FATAL(bind(silent, (struct sockaddr *)&at, n) == 0 && listen(silent, 4) == 0 &&
                    getsockname(silent, (struct sockaddr *)&at, &n) == 0);
    rig_set(&r, "interval", "1h");
    start(pages);
    rig_await(&r, 1);
    int64_t begun_ns = clock_mono_ns();
    rig_stop(&r);
    CU_ASSERT(clock_mono_ns() - begun_ns < SECOND_NS);
    r.t->close(r.state);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/a", (unsigned)ntohs(at.sin_port));
    start(pages);
    int there = accept(silent, NULL, NULL); /* it has called */
    begun_ns = clock_mono_ns();
    rig_stop(&r);
    CU_ASSERT(clock_mono_ns() - begun_ns < SECOND_NS);
    CU_ASSERT_TRUE(r.ran_well);
    close(there);
    close(silent);
}

static void refuses_options_that_do_not_fit(void)
{
    static const struct {
        const char *key, *value;
    } rows[] = {
        { "url", "ftp://h/" },     { "url", "http://u:p@h/" },
        { "url", "http://h/a b" }, { "items", "a..b" },
        { "next", "." },           { "again", "never" },
        { "interval", "0ms" },     { "retry", "0ms" },
        { "timeout", "0ms" },      { "pages_max", "0" },
        { "unit_max", "0" },       { "page_max", "1" },
        { "accept", "a\nb" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig one;
        rig_init(&one, &transport_rest_poll);
        rig_set(&one, "url", url);
        rig_set(&one, rows[i].key, rows[i].value);
        CU_ASSERT_FALSE(rig_open(&one));
        CU_ASSERT(one.e.fate == ERR_FATAL && strcmp(one.e.code, "rest_poll.option") == 0);
        rig_done(&one);
    }
}

static CU_TestInfo cases[] = {
    { "follows the pages and hands up each item", follows_the_pages_and_hands_up_each_item },
    { "asks by what a page was known by where it is the only one",
      asks_by_what_a_page_was_known_by_where_it_is_the_only_one },
    { "goes on where it was committed", goes_on_where_it_was_committed },
    { "begins anew with other options", begins_anew_with_other_options },
    { "asks again for a page of which something is to come again",
      asks_again_for_a_page_of_which_something_is_to_come_again },
    { "stands before what is to come again", stands_before_what_is_to_come_again },
    { "a long page goes up in turns and moves once", a_long_page_goes_up_in_turns_and_moves_once },
    { "takes a page as one unit with its next told in it",
      takes_a_page_as_one_unit_with_its_next_told_in_it },
    { "goes nowhere else and takes nothing of what is no page",
      goes_nowhere_else_and_takes_nothing_of_what_is_no_page },
    { "waits as long as it is asked to", waits_as_long_as_it_is_asked_to },
    { "shows its credentials", shows_its_credentials },
    { "a unit over its maximum is not taken", a_unit_over_its_maximum_is_not_taken },
    { "stops while it waits for a partner or for its time",
      stops_while_it_waits_for_a_partner_or_for_its_time },
    { "refuses options that do not fit", refuses_options_that_do_not_fit },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_rest_poll = { "rest_poll", NULL, NULL, fresh, done, cases };
