/* http_door_test.c - the door over real sockets: who is let in, by when, and what is asked of a
 * head first. */
#include <CUnit/CUnit.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/http_server.h"
#include "host/log.h"

#define HEAD_MS 300
#define REQUEST_MS 700
#define LARGE 300000

static struct http_server *server;
static struct http_server_options options;
static struct err e;
static char got[LARGE + 4096];
static int handled;

/* Answers its body; of "/large" a long text. */
static void handle(void *ctx, struct http_request *r, struct http_answer *out)
{
    (void)ctx;
    handled++;
    out->status = 200;
    if (slice_equal_text(http_path(r), "/large"))
        memset(buf_reserve(out->body, LARGE), 'x', LARGE), out->body->n += LARGE;
    buf_put(out->body, http_body(r));
}

static bool judge(void *ctx, const struct http_head *h, struct http_answer *out)
{
    (void)ctx;
    if (slice_equal_text(http_head_field(h, "Key"), "good"))
        return false;
    out->status = 401;
    out->fields[1].name = "X-Why";
    out->fields[1].value = "key";
    buf_text(out->body, "no key");
    return true;
}

static void fresh(void)
{
    log_set_level(LOG_ERROR);
    handled = 0;
    options = (struct http_server_options){ .listen = "127.0.0.1:0",
                                            .body_max = 1000,
                                            .bytes_max = 2000,
                                            .idle_ms = 60000,
                                            .head_ms = 60000,
                                            .request_ms = 60000,
                                            .handle = handle };
}

static void done(void)
{
    http_server_stop(&server);
}

static void start(void)
{
    err_clear(&e);
    CU_ASSERT_FATAL(http_server_start(&options, &server, &e));
}

/* From 127.0.0.last: every loopback address is this machine's. */
static int join(unsigned last)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(http_server_port(server)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in from = { .sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(0x7f000000 + last) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_FATAL(bind(fd, (struct sockaddr *)&from, sizeof from) == 0 &&
                    connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    return fd;
}

static bool say(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

/* Until it is there, or the connection ends, or a minute is over. */
static bool hears(int fd, const char *what)
{
    struct pollfd p = { fd, POLLIN, 0 };
    for (size_t n = 0; n < sizeof got - 1 && poll(&p, 1, 60000) == 1;) {
        ssize_t more = recv(fd, got + n, sizeof got - 1 - n, 0);
        n += more > 0 ? (size_t)more : 0;
        got[n] = '\0';
        if (strstr(got, what) || more <= 0)
            return strstr(got, what) != NULL;
    }
    return false;
}

/* All of it, until its end; "" when that does not come. */
static const char *rest(int fd)
{
    (void)hears(fd, "\n no answer has this");
    close(fd);
    return got;
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (; (text = strstr(text, what)); text++)
        n++;
    return n;
}

/* One that says a byte in the time of a tenth of the deadline; NULL: nothing. */
struct dripping {
    int fd;
    const char *byte;
};

/* One or two at once. Whether the other side has ended them all, or said something; false after a
 * hundred times the deadline. */
static bool drip(const struct dripping *list, nfds_t n)
{
    struct pollfd p[2];
    nfds_t left = n;
    for (nfds_t k = 0; k < n; k++)
        p[k] = (struct pollfd){ list[k].fd, POLLIN, 0 };
    for (int i = 0; i < 1000 && left > 0; i++) {
        (void)poll(p, n, HEAD_MS / 10);
        for (nfds_t k = 0; k < n; k++)
            if (p[k].fd >= 0 && (p[k].revents || (list[k].byte && !say(p[k].fd, list[k].byte)))) {
                p[k].fd = -1; /* poll() passes it over */
                left--;
            }
    }
    return left == 0;
}

static void start_with_deadlines(void)
{
    options.head_ms = HEAD_MS;
    options.request_ms = REQUEST_MS;
    start();
}

static void ends_a_head_that_drips(void)
{
    start_with_deadlines();
    const struct dripping peers[] = { { join(1), "x" }, { join(1), NULL } };
    CU_ASSERT(say(peers[0].fd, "GET / HTTP/1.1\r\nHost: a\r\nX: "));
    CU_ASSERT(drip(peers, 2));
    CU_ASSERT_PTR_NOT_NULL(strstr(rest(peers[0].fd), "HTTP/1.1 408 Request Timeout\r\n"));
    CU_ASSERT_STRING_EQUAL(rest(peers[1].fd), ""); /* who says nothing */
}

static void ends_a_body_that_drips(void)
{
    start_with_deadlines();
    const struct dripping peers[] = { { join(1), "x" }, { join(2), "1\r\nx\r\n" } };
    CU_ASSERT(say(peers[0].fd, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n"));
    CU_ASSERT(say(peers[1].fd, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
    CU_ASSERT(drip(peers, 2));
    CU_ASSERT_PTR_NOT_NULL(strstr(rest(peers[0].fd), "HTTP/1.1 408 "));
    CU_ASSERT_PTR_NOT_NULL(strstr(rest(peers[1].fd), "HTTP/1.1 408 "));
    CU_ASSERT_EQUAL(handled, 0);
}

/* Between two requests the idle time counts, from the first byte of the next its head's. */
static void gives_each_head_of_a_kept_connection_its_time(void)
{
    start_with_deadlines();
    int fd = join(1);
    CU_ASSERT(say(fd, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n") && hears(fd, "HTTP/1.1 200 "));
    struct pollfd p = { fd, POLLIN, 0 };
    CU_ASSERT_EQUAL(poll(&p, 1, 2 * HEAD_MS), 0);
    CU_ASSERT(say(fd, "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n") && hears(fd, "HTTP/1.1 200 "));
    CU_ASSERT(say(fd, "GET"));
    CU_ASSERT(drip(&(struct dripping){ fd, "x" }, 1));
    CU_ASSERT_PTR_NOT_NULL(strstr(rest(fd), "HTTP/1.1 408 "));
    CU_ASSERT_EQUAL(handled, 2);
}

static void judges_a_head_before_its_body_comes(void)
{
    options.judge = judge;
    start();
    int fd = join(1);
    CU_ASSERT(
        say(fd, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"));
    const char *text = rest(fd);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "HTTP/1.1 401 Unauthorized\r\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\r\nWWW-Authenticate: Bearer\r\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\r\nX-Why: key\r\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\r\nContent-Length: 6\r\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\r\n\r\nno key"));
    CU_ASSERT_PTR_NULL(strstr(text, "100"));
    fd = join(1);
    CU_ASSERT(say(fd, "POST / HTTP/1.1\r\nHost: a\r\nKey: good\r\nExpect: 100-continue\r\n"
                      "Content-Length: 4\r\n\r\n"));
    CU_ASSERT(hears(fd, "HTTP/1.1 100 Continue\r\n\r\n"));
    CU_ASSERT(say(fd, "body"));
    CU_ASSERT(hears(fd, "body"));
    CU_ASSERT_EQUAL(handled, 1);
    close(fd);
}

/* What is in the body of one is no head of the next, and what is behind it is. */
static void judges_each_request_of_a_connection(void)
{
    options.judge = judge;
    start();
    int fd = join(1);
    CU_ASSERT(say(fd,
                  "POST /1 HTTP/1.1\r\nHost: a\r\nKey: good\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "1E\r\nGET /no HTTP/1.1\r\nHost: a\r\n\r\nx\r\n0\r\n\r\n"
                  "POST /2 HTTP/1.1\r\nHost: a\r\nKey: good\r\nContent-Length: 3\r\n\r\nabc\r\n"
                  "GET /3 HTTP/1.1\r\nHost: a\r\nKey: bad\r\n\r\n"
                  "GET /4 HTTP/1.1\r\nHost: a\r\nKey: good\r\n\r\n"));
    const char *text = rest(fd);
    CU_ASSERT_EQUAL(count(text, "HTTP/1.1 200 "), 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "abcHTTP/1.1 401 "));
    CU_ASSERT_EQUAL(handled, 2);
}

static void says_its_own_behind_all_of_the_answer_before(void)
{
    start();
    int fd = join(1);
    CU_ASSERT(
        say(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"));
    const char *text = rest(fd), *body = strstr(text, "\r\n\r\n");
    CU_ASSERT_FATAL(body && strlen(body) > LARGE + 4);
    CU_ASSERT_EQUAL(strspn(body + 4, "x"), LARGE);
    CU_ASSERT_EQUAL(strncmp(body + 4 + LARGE, "HTTP/1.1 400 ", 13), 0);
}

static void refuses_and_closes_what_is_ambiguous(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: "
          "chunked\r\n\r\n0\r\n\r\n",
          "400" },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 4\r\n\r\nbody",
          "400" },
        { "POST / HTTP/1.1\nHost: a\n\n", "400" },
        { "POST / HTTP/1.1\r\n\r\n", "400" },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x4\r\n", "400" },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", "413" },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", "413" },
    };
    start();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int fd = join(1);
        CU_ASSERT(say(fd, rows[i].text));
        const char *text = rest(fd);
        CU_ASSERT_EQUAL(strncmp(text, "HTTP/1.1 ", 9) + strncmp(text + 9, rows[i].want, 3), 0);
        CU_ASSERT_EQUAL(count(text, "HTTP/1.1 "), 1);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "\r\nConnection: close\r\n"));
    }
    CU_ASSERT_EQUAL(handled, 0);
}

/* A peer that has said its last and reads on; and one that comes with a line's end too many
 * before. */
static void answers_who_has_closed_his_half(void)
{
    start();
    int fd = join(1);
    CU_ASSERT(say(fd, "\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"));
    CU_ASSERT_EQUAL(shutdown(fd, SHUT_WR), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(rest(fd), "\r\n\r\nbody"));
}

/* Two addresses hold all there is: one that comes for the first time is answered, at once. */
static void makes_room_for_who_holds_less(void)
{
    int held[10];
    options.connections_max = 10;
    options.peer_connections_max = 5;
    start();
    for (unsigned i = 0; i < 10; i++) {
        held[i] = join(2 + i / 5);
        CU_ASSERT(say(held[i], i % 2 ? "GET / HTTP/1.1\r\nHost"
                                     : "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"));
    }
    for (int i = 0; i < 20; i++) {
        int fd = join(1);
        CU_ASSERT(say(fd, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        CU_ASSERT_PTR_NOT_NULL(strstr(rest(fd), "HTTP/1.1 200 "));
    }
    int more = join(2); /* its oldest goes for it */
    CU_ASSERT(say(more, "GET / HTTP/1.1\r\nHost: a\r\n\r\n") && hears(more, "HTTP/1.1 200 "));
    close(more);
    for (int i = 0; i < 10; i++)
        close(held[i]);
}

/* Files that are out come back from who has most here, and nobody goes when nobody waits. */
static void takes_a_file_from_who_has_most_when_files_are_out(void)
{
    int held[3], spare[256];
    size_t n = 0;
    start();
    for (unsigned i = 0; i < 3; i++) {
        held[i] = join(2);
        CU_ASSERT(say(held[i], "GET / HTTP/1.1\r\nHost: a\r\n\r\n") &&
                  hears(held[i], "HTTP/1.1 200 "));
    }
    struct rlimit before, low;
    CU_ASSERT_FATAL(getrlimit(RLIMIT_NOFILE, &before) == 0);
    int last = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    low = before;
    low.rlim_cur = (rlim_t)fd + 20;
    CU_ASSERT_FATAL(setrlimit(RLIMIT_NOFILE, &low) == 0);
    while (n < 256 && (spare[n] = dup(fd)) >= 0)
        n++;
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(http_server_port(server)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    close(spare[--n]); /* which `last` takes */
    CU_ASSERT_FATAL(connect(last, (struct sockaddr *)&to, sizeof to) == 0);
    CU_ASSERT(say(last, "GET\n") && hears(last, "HTTP/1.1 400 "));
    for (unsigned i = 0; i < 3; i++)
        CU_ASSERT(say(held[i], "GET / HTTP/1.1\r\nHost: a\r\n\r\n") &&
                  hears(held[i], "HTTP/1.1 200 "));
    CU_ASSERT_FATAL(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    CU_ASSERT(say(fd, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") &&
              hears(fd, "HTTP/1.1 200 "));
    CU_ASSERT(say(held[2], "GET / HTTP/1.1\r\nHost: a\r\n\r\n") && hears(held[2], "HTTP/1.1 200 "));
    (void)setrlimit(RLIMIT_NOFILE, &before);
    while (n > 0)
        close(spare[--n]);
    for (unsigned i = 0; i < 3; i++)
        close(held[i]);
    close(last);
    close(fd);
}

static void keeps_bodies_to_their_shares(void)
{
    int held[2];
    start();
    for (unsigned i = 0; i < 2; i++) {
        held[i] = join(2 + i);
        CU_ASSERT(say(
            held[i],
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\nExpect: 100-continue\r\n\r\n"));
        CU_ASSERT(hears(held[i], "100 Continue"));
    }
    int own = join(2); /* over its own share */
    CU_ASSERT(say(own, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(rest(own), "HTTP/1.1 503 "));
    int fd = join(1); /* over the sum, of which others hold more */
    CU_ASSERT(say(fd, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n123456789"));
    CU_ASSERT(hears(fd, "123456789"));
    close(fd);
    close(held[0]);
    close(held[1]);
}

static void lets_a_slow_reader_have_it_all(void)
{
    start();
    int fd = join(1), small = 65536;
    CU_ASSERT_EQUAL(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    CU_ASSERT(say(fd, "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    const char *body = strstr(rest(fd), "\r\n\r\n");
    CU_ASSERT_FATAL(body != NULL);
    CU_ASSERT_EQUAL(strlen(body + 4), LARGE);
}

static void stops_with_connections_in_every_state(void)
{
    static const char *const said[] = { "",
                                        "GET / HT",
                                        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                                        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx",
                                        "GET / HTTP/1.1\nx",
                                        "GET /large HTTP/1.1\r\nHost: a\r\n\r\n" };
    int fds[6];
    start();
    for (size_t i = 0; i < 6; i++) {
        fds[i] = join(1);
        CU_ASSERT(say(fds[i], said[i]));
    }
    CU_ASSERT(hears(fds[4], "HTTP/1.1 400 "));
    http_server_stop(&server);
    for (size_t i = 0; i < 6; i++)
        (void)rest(fds[i]);
}

static CU_TestInfo cases[] = {
    { "ends a head that drips", ends_a_head_that_drips },
    { "ends a body that drips", ends_a_body_that_drips },
    { "gives each head of a kept connection its time",
      gives_each_head_of_a_kept_connection_its_time },
    { "judges a head before its body comes", judges_a_head_before_its_body_comes },
    { "judges each request of a connection", judges_each_request_of_a_connection },
    { "says its own behind all of the answer before",
      says_its_own_behind_all_of_the_answer_before },
    { "refuses and closes what is ambiguous", refuses_and_closes_what_is_ambiguous },
    { "answers who has closed his half", answers_who_has_closed_his_half },
    { "makes room for who holds less", makes_room_for_who_holds_less },
    { "takes a file from who has most when files are out",
      takes_a_file_from_who_has_most_when_files_are_out },
    { "keeps bodies to their shares", keeps_bodies_to_their_shares },
    { "lets a slow reader have it all", lets_a_slow_reader_have_it_all },
    { "stops with connections in every state", stops_with_connections_in_every_state },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_http_door = { "http_door", NULL, NULL, fresh, done, cases };
