/* http_left_test.c - what the client says of what has left, and that nothing leaves twice: against
 * a scripted socket, and `openssl s_server`.
 *
 * The partner is a thread with one listening socket. A script says what it does with each
 * connection that it accepts, in turn: the words below, anything else is sent as it is. */
#include <netinet/in.h>
#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "host/http_client.h"
#include "tls_rig.h"

#define READ "\1"  /* one request whole */
#define HEAD "\2"  /* its header */
#define HANG "\3"  /* hangs up */
#define RESET "\4" /* hangs up with a reset */
#define WAIT "\5"  /* until the test says "go on" */
#define END "\7"   /* says that nothing more comes */
#define TELL "\6"  /* that all so far stands in the other's socket */
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define NO "HTTP/1.1 422 No\r\nContent-Length: 0\r\n\r\n"
#define WAIT_MS 60000

static struct {
    int fd, go[2], told[2];
    unsigned port;
    const char *script;
    size_t connections, requests;
    pthread_t thread;
    bool runs;
} partner;
static struct tls_rig_other other;
static struct http_client *client;
static struct buf answer;
static struct err e;
static int status;

/* ---- the partner ---- */

static size_t length_of(const char *header)
{
    const char *at = strcasestr(header, "\r\ncontent-length:");
    return at ? strtoul(at + strlen("\r\ncontent-length:"), NULL, 10) : 0;
}

static void read_request(int fd, bool whole)
{
    char header[4000] = "", body[4096];
    size_t n = 0;
    while (n < sizeof header - 1 && !strstr(header, "\r\n\r\n") && recv(fd, header + n, 1, 0) == 1)
        n++;
    partner.requests += strstr(header, "\r\n\r\n") != NULL;
    for (size_t left = whole ? length_of(header) : 0; left > 0;) {
        ssize_t came = recv(fd, body, left < sizeof body ? left : sizeof body, 0);
        if (came <= 0)
            break;
        left -= (size_t)came;
    }
}

static void await_word(int fd)
{
    char c;
    struct pollfd p = { .fd = fd, .events = POLLIN };
    CU_ASSERT(poll(&p, 1, WAIT_MS) == 1 && read(fd, &c, 1) == 1);
}

/* Also loopback may take its time. */
static void tell(int fd)
{
    int under_way = 1;
    for (int ms = 0; ms < WAIT_MS && ioctl(fd, SIOCOUTQ, &under_way) == 0 && under_way > 0; ms++)
        poll(NULL, 0, 1);
    CU_ASSERT(write(partner.told[1], "*", 1) == 1);
}

static void hang_up(int *fd, bool reset)
{
    struct linger now = { 1, 0 };
    if (reset)
        (void)setsockopt(*fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(*fd);
    *fd = -1;
}

/* Returns how much of the script that was: text goes at once. */
static size_t step(int *fd, const char *what)
{
    size_t text = strcspn(what, READ HEAD HANG RESET WAIT END TELL);
    if (text > 0)
        (void)send(*fd, what, text, MSG_NOSIGNAL);
    else if (*what == *READ || *what == *HEAD)
        read_request(*fd, *what == *READ);
    else if (*what == *HANG || *what == *RESET)
        hang_up(fd, *what == *RESET);
    else if (*what == *WAIT)
        await_word(partner.go[0]);
    else if (*what == *END)
        (void)shutdown(*fd, SHUT_WR);
    else if (*what == *TELL)
        tell(*fd);
    return text > 0 ? text : 1;
}

static void *play(void *unused)
{
    int fd = -1;
    for (const char *p = partner.script; *p; p += step(&fd, p)) {
        if (fd >= 0)
            continue;
        fd = accept4(partner.fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            break; /* the test is over, and nobody came */
        partner.connections++;
    }
    if (fd >= 0)
        close(fd);
    return unused;
}

static void script(const char *text)
{
    partner.script = text;
    partner.runs = pthread_create(&partner.thread, NULL, play, NULL) == 0;
    CU_ASSERT_FATAL(partner.runs);
}

static void fresh(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    memset(&partner, 0, sizeof partner);
    other = (struct tls_rig_other){ .pid = -1 };
    err_clear(&e);
    status = 0;
    buf_init(&answer, 1000);
    partner.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_FATAL(bind(partner.fd, (struct sockaddr *)&at, sizeof at) == 0);
    CU_ASSERT_FATAL(listen(partner.fd, 8) == 0 && pipe(partner.go) == 0 && pipe(partner.told) == 0);
    CU_ASSERT_FATAL(getsockname(partner.fd, (struct sockaddr *)&at, &n) == 0);
    partner.port = ntohs(at.sin_port);
    CU_ASSERT_FATAL(http_client_open(&client, &e));
}

static void done(void)
{
    http_client_close(&client);
    (void)shutdown(partner.fd, SHUT_RDWR);
    if (partner.runs)
        pthread_join(partner.thread, NULL);
    for (int i = 0; i < 2; i++) {
        close(partner.go[i]);
        close(partner.told[i]);
    }
    close(partner.fd);
    tls_rig_stop(&other);
    buf_release(&answer);
}

/* ---- calls ---- */

static bool call(struct http_call c, const char *scheme, unsigned port)
{
    char url[64];
    snprintf(url, sizeof url, "%s://127.0.0.1:%u/in", scheme, port);
    c.method = "POST";
    c.url = url;
    c.timeout_ms = WAIT_MS;
    if (!c.body.n)
        c.body = SLICE("body");
    err_clear(&e);
    return http_client_do(client, &c, &status, &answer, &e);
}

static bool post(void)
{
    return call((struct http_call){ .tls = NULL }, "http", partner.port);
}

/* No answer came, and it ended so. */
static bool failed(const char *code, bool left)
{
    struct http_heard heard = http_client_heard(client);
    if (!e.code || strcmp(e.code, code) != 0)
        printf("\n    %s: %s\n", e.code ? e.code : "no error", e.text);
    return e.code && strcmp(e.code, code) == 0 && heard.status == 0 && heard.left == left;
}

/* The first may have been taken; who sends again is the caller, who knows what it means. */
static void what_a_kept_connection_lost_is_not_sent_again(void)
{
    static const char *const scripts[] = { READ OK READ HANG READ NO HANG READ NO,
                                           READ OK READ RESET READ NO HANG READ NO,
                                           READ OK HEAD HANG READ NO HANG READ NO };
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        script(scripts[i]);
        CU_ASSERT(post() && status == 200);
        CU_ASSERT(!post() && failed("http.closed", true));
        CU_ASSERT_EQUAL(partner.requests, 2);
        CU_ASSERT(post() && status == 422);
        CU_ASSERT_EQUAL(partner.requests, 3);
        done();
        fresh();
    }
}

static void one_connection_serves_many_calls(void)
{
    script(READ OK READ NO READ OK HANG);
    CU_ASSERT(post() && status == 200);
    CU_ASSERT(post() && status == 422);
    CU_ASSERT(post() && status == 200);
    CU_ASSERT_EQUAL(partner.connections, 1);
}

/* Between two calls that is nobody's loss: the next goes by a new one. */
static void a_connection_that_ended_between_is_not_used(void)
{
    script(READ OK END TELL HANG READ OK);
    CU_ASSERT(post() && status == 200);
    await_word(partner.told[0]);
    CU_ASSERT(post() && status == 200);
    CU_ASSERT_EQUAL(partner.connections, 2);
}

/* A yes that nobody asked for, and that stands there when the next is sent, is not that one's. */
static void an_answer_that_came_before_is_no_answer(void)
{
    script(READ OK WAIT OK TELL READ HANG READ NO);
    CU_ASSERT(post() && status == 200);
    CU_ASSERT(write(partner.go[1], "*", 1) == 1);
    await_word(partner.told[0]);
    CU_ASSERT(post() && status == 422);
    CU_ASSERT(partner.connections == 2 && partner.requests == 2);
    done();
    fresh();
    script(READ OK OK READ HANG READ NO); /* at once: the library throws it away, or closes */
    CU_ASSERT(post() && status == 200);
    CU_ASSERT(!post() || status == 422);
}

/* Two sendings, the first answered with a no to how we ask. */
static void goes_on_without_expect_where_a_partner_does_not_know_it(void)
{
    static uint8_t body[1500000];
    const struct http_call large = { .body = slice_of(body, sizeof body) };
    script(HEAD "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n" READ OK);
    CU_ASSERT(call(large, "http", partner.port) && status == 200);
    CU_ASSERT_EQUAL(partner.requests, 2);
    done();
    fresh();
    script(HEAD "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n" READ HANG READ NO);
    CU_ASSERT(!call(large, "http", partner.port) && failed("http.closed", true));
    CU_ASSERT_EQUAL(partner.requests, 2);
}

static void what_is_no_answer_says_nothing(void)
{
    static const char *const scripts[] = { READ HANG,
                                           READ RESET,
                                           HEAD RESET,
                                           READ "hello\r\n" HANG,
                                           READ "HTTP/1.1 200" HANG,
                                           READ "HTTP/1.1 200 OK\r\n" HANG,
                                           READ "HTTP/1.1 200 OK\r\nContent-Le" HANG,
                                           READ "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" HANG,
                                           READ "HTTP/1.1 204 No\r\nDate: 0\r\n\r" HANG,
                                           READ "HTTP/1.1 100 Continue\r\n\r\n"
                                                "HTTP/1.1 201 Made\r\n" HANG,
                                           READ "HTTP/1.1 100 Continue\r\n\r\n" HANG };
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        script(scripts[i]);
        CU_ASSERT_FATAL(!post() && http_client_heard(client).left);
        CU_ASSERT_EQUAL(http_client_heard(client).status, 0);
        CU_ASSERT_STRING_EQUAL(e.code, "http.closed");
        done();
        fresh();
    }
}

/* ---- what comes before a request ---- */

static void a_proxy_that_makes_no_way_has_let_nothing_through(void)
{
    static const char *const scripts[] = { HEAD "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n" HANG,
                                           HEAD "HTTP/1.1 502 No\r\n\r\n" HANG, HEAD HANG, HANG };
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        char proxy[64];
        snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", partner.port);
        const struct http_call c = { .proxy = proxy };
        script(scripts[i]);
        CU_ASSERT(!call(c, "https", 9) && failed("http.connect", false));
        done();
        fresh();
    }
}

static void a_handshake_that_is_cut_off_has_let_nothing_through(void)
{
    script(HANG);
    CU_ASSERT(!call((struct http_call){ .tls = NULL }, "https", partner.port));
    CU_ASSERT(failed("tls.closed", false));
}

static unsigned s_server(const char *version)
{
    const char *const more[] = { "-cert",  "server.pem", "-key", "server.key",           "-CAfile",
                                 "ca.pem", "-Verify",    "1",    "-verify_return_error", "-www",
                                 version,  NULL };
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t n = sizeof at;
    int fd = tls_rig_s_server(&other, more);
    CU_ASSERT_FATAL(getpeername(fd, (struct sockaddr *)&at, &n) == 0);
    close(fd);
    return ntohs(at.sin_port);
}

/* By TLS 1.2 a client hears of its certificate within the handshake; by 1.3 behind its request. */
static void a_refusal_of_our_certificate_may_come_behind_the_request(void)
{
    static const char *const certs[] = { NULL, "stranger" };
    for (size_t i = 0; i < 4; i++) {
        bool late = i < 2;
        const struct tls_settings s = tls_rig_client(certs[i % 2], "ca", "127.0.0.1");
        unsigned port = s_server(late ? "-tls1_3" : "-tls1_2");
        CU_ASSERT_FALSE(call((struct http_call){ .tls = &s }, "https", port));
        CU_ASSERT_EQUAL(http_client_heard(client).left, late);
        CU_ASSERT(strcmp(e.code, "tls.refused") == 0 ||
                  (late && strcmp(e.code, "http.closed") == 0));
        done();
        fresh();
    }
}

static void a_certificate_that_we_refuse_has_got_nothing(void)
{
    const struct tls_settings s = tls_rig_client("client", "other-ca", "127.0.0.1");
    CU_ASSERT_FALSE(call((struct http_call){ .tls = &s }, "https", s_server("-tls1_3")));
    CU_ASSERT(failed("tls.authority", false));
}

/* The same by TLS, where no poll tells of what the library has read: the second record ends one
 * answer and holds another. Returns the partner's connections. */
static void *answer_twice(void *ctx)
{
    const struct tls_settings good = tls_rig_server("server", NULL, TLS_CLIENT_ANY);
    static const char *const says[] = { "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf",
                                        "half" OK };
    static const char no[] = NO;
    for (int i = 0; i < 2; i++) {
        struct tls_rig_end end;
        int fd = accept4(partner.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            break;
        partner.connections++;
        tls_rig_begin(&end, &good, fd);
        tls_rig_shake(&end);
        (void)tls_rig_read(&end, 100);
        tls_rig_write(&end, i ? no : says[0]);
        if (i == 0)
            tls_rig_write(&end, says[1]);
        (void)tls_rig_read(&end, 100);
        tls_rig_end(&end);
    }
    return ctx;
}

static void an_answer_that_came_before_is_none_by_tls_either(void)
{
    const struct tls_settings s = tls_rig_client(NULL, "ca", "127.0.0.1");
    const struct http_call c = { .tls = &s };
    partner.runs = pthread_create(&partner.thread, NULL, answer_twice, NULL) == 0;
    CU_ASSERT_FATAL(partner.runs);
    CU_ASSERT(call(c, "https", partner.port) && status == 200);
    CU_ASSERT(slice_equal_text(buf_slice(&answer), "halfhalf"));
    CU_ASSERT(call(c, "https", partner.port) && status == 422);
    CU_ASSERT_EQUAL(partner.connections, 2);
}

static CU_TestInfo cases[] = {
    { "what a kept connection lost is not sent again",
      what_a_kept_connection_lost_is_not_sent_again },
    { "one connection serves many calls", one_connection_serves_many_calls },
    { "a connection that ended between is not used", a_connection_that_ended_between_is_not_used },
    { "an answer that came before is no answer", an_answer_that_came_before_is_no_answer },
    { "an answer that came before is none by TLS either",
      an_answer_that_came_before_is_none_by_tls_either },
    { "goes on without Expect where a partner does not know it",
      goes_on_without_expect_where_a_partner_does_not_know_it },
    { "what is no answer says nothing", what_is_no_answer_says_nothing },
    { "a proxy that makes no way has let nothing through",
      a_proxy_that_makes_no_way_has_let_nothing_through },
    { "a handshake that is cut off has let nothing through",
      a_handshake_that_is_cut_off_has_let_nothing_through },
    { "a refusal of our certificate may come behind the request",
      a_refusal_of_our_certificate_may_come_behind_the_request },
    { "a certificate that we refuse has got nothing",
      a_certificate_that_we_refuse_has_got_nothing },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_http_left = { "http_left", tls_rig_make, tls_rig_remove, fresh, done, cases };
