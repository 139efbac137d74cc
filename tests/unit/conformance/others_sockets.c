/* others_sockets.c - see others_sockets.h. */
#include "others_sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/clock.h"
#include "base/wait.h"

#define HELD_MAX 128

static int held[HELD_MAX]; /* connections and files that stay open until done() */
static size_t held_count;

void hold(int fd)
{
    if (fd < 0 || held_count == HELD_MAX)
        abort();
    held[held_count++] = fd;
}

void let_go(void)
{
    while (held_count > 0)
        close(held[--held_count]);
}

/* ---- sockets ---- */

/* Nothing is waited for without an end. */
void be_patient(int fd)
{
    const struct timeval patience = { .tv_sec = PATIENCE_S };
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
        abort();
}

int connect_to(struct rig *r)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const char *where = r->t->where(r->state);
    at.sin_port = htons((uint16_t)strtoul(strrchr(where, ':') + 1, NULL, 10));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    be_patient(fd);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) < 0)
        abort();
    return fd;
}

void put(int fd, const void *p, size_t n)
{
    (void)!send(fd, p, n, MSG_NOSIGNAL);
}

void put_text(int fd, const char *text)
{
    put(fd, text, strlen(text));
}

/* Until the other side hangs up, or `last` has come. */
void await_answer(int fd, int last)
{
    char byte;
    ssize_t n;
    do
        n = recv(fd, &byte, 1, 0);
    while (n == 1 && byte != last);
    if (n < 0 && errno == EAGAIN) {
        fprintf(stderr, "\n    a peer waited %d seconds in vain for its answer\n", PATIENCE_S);
        CU_FAIL("no answer");
    }
    close(fd);
}

void pelt_socket(struct rig *r, struct slice bytes)
{
    int fd = connect_to(r);
    put(fd, bytes.p, bytes.n);
    shutdown(fd, SHUT_WR);
    await_answer(fd, -1);
}

/* Of the partner that is silent, or cannot be reached. */
static struct {
    int fd;
    unsigned port;
    char at[64];
} partner;

static const char *partner_listens(const char *form, int backlog)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof to;
    partner.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    be_patient(partner.fd);
    if (bind(partner.fd, (struct sockaddr *)&to, n) || listen(partner.fd, backlog) ||
        getsockname(partner.fd, (struct sockaddr *)&to, &n))
        abort();
    hold(partner.fd);
    partner.port = ntohs(to.sin_port);
    snprintf(partner.at, sizeof partner.at, "%s127.0.0.1:%u", form, partner.port);
    return partner.at;
}

/* On a port of its own, where nobody answers; the system takes what is sent. */
const char *listen_in_silence(const char *form)
{
    return partner_listens(form, 8);
}

bool silent_has_heard(void)
{
    char byte;
    int fd = accept(partner.fd, NULL, NULL);
    if (fd < 0)
        return false;
    hold(fd);
    be_patient(fd);
    return recv(fd, &byte, 1, 0) == 1;
}

/* Its queue has no room, so that the system drops whoever else knocks: they go on knocking. */
const char *be_unreachable(const char *form)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const char *at = partner_listens(form, 0);
    to.sin_port = htons((uint16_t)partner.port);
    for (bool has_room = true; has_room;) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        socklen_t n = sizeof to;
        (void)connect(fd, (struct sockaddr *)&to, sizeof to);
        has_room = getpeername(fd, (struct sockaddr *)&to, &n) == 0;
        if (has_room)
            hold(fd);
        else
            close(fd);
    }
    return at;
}

#define SYN_SENT 2
/* As /proc/net/tcp has it: "0: LOCAL:PORT REMOTE:PORT STATE ...". */
static bool is_called_now(void)
{
    char line[300];
    bool found = false;
    FILE *f = fopen("/proc/net/tcp", "r");
    if (!f)
        abort();
    while (!found && fgets(line, sizeof line, f)) {
        unsigned remote = 0, state = 0;
        int n = sscanf(line, " %*u: %*8x:%*4x %*8x:%4x %2x", &remote, &state);
        found = n == 2 && remote == partner.port && state == SYN_SENT;
    }
    fclose(f);
    return found;
}

bool unreachable_is_called(void)
{
    int64_t end_ns = wait_end_ns(PATIENCE_S * 1000);
    bool called = is_called_now();
    while (!called && clock_mono_ns() < end_ns) {
        sched_yield();
        called = is_called_now();
    }
    return called;
}
