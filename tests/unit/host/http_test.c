/* http_test.c - server and client against each other, over TCP and a UNIX socket. */
#include <CUnit/CUnit.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "host/http_client.h"
#include "host/http_server.h"
#include "scratch.h"

#define BODY_MAX 1000

static struct scratch scratch;
static struct err e;
static struct buf answer;
static struct http_server *server;
static struct http_client *client;
static bool all_sent;
static char url[128];
static int status;

/* Answers with what it was asked: "METHOD path h=.. body"; /busy with 503. */
static void echo(void *ctx, struct http_request *r, struct http_answer *out)
{
    (void)ctx;
    out->status = slice_equal(http_path(r), SLICE("/busy")) ? 503 : 200;
    out->retry_after_s = out->status == 503 ? 7 : 0;
    out->type = "text/plain";
    buf_put(out->body, http_method(r));
    buf_byte(out->body, ' ');
    buf_put(out->body, http_path(r));
    buf_text(out->body, " h=");
    buf_put(out->body, http_header(r, "x-test"));
    buf_byte(out->body, ' ');
    buf_put(out->body, http_body(r));
}

static bool start(const char *listen_on, struct http_server **out)
{
    struct http_server_options o = { .listen = listen_on,
                                     .body_max = BODY_MAX,
                                     .idle_ms = 60000,
                                     .connections_max = 8,
                                     .handle = echo };
    err_clear(&e);
    return http_server_start(&o, out, &e);
}

static void fresh(void)
{
    err_clear(&e);
    scratch_make(&scratch);
    buf_init(&answer, 100000);
    status = 0;
    if (!start("127.0.0.1:0", &server) || !http_client_open(&client, &e))
        abort();
}

static void done(void)
{
    http_client_close(&client);
    http_server_stop(&server);
    buf_release(&answer);
    scratch_remove(&scratch);
}

static const char *at(const char *path)
{
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", http_server_port(server), path);
    return url;
}

static bool call(const char *method, const char *path, struct slice body)
{
    static const char *const headers[] = { "X-Test: yes", NULL };
    struct http_call c = {
        .method = method, .url = at(path), .headers = headers, .body = body, .timeout_ms = 60000
    };
    err_clear(&e);
    return http_client_do(client, &c, &status, &answer, &e);
}

static void carries_a_request_there_and_back(void)
{
    CU_ASSERT_NOT_EQUAL(http_server_port(server), 0);
    CU_ASSERT_TRUE_FATAL(call("POST", "/a%20b/c?q=1%262&x", SLICE("some\0body")));
    CU_ASSERT_EQUAL(status, 200);
    CU_ASSERT_TRUE(
        slice_equal(buf_slice(&answer), SLICE("POST /a%20b/c?q=1%262&x h=yes some\0body")));
}

static void hears_the_headers_of_the_last_answer(void)
{
    CU_ASSERT_TRUE_FATAL(call("GET", "/busy", SLICE("")));
    CU_ASSERT(slice_equal_text(http_client_header(client, "retry-after"), "7"));
    CU_ASSERT(slice_equal_text(http_client_header(client, "CONTENT-TYPE"), "text/plain"));
    CU_ASSERT_EQUAL(http_client_header(client, "Retry").n, 0);
    CU_ASSERT_TRUE_FATAL(call("GET", "/", SLICE("")));
    CU_ASSERT_EQUAL(http_client_header(client, "Retry-After").n, 0);
    CU_ASSERT(slice_equal_text(http_client_header(client, "Content-Type"), "text/plain"));
}

static void knows_the_usual_methods(void)
{
    static const char *const methods[] = { "GET", "POST", "PUT", "DELETE", "PATCH" };
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        char want[64];
        snprintf(want, sizeof want, "%s / h=yes ", methods[i]);
        CU_ASSERT_TRUE_FATAL(call(methods[i], "/", (struct slice){ NULL, 0 }));
        CU_ASSERT_TRUE(slice_equal_text(buf_slice(&answer), want));
    }
    CU_ASSERT_TRUE(call("HEAD", "/", (struct slice){ NULL, 0 }));
    CU_ASSERT_EQUAL(status, 200);
    CU_ASSERT_EQUAL(answer.n, 0);
}

static void hands_on_any_status(void)
{
    CU_ASSERT_TRUE(call("GET", "/busy", SLICE("")));
    CU_ASSERT_EQUAL(status, 503);
}

static void takes_a_body_of_exactly_its_maximum(void)
{
    uint8_t body[BODY_MAX];
    memset(body, 'x', sizeof body);
    CU_ASSERT_TRUE(call("PUT", "/", slice_of(body, sizeof body)));
    CU_ASSERT_EQUAL(status, 200);
    CU_ASSERT_TRUE(answer.n > sizeof body);
}

static void answers_413_to_a_body_over_its_maximum(void)
{
    static uint8_t body[4 * 1024 * 1024];
    static const size_t sizes[] = { BODY_MAX + 1, 100000, 900000, sizeof body };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        CU_ASSERT_TRUE(call("POST", "/", slice_of(body, sizes[i])));
        CU_ASSERT_EQUAL(status, 413);
        CU_ASSERT_FALSE(slice_starts(buf_slice(&answer), SLICE("POST ")));
    }
    CU_ASSERT_TRUE(call("GET", "/", SLICE("")));
    CU_ASSERT_EQUAL(status, 200);
}

/* Sends a header and pieces of a body as they are, returns all that comes back until the end. */
static const char *raw(const char *header, const char *piece, size_t times)
{
    static char got[4096];
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(http_server_port(server)),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    size_t n = 0;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        abort();
    bool open = send(fd, header, strlen(header), MSG_NOSIGNAL) > 0;
    while (open && times-- > 0)
        open = send(fd, piece, strlen(piece), MSG_NOSIGNAL) > 0;
    all_sent = open;
    for (ssize_t more; n < sizeof got - 1; n += (size_t)more)
        if ((more = recv(fd, got + n, sizeof got - 1 - n, 0)) <= 0)
            break;
    got[n] = '\0';
    close(fd);
    return got;
}

static void says_what_it_sends_and_when_to_come_back(void)
{
    static const char header[] = "GET /busy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const char *got = raw(header, "", 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "HTTP/1.1 503 "));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "\r\nRetry-After: 7\r\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "\r\nContent-Type: text/plain\r\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "GET /busy h="));
}

static void limits_a_body_of_undeclared_length(void)
{
    static const char header[] = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                 "Transfer-Encoding: chunked\r\n\r\n";
    char piece[1100] = "400\r\n";
    memset(piece + 5, 'x', 1024);
    memcpy(piece + 5 + 1024, "\r\n", 3);
    char last[2400];
    snprintf(last, sizeof last, "%s%s0\r\n\r\n", piece, piece);
    CU_ASSERT_PTR_NOT_NULL(strstr(raw(header, last, 1), "HTTP/1.1 413 "));
    CU_ASSERT_PTR_NOT_NULL(strstr(raw(header, piece, 512), "HTTP/1.1 413 "));
    (void)raw(header, piece, 65536);
    CU_ASSERT_FALSE(all_sent); /* cut off before 64 MiB */
}

/* RFC 9112 section 3.2.2: as clients write it to a proxy, and some to us. */
static void takes_the_absolute_form_of_a_target(void)
{
    static const struct {
        const char *target, *want;
    } rows[] = {
        { "http://x:80/a/b", "GET /a/b h=" },  { "HTTPS://X:80/a?q=1", "GET /a?q=1 h=" },
        { "http://x:80", "GET / h=" },         { "/http://x/a", "GET /http://x/a h=" },
        { "http://other/a", "HTTP/1.1 400 " },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char header[200];
        snprintf(header, sizeof header,
                 "GET %s HTTP/1.1\r\nHost: x:80\r\nConnection: close\r\n\r\n", rows[i].target);
        CU_ASSERT_PTR_NOT_NULL(strstr(raw(header, "", 0), rows[i].want));
    }
}

static void refuses_a_request_without_a_host(void)
{
    const char *got = raw("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "", 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "HTTP/1.1 400 "));
}

static void gives_a_target_as_it_was_written(void)
{
    static const char *const targets[] = { "/admin%00x", "/%61dmin", "/?q=%00", "/a+b//c" };
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        char want[64];
        snprintf(want, sizeof want, "GET %s h=yes ", targets[i]);
        CU_ASSERT_TRUE(call("GET", targets[i], SLICE("")));
        CU_ASSERT_TRUE(slice_equal_text(buf_slice(&answer), want));
    }
}

static void refuses_an_answer_over_its_buffer(void)
{
    struct buf small;
    struct http_call c = { .method = "GET", .url = at("/"), .timeout_ms = 60000 };
    buf_init(&small, 4);
    CU_ASSERT_FALSE(http_client_do(client, &c, &status, &small, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "http.limit");
    CU_ASSERT_EQUAL(e.fate, ERR_REJECT);
    CU_ASSERT(slice_equal(buf_slice(&small), SLICE("GET ")));
    CU_ASSERT_EQUAL(http_client_heard(client).status, 200);
    buf_release(&small);
    CU_ASSERT_TRUE(call("GET", "/", SLICE("")));
}

static void says_when_nobody_answers(void)
{
    at("/");
    http_server_stop(&server);
    struct http_call c = { .method = "GET", .url = url, .timeout_ms = 60000 };
    CU_ASSERT_FALSE(http_client_do(client, &c, &status, &answer, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "http.connect");
    CU_ASSERT_EQUAL(e.fate, ERR_RETRY);
    CU_ASSERT_FALSE(http_client_heard(client).left);
}

/* A socket that listens but never accepts. */
static void gives_up_when_its_time_is_over(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s/mute", scratch.dir);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    CU_ASSERT_EQUAL(listen(fd, 1), 0);
    struct http_call c = { .method = "GET",
                           .url = "http://localhost/",
                           .timeout_ms = 50,
                           .unix_socket = address.sun_path };
    CU_ASSERT_FALSE(http_client_do(client, &c, &status, &answer, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "http.timeout");
    CU_ASSERT_EQUAL(e.fate, ERR_RETRY);
    CU_ASSERT_TRUE(http_client_heard(client).left);
    close(fd);
}

/* A listener that answers one request, reads the next whole, and is gone. */
static void *answer_once_and_go(void *ctx)
{
    static const char good[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    const int listener = *(const int *)ctx;
    char in[2000];
    int fd = accept(listener, NULL, NULL);
    size_t n = 0;
    ssize_t came;
    for (int request = 0; request < 2; request++) {
        for (n = 0; !memmem(in, n, "\r\n\r\nbody", 8); n += (size_t)came)
            if ((came = recv(fd, in + n, sizeof in - n, 0)) <= 0)
                break;
        if (request == 0)
            (void)send(fd, good, sizeof good - 1, MSG_NOSIGNAL);
    }
    close(listener);
    close(fd);
    return NULL;
}

static void a_request_may_have_left_whatever_became_of_its_second_try(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    pthread_t thread;
    CU_ASSERT_FATAL(bind(fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(fd, 1) == 0);
    CU_ASSERT_FATAL(getsockname(fd, (struct sockaddr *)&a, &length) == 0);
    CU_ASSERT_FATAL(pthread_create(&thread, NULL, answer_once_and_go, &fd) == 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", ntohs(a.sin_port));
    struct http_call c = {
        .method = "POST", .url = url, .body = SLICE("body"), .timeout_ms = 60000
    };
    CU_ASSERT_TRUE(http_client_do(client, &c, &status, &answer, &e));
    CU_ASSERT_FALSE(http_client_do(client, &c, &status, &answer, &e));
    CU_ASSERT_TRUE(http_client_heard(client).left);
    pthread_join(thread, NULL);
}

static void calls_http_addresses_only(void)
{
    static const char *const bad[] = { "file:///etc/hostname", "ftp://127.0.0.1/", "http://a b/",
                                       "http://" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct http_call c = { .method = "GET", .url = bad[i], .timeout_ms = 1000 };
        err_clear(&e);
        CU_ASSERT_FALSE(http_client_do(client, &c, &status, &answer, &e));
        CU_ASSERT_STRING_EQUAL(e.code, "http.url");
    }
}

static void serves_a_unix_socket_and_removes_it(void)
{
    struct http_server *local = NULL;
    char where[600];
    snprintf(where, sizeof where, "unix:%s/sock", scratch.dir);
    CU_ASSERT_TRUE_FATAL(start(where, &local));
    CU_ASSERT_EQUAL(http_server_port(local), 0);
    struct http_call c = {
        .method = "GET", .url = "http://localhost/x", .timeout_ms = 60000, .unix_socket = where + 5
    };
    CU_ASSERT_TRUE(http_client_do(client, &c, &status, &answer, &e));
    CU_ASSERT_TRUE(slice_starts(buf_slice(&answer), SLICE("GET /x ")));
    struct http_server *second = NULL;
    CU_ASSERT_FALSE(start(where, &second));
    CU_ASSERT_STRING_EQUAL(e.code, "http.listen");
    http_server_stop(&local);
    CU_ASSERT_NOT_EQUAL(access(where + 5, F_OK), 0);
}

static void takes_over_a_stale_unix_socket(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    char where[600];
    struct http_server *local = NULL;
    snprintf(where, sizeof where, "unix:%s/sock", scratch.dir);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/sock", scratch.dir);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
    CU_ASSERT_TRUE(start(where, &local));
    http_server_stop(&local);
    scratch_write(&scratch, "sock", "precious", 8, 0600);
    CU_ASSERT_FALSE(start(where, &local));
    CU_ASSERT_EQUAL(access(address.sun_path, F_OK), 0);
}

static void refuses_addresses_it_cannot_listen_on(void)
{
    static const char *const bad[] = { "",
                                       "nonsense",
                                       ":80",
                                       "127.0.0.1:",
                                       "127.0.0.1:http",
                                       "203.0.113.1:0",
                                       "unix:",
                                       "unix:/nowhere/at/all" };
    struct http_server *other = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CU_ASSERT_FALSE(start(bad[i], &other));
        CU_ASSERT_STRING_EQUAL(e.code, "http.listen");
        CU_ASSERT_EQUAL(e.fate, ERR_FATAL);
    }
    char taken[64];
    snprintf(taken, sizeof taken, "127.0.0.1:%u", http_server_port(server));
    CU_ASSERT_FALSE(start(taken, &other));
    CU_ASSERT_STRING_EQUAL(e.code, "http.listen");
}

static CU_TestInfo cases[] = {
    { "carries a request there and back", carries_a_request_there_and_back },
    { "hears the headers of the last answer", hears_the_headers_of_the_last_answer },
    { "knows the usual methods", knows_the_usual_methods },
    { "hands on any status", hands_on_any_status },
    { "takes a body of exactly its maximum", takes_a_body_of_exactly_its_maximum },
    { "answers 413 to a body over its maximum", answers_413_to_a_body_over_its_maximum },
    { "says what it sends and when to come back", says_what_it_sends_and_when_to_come_back },
    { "limits a body of undeclared length", limits_a_body_of_undeclared_length },
    { "refuses a request without a host", refuses_a_request_without_a_host },
    { "gives a target as it was written", gives_a_target_as_it_was_written },
    { "refuses an answer over its buffer", refuses_an_answer_over_its_buffer },
    { "says when nobody answers", says_when_nobody_answers },
    { "gives up when its time is over", gives_up_when_its_time_is_over },
    { "a request may have left whatever became of its second try",
      a_request_may_have_left_whatever_became_of_its_second_try },
    { "calls http addresses only", calls_http_addresses_only },
    { "serves a UNIX socket and removes it", serves_a_unix_socket_and_removes_it },
    { "takes over a stale UNIX socket", takes_over_a_stale_unix_socket },
    { "refuses addresses it cannot listen on", refuses_addresses_it_cannot_listen_on },
    { "takes the absolute form of a target", takes_the_absolute_form_of_a_target },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_http = { "http", NULL, NULL, fresh, done, cases };
