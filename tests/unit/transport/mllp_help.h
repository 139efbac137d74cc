/* mllp_help.h - what the MLLP suites share: a transport with its options, plain sockets to it. */
#ifndef CONCORDAT_TESTS_MLLP_HELP_H
#define CONCORDAT_TESTS_MLLP_HELP_H

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/arena.h"
#include "transport/mllp_state.h"

#define VT "\x0b"
#define FS "\x1c"
#define WAIT_MS 20000 /* for what must come; never for what must not */

/* The options as the site would fill them. */
static inline void mllp_test_options(struct mllp *s)
{
    *s = (struct mllp){ .frame_max = 16 << 20,
                        .idle_ms = 600000,
                        .connections_max = 1000,
                        .message_ms = 600000,
                        .timeout_ms = WAIT_MS };
}

/* A server that runs in a thread of its own, from start to done; start opens what is not open. */
struct mllp_test_server {
    struct mllp *s;
    struct intake to;
    pthread_t thread;
    bool is_open, runs;
};

static inline void *mllp_test_run(void *server)
{
    const struct mllp_test_server *t = server;
    char line[400];
    struct err e = { .fate = ERR_NONE };
    if (transport_mllp.run(t->s, t->to, &e))
        return t->s;
    fprintf(stderr, "\n    %s\n", err_print(&e, line, sizeof line));
    return NULL;
}

static inline void mllp_test_open(struct mllp_test_server *t)
{
    struct err e = { .fate = ERR_NONE };
    t->is_open = transport_mllp.open(t->s, &e);
    CU_ASSERT_FATAL(t->is_open);
}

static inline void mllp_test_start(struct mllp_test_server *t)
{
    if (!t->is_open)
        mllp_test_open(t);
    t->runs = pthread_create(&t->thread, NULL, mllp_test_run, t) == 0;
    CU_ASSERT_FATAL(t->runs);
}

/* Also of one that was never opened. */
static inline void mllp_test_done(struct mllp_test_server *t)
{
    void *good = NULL;
    if (t->runs) {
        transport_mllp.stop(t->s);
        pthread_join(t->thread, &good);
        CU_ASSERT_PTR_NOT_NULL(good);
    }
    if (t->is_open)
        transport_mllp.close(t->s);
    t->is_open = t->runs = false;
}

/* A plain TCP connection to "host:port"; -1 when there is none. */
static inline int mllp_test_connect(const char *where, int receive_bytes)
{
    struct addrinfo *list = NULL;
    struct err e = { .fate = ERR_NONE };
    if (!mllp_resolve(where, false, &list, &e))
        return -1;
    int fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_bytes)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    if (connect(fd, list->ai_addr, list->ai_addrlen) != 0) {
        close(fd);
        fd = -1;
    }
    freeaddrinfo(list);
    return fd;
}

static inline bool mllp_test_send(int fd, struct slice s)
{
    while (s.n > 0) {
        ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        s = slice_from(s, (size_t)n);
    }
    return true;
}

/* Which of these events, or POLLERR and POLLHUP, have come; 0: none in time. */
static inline int mllp_test_await(int fd, short events)
{
    struct pollfd p = { .fd = fd, .events = events };
    int n;
    do
        n = poll(&p, 1, WAIT_MS);
    while (n < 0 && errno == EINTR);
    return n > 0 ? p.revents : 0;
}

/* Reads until n bytes have come or the peer has closed; returns how many came. */
static inline size_t mllp_test_read(int fd, void *to, size_t n)
{
    size_t have = 0;
    while (have < n && mllp_test_await(fd, POLLIN)) {
        ssize_t more = recv(fd, (char *)to + have, n - have, 0);
        if (more <= 0)
            break;
        have += (size_t)more;
    }
    return have;
}

static inline bool mllp_test_gets(int fd, struct slice wanted)
{
    uint8_t got[4096];
    size_t n = mllp_test_read(fd, got, wanted.n < sizeof got ? wanted.n : sizeof got);
    bool good = slice_equal(slice_of(got, n), wanted);
    if (!good)
        fprintf(stderr, "\n    wanted '%.*s', got '%.*s'\n", (int)wanted.n, (const char *)wanted.p,
                (int)n, (const char *)got);
    return good;
}

/* True when the peer closes without another byte. */
static inline bool mllp_test_ends(int fd)
{
    char c;
    return mllp_test_read(fd, &c, 1) == 0;
}

#endif
