/* http_sink_test.c - bodies that are handed on in pieces, and calls that another thread ends:
 * against a socket. */
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/arena.h"
#include "base/clock.h"
#include "host/http_client.h"

#define BODY ((size_t)64 * 1024 * 1024)
#define SECOND_NS ((int64_t)1000000000)

/* Each connection gets one header, then so many bytes, and is then held until the other side hangs
 * up. */
static struct {
    int fd;
    unsigned port;
    const char *header;
    size_t bytes;
    pthread_t thread;
} partner;
static struct http_client *client;
static struct buf answer;
static struct err e;
static int status;
static struct {
    size_t bytes, most, enough, awaited;
    sem_t came; /* so many were awaited, and are there */
} sunk;

static bool serve_one(int fd)
{
    static const char piece[65536];
    char request[4000];
    bool open = recv(fd, request, sizeof request, 0) > 0;
    open = open && send(fd, partner.header, strlen(partner.header), MSG_NOSIGNAL) > 0;
    for (size_t left = partner.bytes; open && left > 0;) {
        ssize_t sent = send(fd, piece, left < sizeof piece ? left : sizeof piece, MSG_NOSIGNAL);
        open = sent > 0;
        left -= open ? (size_t)sent : 0;
    }
    while (recv(fd, request, sizeof request, 0) > 0)
        continue;
    close(fd);
    return true;
}

static void *serve(void *ctx)
{
    (void)ctx;
    for (int fd; (fd = accept(partner.fd, NULL, NULL)) >= 0;)
        serve_one(fd);
    return NULL;
}

static void fresh(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    err_clear(&e);
    sunk.bytes = sunk.most = 0;
    sunk.enough = SIZE_MAX;
    sunk.awaited = 0;
    sem_init(&sunk.came, 0, 0);
    status = 0;
    buf_init(&answer, 1000);
    partner.fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(partner.fd, (struct sockaddr *)&at, n) || listen(partner.fd, 8) ||
        getsockname(partner.fd, (struct sockaddr *)&at, &n) || !http_client_open(&client, &e))
        abort();
    partner.port = ntohs(at.sin_port);
}

static void start(const char *header, size_t bytes)
{
    partner.header = header;
    partner.bytes = bytes;
    CU_ASSERT_FATAL(pthread_create(&partner.thread, NULL, serve, NULL) == 0);
}

static void done(void)
{
    http_client_close(&client);
    shutdown(partner.fd, SHUT_RDWR);
    pthread_join(partner.thread, NULL);
    close(partner.fd);
    buf_release(&answer);
}

static bool sink(void *ctx, struct slice piece)
{
    (void)ctx;
    sunk.bytes += piece.n;
    sunk.most = piece.n > sunk.most ? piece.n : sunk.most;
    if (sunk.awaited && sunk.bytes >= sunk.awaited)
        sem_post(&sunk.came);
    return sunk.bytes < sunk.enough;
}

static bool get(int64_t max)
{
    char url[64];
    const struct http_sink to = { .put = sink, .max = max };
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", partner.port);
    struct http_call c = { .method = "GET", .url = url, .timeout_ms = 60000, .sink = &to };
    err_clear(&e);
    return http_client_do(client, &c, &status, &answer, &e);
}

static void hands_a_large_body_on_in_pieces(void)
{
    start("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n", BODY);
    CU_ASSERT_TRUE(get(INT64_MAX));
    CU_ASSERT_EQUAL(status, 200);
    CU_ASSERT_EQUAL(sunk.bytes, BODY);
    CU_ASSERT(sunk.most < BODY / 64);
    CU_ASSERT_EQUAL(answer.n, 0);
}

static void takes_no_more_than_its_limit(void)
{
    start("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n", BODY);
    CU_ASSERT_FALSE(get(100000));
    CU_ASSERT_STRING_EQUAL(e.code, "http.limit");
    CU_ASSERT(sunk.bytes <= 100000);
}

static void ends_when_the_sink_has_enough(void)
{
    start("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n", BODY);
    sunk.enough = 100000;
    CU_ASSERT_FALSE(get(INT64_MAX));
    CU_ASSERT_STRING_EQUAL(e.code, "http.stopped");
    CU_ASSERT(e.fate == ERR_RETRY && sunk.bytes < 200000);
    sunk.enough = SIZE_MAX;
    sunk.bytes = 0;
    CU_ASSERT_TRUE(get(INT64_MAX)); /* by another connection */
    CU_ASSERT_EQUAL(sunk.bytes, BODY);
}

static void keeps_what_is_no_success_out_of_the_sink(void)
{
    start("HTTP/1.1 503 No\r\nContent-Length: 100\r\n\r\n", 100);
    CU_ASSERT_TRUE(get(50));
    CU_ASSERT_EQUAL(status, 503);
    CU_ASSERT_EQUAL(sunk.bytes, 0);
    CU_ASSERT_EQUAL(answer.n, 100);
}

static void hears_each_header_of_a_name(void)
{
    start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nLink: <a>\r\nX: y\r\nlink:  <b> \r\n\r\n", 0);
    CU_ASSERT_TRUE(get(0));
    CU_ASSERT(slice_equal_text(http_client_header_nth(client, "Link", 0), "<a>"));
    CU_ASSERT(slice_equal_text(http_client_header_nth(client, "Link", 1), "<b>"));
    CU_ASSERT_PTR_NULL(http_client_header_nth(client, "Link", 2).p);
    CU_ASSERT_FALSE(http_client_heard(client).headers_cut);
}

static void tells_that_there_were_more_headers_than_it_keeps(void)
{
    static char header[20000];
    int n = snprintf(header, sizeof header, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
    for (int i = 0; i < 17; i++)
        n += snprintf(header + n, sizeof header - (size_t)n, "X: %01000d\r\n", i);
    snprintf(header + n, sizeof header - (size_t)n, "Link: <a>\r\n\r\n");
    start(header, 0);
    CU_ASSERT_TRUE(get(0));
    CU_ASSERT_TRUE(http_client_heard(client).headers_cut);
}

/* ---- stop ---- */

static void *call(void *ctx)
{
    bool *failed = ctx;
    *failed = !get(INT64_MAX);
    return NULL;
}

static void is_ended_by_another_thread_in_the_middle_of_a_body(void)
{
    pthread_t caller;
    bool failed = false;
    start("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n", 1000);
    sunk.awaited = 1000;
    CU_ASSERT_FATAL(pthread_create(&caller, NULL, call, &failed) == 0);
    sem_wait(&sunk.came);
    int64_t begun_ns = clock_mono_ns();
    http_client_stop(client);
    pthread_join(caller, NULL);
    CU_ASSERT(clock_mono_ns() - begun_ns < SECOND_NS / 2);
    CU_ASSERT_TRUE(failed);
    CU_ASSERT_STRING_EQUAL(e.code, "http.stopped");
    CU_ASSERT_FALSE(get(INT64_MAX)); /* nor any other after it */
    CU_ASSERT_STRING_EQUAL(e.code, "http.stopped");
}

static CU_TestInfo cases[] = {
    { "hands a large body on in pieces", hands_a_large_body_on_in_pieces },
    { "takes no more than its limit", takes_no_more_than_its_limit },
    { "ends when the sink has enough", ends_when_the_sink_has_enough },
    { "keeps what is no success out of the sink", keeps_what_is_no_success_out_of_the_sink },
    { "hears each header of a name", hears_each_header_of_a_name },
    { "tells that there were more headers than it keeps",
      tells_that_there_were_more_headers_than_it_keeps },
    { "is ended by another thread in the middle of a body",
      is_ended_by_another_thread_in_the_middle_of_a_body },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_http_sink = { "http_sink", NULL, NULL, fresh, done, cases };
