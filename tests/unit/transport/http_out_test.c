/* http_out_test.c - posts to a partner that answers as it is told. */
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "host/http_server.h"
#include "rig.h"
#include "transport/http_out.h"

static struct rig r;
static struct http_server *partner;
static struct buf answer;
static struct handing came;
static char url[64], seen_key[64], seen_type[64], seen_auth[64], seen_body[64];
static int status_to_give, retry_after_s;
static const char *body_to_give; /* NULL: some JSON */
static bool locked;              /* wants the token "s3cret" */

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
    bool bad = locked && strcmp(seen_auth, "Bearer s3cret") != 0;
    a->status = bad ? 401 : status_to_give;
    a->retry_after_s = retry_after_s;
    a->type = "application/json";
    buf_text(a->body, body_to_give ? body_to_give : "{\"got\":true}");
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
    retry_after_s = 0;
    locked = false;
    body_to_give = NULL;
}

static void done(void)
{
    rig_done(&r);
    http_server_stop(&partner);
    buf_release(&answer);
}

static bool send_it(const char *id)
{
    struct outgoing m = { .bytes = SLICE("{\"a\":1}"),
                          .id = slice_text(id),
                          .name = slice_text(id) };
    transport_http_out.send(r.state, &m, &answer, &came);
    r.e = came.why;
    return came.fate == HANDING_TAKEN;
}

static void posts_with_the_id_as_idempotency_key(void)
{
    CU_ASSERT_FATAL(rig_open(&r));
    CU_ASSERT_TRUE(send_it("abcdefghij0123456789"));
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
    rig_set(&r, "credentials.bearer_file", path);
    CU_ASSERT_FATAL(rig_open(&r));
    CU_ASSERT_TRUE(send_it("id"));
    CU_ASSERT_STRING_EQUAL(seen_auth, "Bearer s3cret");
}

static void reads_each_status_as_it_is_meant(void)
{
    static const struct {
        int status;
        enum handing_fate fate;
        bool left;
    } rows[] = {
        { 200, HANDING_TAKEN, true },    { 201, HANDING_TAKEN, true },
        { 204, HANDING_TAKEN, true },    { 302, HANDING_SITE, true },
        { 303, HANDING_SITE, true },     { 400, HANDING_REFUSED, false },
        { 401, HANDING_SITE, false },    { 403, HANDING_SITE, false },
        { 404, HANDING_SITE, false },    { 405, HANDING_SITE, false },
        { 407, HANDING_SITE, false },    { 408, HANDING_LATER, true },
        { 409, HANDING_LATER, true },    { 410, HANDING_SITE, false },
        { 413, HANDING_REFUSED, false }, { 415, HANDING_SITE, false },
        { 422, HANDING_REFUSED, false }, { 423, HANDING_LATER, true },
        { 425, HANDING_LATER, true },    { 429, HANDING_LATER, true },
        { 500, HANDING_LATER, true },    { 503, HANDING_LATER, true },
    };
    CU_ASSERT_FATAL(rig_open(&r));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char code[8];
        status_to_give = rows[i].status;
        CU_ASSERT_EQUAL(send_it("id"), rows[i].fate == HANDING_TAKEN);
        CU_ASSERT_EQUAL(came.fate, rows[i].fate);
        CU_ASSERT_EQUAL(came.left, rows[i].left);
        snprintf(code, sizeof code, "%d", rows[i].status);
        CU_ASSERT_STRING_EQUAL(came.said.codes, code);
    }
}

static void keeps_the_first_line_of_what_a_partner_says(void)
{
    char word[SAID_WORDS_MAX + 50];
    memset(word, 'a', sizeof word);
    memcpy(word + SAID_WORDS_MAX - 2, "\xc3\xa9 and more", 12);
    word[sizeof word - 1] = '\0';
    CU_ASSERT_FATAL(rig_open(&r));
    status_to_give = 422;
    body_to_give = "\r\n  no ward of that name \r\n<p>more</p>";
    CU_ASSERT_FALSE(send_it("id"));
    CU_ASSERT_STRING_EQUAL(came.said.words, "no ward of that name");
    CU_ASSERT_STRING_EQUAL(came.said.codes, "422");
    body_to_give = word;
    CU_ASSERT_FALSE(send_it("id"));
    CU_ASSERT_EQUAL(strlen(came.said.words), SAID_WORDS_MAX - 2); /* no half character */
    body_to_give = "\xff\xfe";
    CU_ASSERT_FALSE(send_it("id"));
    CU_ASSERT_STRING_EQUAL(came.said.words, "");
    CU_ASSERT_PTR_NULL(strstr(came.why.text, "ward"));
    status_to_give = 200;
    CU_ASSERT_TRUE(send_it("id"));
    CU_ASSERT_STRING_EQUAL(came.said.words, "");
}

static void nothing_has_left_when_nobody_answers(void)
{
    CU_ASSERT_FATAL(rig_open(&r));
    http_server_stop(&partner);
    CU_ASSERT_FALSE(send_it("id"));
    CU_ASSERT(came.fate == HANDING_NOT_SENT && !came.left);
    CU_ASSERT_STRING_EQUAL(r.e.code, "http.connect");
    transport_http_out.close(r.state);
    rig_set(&r, "url", "http://no-such-host.invalid/");
    CU_ASSERT_FATAL(transport_http_out.open(r.state, &r.e));
    CU_ASSERT_FALSE(send_it("id"));
    CU_ASSERT(came.fate == HANDING_NOT_SENT && !came.left);
}

static void keeps_the_pause_that_it_is_asked_for(void)
{
    CU_ASSERT_FATAL(rig_open(&r));
    status_to_give = 503;
    retry_after_s = 30;
    CU_ASSERT_FALSE(send_it("id"));
    CU_ASSERT_EQUAL(came.after_ms, 30000);
    retry_after_s = 0;
    CU_ASSERT_FALSE(send_it("id"));
    CU_ASSERT_EQUAL(came.after_ms, 0);
}

/* A token that was mended, or changed, is used without a restart. */
static void reads_its_token_for_each_message(void)
{
    char path[200];
    rig_write(&r, "token", "old\n");
    snprintf(path, sizeof path, "%s", rig_path(&r, "token"));
    rig_set(&r, "credentials.bearer_file", path);
    locked = true;
    CU_ASSERT_FATAL(rig_open(&r));
    CU_ASSERT_FALSE(send_it("id"));
    CU_ASSERT(came.fate == HANDING_SITE && !came.left);
    CU_ASSERT_EQUAL(remove(path), 0);
    CU_ASSERT_FALSE(send_it("id"));
    CU_ASSERT(came.fate == HANDING_SITE && !came.left);
    CU_ASSERT_STRING_EQUAL(came.why.code, "token.open");
    rig_write(&r, "token", "s3cret\n");
    CU_ASSERT_TRUE(send_it("id"));
}

/* ---- partners that misbehave: a socket of their own ---- */

static struct {
    int fd;
    const char *says; /* its whole answer, then it hangs up */
    const char *then; /* the same on a second connection; NULL: it takes none */
    size_t body;      /* so many bytes behind it */
    bool endless, reset;
    bool stalls; /* it does not hang up before the other does */
    size_t kept; /* so many requests before, on the same connection, get a good answer */
    size_t read; /* bytes of requests that it has read */
    pthread_t thread;
} rude;

/* To the end of the 7 bytes of body. */
static void read_request(int fd)
{
    char text[4000];
    size_t n = 0;
    ssize_t got = 1;
    while (got > 0 && n < sizeof text - 1) {
        got = read(fd, text + n, sizeof text - 1 - n);
        n += got > 0 ? (size_t)got : 0;
        text[n] = '\0';
        const char *end = strstr(text, "\r\n\r\n");
        if (end && strlen(end + 4) >= 7)
            break;
    }
    rude.read += n;
}

static void serve_kept(int fd)
{
    static const char good[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    for (size_t i = 0; i < rude.kept; i++) {
        read_request(fd);
        (void)send(fd, good, sizeof good - 1, MSG_NOSIGNAL);
    }
}

/* The first by which anything comes: a call that is broken off has none. */
static int accept_one(void)
{
    char byte;
    int fd;
    while ((fd = accept4(rude.fd, NULL, NULL, SOCK_CLOEXEC)) >= 0 &&
           recv(fd, &byte, 1, MSG_PEEK) <= 0)
        close(fd);
    return fd;
}

static void serve(const char *says)
{
    static const char filler[4096] = { 'x' };
    int fd = accept_one();
    if (fd < 0)
        return;
    serve_kept(fd);
    read_request(fd);
    ssize_t sent = write(fd, says, strlen(says));
    for (size_t left = rude.body; sent > 0 && (left > 0 || rude.endless);) {
        size_t n = left < sizeof filler && !rude.endless ? left : sizeof filler;
        sent = (ssize_t)send(fd, filler, n, MSG_NOSIGNAL);
        left -= left < n ? left : n;
    }
    if (rude.stalls)
        read_request(fd);
    if (rude.reset) {
        struct linger now = { 1, 0 };
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    close(fd);
}

static void *behave(void *unused)
{
    serve(rude.says);
    rude.kept = 0;
    if (rude.then)
        serve(rude.then);
    return unused;
}

/* Opens a transport to a partner that says so. */
static void begin(const char *says, size_t body)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    rude.says = says;
    rude.body = body;
    rude.read = 0;
    rude.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_FATAL(bind(rude.fd, (struct sockaddr *)&at, sizeof at) == 0);
    CU_ASSERT_FATAL(listen(rude.fd, 4) == 0);
    CU_ASSERT_FATAL(getsockname(rude.fd, (struct sockaddr *)&at, &n) == 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/in", (unsigned)ntohs(at.sin_port));
    rig_set(&r, "url", url);
    CU_ASSERT_FATAL(pthread_create(&rude.thread, NULL, behave, NULL) == 0);
    CU_ASSERT_FATAL(rig_open(&r));
}

static void end(void)
{
    transport_http_out.close(r.state);
    r.is_open = false;
    (void)shutdown(rude.fd, SHUT_RDWR);
    pthread_join(rude.thread, NULL);
    close(rude.fd);
    CU_ASSERT(rude.read > 7);
}

/* One post to a partner that says so; what came of it stands in `came`. */
static void post_to(const char *says, size_t body)
{
    begin(says, body);
    (void)send_it("id");
    end();
}

/* Whatever a second sending were answered, the first may have been taken: it has an outcome of its
 * own. */
static void what_a_kept_connection_lost_may_have_arrived(void)
{
    for (int reset = 0; reset < 2; reset++) {
        rude.kept = 2;
        rude.reset = reset;
        rude.then = "HTTP/1.1 422 No\r\nContent-Length: 0\r\n\r\n";
        begin("", 0);
        CU_ASSERT(send_it("a") && send_it("b"));
        CU_ASSERT_FALSE(send_it("c"));
        CU_ASSERT(came.fate == HANDING_UNKNOWN && came.left);
        CU_ASSERT_STRING_EQUAL(came.said.codes, "");
        CU_ASSERT_FALSE(send_it("c"));
        CU_ASSERT_EQUAL(came.fate, HANDING_REFUSED);
        end();
    }
    rude.then = NULL;
    rude.reset = false;
}

static void what_was_read_before_a_hang_up_may_have_arrived(void)
{
    post_to("", 0);
    CU_ASSERT(came.fate == HANDING_UNKNOWN && came.left);
    CU_ASSERT_STRING_EQUAL(came.why.code, "http.closed");
    rude.reset = true;
    post_to("", 0);
    CU_ASSERT(came.fate == HANDING_UNKNOWN && came.left);
    post_to("HTTP/1.1 100 Continue\r\n\r\n", 0);
    CU_ASSERT(came.fate == HANDING_UNKNOWN && came.left);
    rude.reset = false;
}

/* Half an answer is none: a server may say 201 before it has done anything. A no is a no all the
 * same. */
static void half_an_answer_is_no_yes(void)
{
    post_to("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n", 10);
    CU_ASSERT(came.fate == HANDING_UNKNOWN && came.left);
    post_to("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 0);
    CU_ASSERT(came.fate == HANDING_UNKNOWN && came.left);
    rig_set(&r, "timeout", "300ms");
    rude.stalls = true;
    post_to("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n", 10);
    CU_ASSERT_FATAL(came.fate == HANDING_UNKNOWN && came.left);
    CU_ASSERT_STRING_EQUAL(came.why.code, "http.timeout");
    rude.stalls = false;
    rig_set(&r, "timeout", "30s");
    post_to("HTTP/1.1 422 No\r\nContent-Length: 100\r\n\r\n", 10);
    CU_ASSERT_EQUAL(came.fate, HANDING_REFUSED);
    post_to("HTTP/1.1 401 No\r\nContent-Length: 100\r\n\r\n", 10);
    CU_ASSERT_EQUAL(came.fate, HANDING_SITE);
}

/* A head that stops before its empty line is of no message, whatever its status line says. */
static void half_a_head_is_no_word_at_all(void)
{
    static const char *const heads[] = { "HTTP/1.1 201 Created\r\n",
                                         "HTTP/1.1 201 Created\r\nContent-Len",
                                         "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n",
                                         "HTTP/1.1 422 No\r\nContent-Length: 0\r\n" };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        post_to(heads[i], 0);
        CU_ASSERT_FATAL(came.fate == HANDING_UNKNOWN && came.left);
        CU_ASSERT_STRING_EQUAL(came.why.code, "http.closed");
        CU_ASSERT_STRING_EQUAL(came.said.codes, "");
    }
}

static void the_status_counts_however_long_the_body(void)
{
    post_to("HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\n", 1300000);
    CU_ASSERT_EQUAL(came.fate, HANDING_LATER);
    CU_ASSERT_EQUAL(answer.n, answer.max);
    rude.endless = true;
    post_to("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", 0);
    CU_ASSERT_EQUAL(came.fate, HANDING_TAKEN);
    post_to("HTTP/1.1 404 Away\r\nConnection: close\r\n\r\n", 0);
    CU_ASSERT_EQUAL(came.fate, HANDING_SITE);
    rude.endless = false;
}

static void understands_a_pause_until_a_date(void)
{
    char text[200], date[64];
    time_t then = time(NULL) + 1000;
    struct tm tm;
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&then, &tm));
    snprintf(text, sizeof text, "HTTP/1.1 429 Slow\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n",
             date);
    post_to(text, 0);
    CU_ASSERT_EQUAL(came.fate, HANDING_LATER);
    CU_ASSERT(came.after_ms > 900000 && came.after_ms <= 1000000);
    post_to("HTTP/1.1 429 Slow\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 0\r\n\r\n",
            0);
    CU_ASSERT_EQUAL(came.after_ms, 0);
    post_to("HTTP/1.1 503 Busy\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", 0);
    CU_ASSERT_EQUAL(came.after_ms, 0);
}

static void a_handshake_that_fails_is_the_sites_trouble(void)
{
    char https[80];
    snprintf(https, sizeof https, "https%s", url + 4); /* a server that speaks no TLS */
    rig_set(&r, "url", https);
    CU_ASSERT_FATAL(rig_open(&r));
    CU_ASSERT_FALSE(send_it("id"));
    /* it hangs up on what it cannot read, with a word or without, as a partner does that is
     * restarted */
    bool said = strcmp(came.why.code, "tls.plain") == 0;
    CU_ASSERT(!came.left && came.fate == (said ? HANDING_SITE : HANDING_NOT_SENT));
    CU_ASSERT(said || strcmp(came.why.code, "tls.closed") == 0);
}

static void refuses_an_id_that_would_forge_a_header(void)
{
    CU_ASSERT_FATAL(rig_open(&r));
    CU_ASSERT_FALSE(send_it("id\r\nX-Evil: 1"));
    CU_ASSERT_EQUAL(came.fate, HANDING_REFUSED);
    CU_ASSERT_FALSE(send_it(""));
    CU_ASSERT_STRING_EQUAL(r.e.code, "http_out.id");
}

static void wants_an_http_address(void)
{
    static const char *const bad[] = { "ftp://example.org/", "http://me:word@example.org/",
                                       "https://localhost@example.org/" };
    for (size_t i = 0; i < 3; i++) {
        err_clear(&r.e);
        rig_set(&r, "url", bad[i]);
        CU_ASSERT_FALSE(rig_open(&r));
        CU_ASSERT_STRING_EQUAL(r.e.code, "http_out.option");
    }
}

static CU_TestInfo cases[] = {
    { "posts with the id as Idempotency-Key", posts_with_the_id_as_idempotency_key },
    { "shows its token", shows_its_token },
    { "reads each status as it is meant", reads_each_status_as_it_is_meant },
    { "keeps the first line of what a partner says", keeps_the_first_line_of_what_a_partner_says },
    { "nothing has left when nobody answers", nothing_has_left_when_nobody_answers },
    { "keeps the pause that it is asked for", keeps_the_pause_that_it_is_asked_for },
    { "reads its token for each message", reads_its_token_for_each_message },
    { "what was read before a hang-up may have arrived",
      what_was_read_before_a_hang_up_may_have_arrived },
    { "what a kept connection lost may have arrived",
      what_a_kept_connection_lost_may_have_arrived },
    { "half an answer is no yes", half_an_answer_is_no_yes },
    { "half a head is no word at all", half_a_head_is_no_word_at_all },
    { "the status counts however long the body", the_status_counts_however_long_the_body },
    { "understands a pause until a date", understands_a_pause_until_a_date },
    { "a handshake that fails is the site's trouble", a_handshake_that_fails_is_the_sites_trouble },
    { "refuses an id that would forge a header", refuses_an_id_that_would_forge_a_header },
    { "wants an http address", wants_an_http_address },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_http_out = { "http_out", NULL, NULL, fresh, done, cases };
