/* mllp_load.c - many MLLP senders in one thread, each strictly ping-pong: sends one message, waits
 * for its answer.
 *
 *   mllp_load HOST PORT CONNECTIONS MESSAGES
 *
 * Every message is an A01 of its own control id and patient (999 range). Prints "answered N refused
 * N seconds S p50_ms P p99_ms P". Exit 1 when an answer was not AA for the id sent. */
#include "base/arena.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct sender {
    int fd;
    int64_t sent_ns;
    char control[24];
    char answer[1024];
    size_t have;
};

struct load {
    int poll;
    struct sender *senders;
    uint32_t *latency_us;
    size_t wanted, sent, answered, refused;
};

/* A valid number of the 999 range for any n below a million; skips those whose check digit would
 * be 10. */
static void make_nhs_number(size_t n, char out[11])
{
    for (size_t k = n % 900000;; k++) {
        int digits = snprintf(out, 11, "999%06zu", k % 1000000);
        int sum = 0;
        for (int i = 0; i < digits; i++)
            sum += (out[i] - '0') * (10 - i);
        int check = (11 - sum % 11) % 11;
        if (check == 10)
            continue;
        out[9] = (char)('0' + check);
        out[10] = '\0';
        return;
    }
}

static size_t make_message(size_t n, const char *control, char *out, size_t room)
{
    char nhs[11];
    make_nhs_number(n, nhs);
    int length = snprintf(out, room,
                          "\x0bMSH|^~\\&|PAS|ZX9|ROUTE|ROUTE|20260202101500||ADT^A01^ADT_A01|%s|P|"
                          "2.4|||||GBR|UNICODE|EN||iTKv1.0\r"
                          "EVN||202602021010||||202602021005\r"
                          "PID|1||%s^^^NHS~H%07zu^^^ZX9^PI||TESTPATIENT^PAT^M^^MRS^^L||19411101|2||"
                          "|4 MILL LANE^WEXBRIDGE^WEXSHIRE^^WX1 2AB"
                          "^GBR^H||01632960555||EN|M|C22|||||A||||||||||01\r"
                          "PD1|||WEXBRIDGE SURGERY^^Y99999\r"
                          "NK1|1|TESTPATIENT^GEORGE^^^MR^^L|1|4 MILL LANE^WEXBRIDGE^WEXSHIRE^^WX1 "
                          "2AB^GBR^H|01632960555\r"
                          "PV1|1|I|ZX9^ELM^B2^ZX901|21|||C9999991^Quill^Robin^^^Dr^^^GMC|||300||||"
                          "19|||||V%07zu^^^VISITID"
                          "|||||||||||||||||||||||||202602021005\r"
                          "PV2|||^FALL AT HOME\r\x1c\r",
                          control, nhs, n, n); /* one event; with ZU8-4 it would be two */
    return (size_t)length;
}

static bool send_next(struct load *l, struct sender *s)
{
    char message[2048];
    snprintf(s->control, sizeof s->control, "L%d-%zu", (int)getpid(), l->sent);
    size_t n = make_message(l->sent++, s->control, message, sizeof message);
    s->have = 0;
    s->sent_ns = clock_mono_ns();
    return send(s->fd, message, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static bool take_answer(struct load *l, struct sender *s)
{
    char wanted[40];
    ssize_t n = recv(s->fd, s->answer + s->have, sizeof s->answer - 1 - s->have, 0);
    if (n <= 0)
        return false;
    s->have += (size_t)n;
    s->answer[s->have] = '\0';
    if (!memchr(s->answer, 0x1c, s->have))
        return true;
    snprintf(wanted, sizeof wanted, "MSA|AA|%s\r", s->control);
    char *msa = strstr(s->answer, "MSA|");
    if (!msa || (strncmp(msa, wanted, strlen(wanted)) != 0 &&
                 strncmp(msa, wanted, strlen(wanted) - 1) != 0))
        l->refused++;
    l->latency_us[l->answered++] = (uint32_t)((clock_mono_ns() - s->sent_ns) / 1000);
    return l->sent >= l->wanted || send_next(l, s);
}

static bool connect_sender(struct load *l, struct sender *s, const char *host, const char *port)
{
    struct sockaddr_in to = { .sin_family = AF_INET };
    int one = 1;
    to.sin_port = htons((uint16_t)strtol(port, NULL, 10));
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (s->fd < 0 || inet_pton(AF_INET, host, &to.sin_addr) != 1 ||
        connect(s->fd, (struct sockaddr *)&to, sizeof to) != 0)
        return false;
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = s };
    return epoll_ctl(l->poll, EPOLL_CTL_ADD, s->fd, &event) == 0 && send_next(l, s);
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool run(struct load *l)
{
    struct epoll_event events[256];
    while (l->answered < l->wanted) {
        int n = epoll_wait(l->poll, events, 256, 30000);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        for (int i = 0; i < n; i++)
            if (!take_answer(l, events[i].data.ptr))
                return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: mllp_load HOST PORT CONNECTIONS MESSAGES\n");
        return 2;
    }
    size_t connections = (size_t)strtol(argv[3], NULL, 10);
    struct load l = { .poll = epoll_create1(0), .wanted = (size_t)strtol(argv[4], NULL, 10) };
    l.senders = mem_alloc(connections * sizeof *l.senders);
    l.latency_us = mem_alloc((l.wanted + connections) * sizeof *l.latency_us);
    int64_t start = clock_mono_ns();
    for (size_t i = 0; i < connections; i++)
        if (!connect_sender(&l, &l.senders[i], argv[1], argv[2])) {
            fprintf(stderr, "mllp_load: cannot connect: %s\n", strerror(errno));
            return 1;
        }
    bool good = run(&l);
    double seconds = (double)(clock_mono_ns() - start) / 1e9;
    qsort(l.latency_us, l.answered, sizeof *l.latency_us, by_value);
    if (l.answered)
        printf("answered %zu refused %zu seconds %.3f p50_ms %.3f p99_ms %.3f\n", l.answered,
               l.refused, seconds, l.latency_us[l.answered / 2] / 1e3,
               l.latency_us[l.answered * 99 / 100] / 1e3);
    return good && !l.refused ? 0 : 1;
}
