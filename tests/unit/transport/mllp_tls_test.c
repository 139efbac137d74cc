/* mllp_tls_test.c - the MLLP server by TLS: what a socket's poll does not tell of, and many at
 * once. Whose certificates are good is `unit.host.tls`'s, and with others' programs
 * `system.mllp_tls`'s. */
#include <fcntl.h>
#include <linux/sockios.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "../host/scratch.h"
#include "host/log.h"
#include "mllp_help.h"

static struct mllp s;
static struct scratch scratch;
static char cert[64 + 16], key[64 + 16], ca[64 + 16];
static struct node place; /* of `tls` in a site.yaml */
static struct tls_context *calls;

/* A sender; its socket does not block. */
struct sender {
    int fd;
    struct tls *tls;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool shut, waiting;
} gate = { .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER };

static void take(void *ctx, const struct arrival *in, struct answer *out, size_t n)
{
    (void)ctx;
    pthread_mutex_lock(&gate.lock);
    gate.waiting = true;
    pthread_cond_broadcast(&gate.moved);
    while (gate.shut)
        pthread_cond_wait(&gate.moved, &gate.lock);
    gate.waiting = false;
    pthread_mutex_unlock(&gate.lock);
    for (size_t i = 0; i < n; i++)
        out[i].reply = in[i].broken ? SLICE("later") : slice_head(in[i].bytes, 5);
}

static void set_gate(bool shut)
{
    pthread_mutex_lock(&gate.lock);
    gate.shut = shut;
    pthread_cond_broadcast(&gate.moved);
    pthread_mutex_unlock(&gate.lock);
}

static void await_take(void)
{
    pthread_mutex_lock(&gate.lock);
    while (!gate.waiting)
        pthread_cond_wait(&gate.moved, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static struct mllp_test_server server = { .s = &s, .to = { .take = take } };

static int make(void)
{
    char command[300];
    scratch_make(&scratch);
    snprintf(cert, sizeof cert, "%s/server.pem", scratch.dir);
    snprintf(key, sizeof key, "%s/server.key", scratch.dir);
    snprintf(ca, sizeof ca, "%s/ca.pem", scratch.dir);
    snprintf(command, sizeof command, "'%s/tests/fixtures/tls/make' '%s'", SOURCE_DIR, scratch.dir);
    signal(SIGPIPE, SIG_IGN);
    return system(command);
}

static int clear(void)
{
    scratch_remove(&scratch);
    return 0;
}

static void fresh(void)
{
    const struct tls_settings of_client = { .ca = ca, .name = "127.0.0.1" };
    struct err e = { .fate = ERR_NONE };
    mllp_test_options(&s);
    s.listen = "127.0.0.1:0";
    s.secure.tls = (struct secure_tls){ &place, cert, key, ca, "", "", "1.2" };
    log_set_level(LOG_ERROR);
    CU_ASSERT_FATAL(tls_open(&of_client, &calls, &e));
}

static void done(void)
{
    set_gate(false);
    mllp_test_done(&server);
    tls_close(&calls);
}

/* Waits for what a step wants; false when it cannot come any more. */
static bool goes_on(const struct sender *c, enum tls_came came)
{
    if (came != TLS_WANT_READ && came != TLS_WANT_WRITE)
        return false;
    return mllp_test_await(c->fd, came == TLS_WANT_READ ? POLLIN : POLLOUT) != 0;
}

static struct sender sender(void)
{
    struct sender c = { .fd = mllp_test_connect(transport_mllp.where(&s), 0) };
    struct err e = { .fate = ERR_NONE };
    enum tls_came came;
    CU_ASSERT_FATAL(c.fd >= 0 && fcntl(c.fd, F_SETFL, O_NONBLOCK) == 0);
    CU_ASSERT_FATAL(tls_start(calls, c.fd, &c.tls, &e));
    while ((came = tls_handshake(c.tls, &e)) != TLS_DONE)
        CU_ASSERT_FATAL(goes_on(&c, came));
    return c;
}

static void leave(struct sender *c)
{
    tls_free(&c->tls);
    close(c->fd);
}

static bool sends(const struct sender *c, struct slice bytes)
{
    struct err e = { .fate = ERR_NONE };
    while (bytes.n > 0) {
        size_t n = 0;
        enum tls_came came = tls_write(c->tls, bytes.p, bytes.n, &n, &e);
        if (came != TLS_DONE && !goes_on(c, came))
            return false;
        bytes = slice_from(bytes, n);
    }
    return true;
}

static bool hears(const struct sender *c, struct slice wanted)
{
    uint8_t got[64];
    struct err e = { .fate = ERR_NONE };
    for (size_t have = 0, n = 0; have < wanted.n; have += n) {
        enum tls_came came = tls_read(c->tls, got + have, wanted.n - have, &n, &e);
        if (came != TLS_DONE && !goes_on(c, came))
            return false;
        if (have + n == wanted.n)
            return slice_equal(slice_of(got, wanted.n), wanted);
    }
    return false;
}

static bool is_answered(const struct sender *c)
{
    return sends(c, SLICE(VT "hello" FS "\r")) && hears(c, SLICE(VT "hello" FS "\r"));
}

static void answers_many_at_once(void)
{
    enum { MANY = 40 };
    struct sender all[MANY];
    mllp_test_start(&server);
    for (int i = 0; i < MANY; i++)
        all[i] = sender();
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < MANY; i++)
            CU_ASSERT(sends(&all[i], SLICE(VT "hello" FS "\r")));
        for (int i = 0; i < MANY; i++)
            CU_ASSERT(hears(&all[i], SLICE(VT "hello" FS "\r")));
    }
    for (int i = 0; i < MANY; i++)
        leave(&all[i]);
    CU_ASSERT_EQUAL(mllp_counts(&s).tls_failed, 0);
}

/* Whether all of it has come to the other socket. */
static bool has_arrived(int fd)
{
    int under_way = 1;
    for (int ms = 0; ms < 2000 && ioctl(fd, SIOCOUTQ, &under_way) == 0 && under_way > 0; ms++)
        poll(NULL, 0, 1);
    return under_way == 0;
}

/* More than a turn reads has come, in records of which the last is read by halves: its rest lies in
 * TLS, and nothing more will come. */
static void reads_what_no_poll_tells_of(void)
{
    enum { RECORD = 10000, RECORDS = 27 }; /* a turn reads 262,144 bytes */
    static uint8_t record[RECORD];
    int room = 1 << 20;
    mllp_test_open(&server);
    if (setsockopt(s.listener, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
        (void)setsockopt(s.listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    mllp_test_start(&server);
    struct sender first = sender(), large = sender();
    CU_ASSERT(is_answered(&first) && is_answered(&large));
    set_gate(true);
    CU_ASSERT(sends(&first, SLICE(VT "first" FS "\r")));
    await_take();
    for (int i = 0; i < RECORDS; i++) {
        memset(record, 'x', sizeof record);
        if (i == 0)
            record[0] = 0x0b;
        if (i == RECORDS - 1)
            memcpy(record + sizeof record - 2, FS "\r", 2);
        CU_ASSERT_FATAL(sends(&large, slice_of(record, sizeof record)));
    }
    if (!has_arrived(large.fd))
        printf("SKIP: the system's buffers are too small for this\n");
    set_gate(false);
    CU_ASSERT(hears(&first, SLICE(VT "first" FS "\r")));
    CU_ASSERT(hears(&large, SLICE(VT "xxxxx" FS "\r")));
    leave(&first);
    leave(&large);
}

static void gives_up_who_does_not_shake_hands(void)
{
    s.message_ms = 60;
    mllp_test_start(&server);
    struct sender good = sender();
    int silent = mllp_test_connect(transport_mllp.where(&s), 0);
    int slow = mllp_test_connect(transport_mllp.where(&s), 0);
    CU_ASSERT(mllp_test_send(slow, SLICE("\x16\x03\x01\x02")));
    CU_ASSERT(mllp_test_ends(silent) && mllp_test_ends(slow));
    CU_ASSERT(is_answered(&good));
    CU_ASSERT_EQUAL(mllp_counts(&s).slow, 2);
    close(silent);
    close(slow);
    leave(&good);
}

/* Each has 32 KiB of TLS from its first moment, and the one that has just come may be the
 * largest. */
static void survives_more_who_come_than_it_has_bytes_for(void)
{
    enum { MANY = 40 };
    int all[MANY];
    struct sockaddr_in a = { .sin_family = AF_INET };
    s.frame_max = 64;
    s.buffers_max = s.peer_buffers_max = 1048640;
    mllp_test_start(&server);
    const char *port = strchr(transport_mllp.where(&s), ':') + 1;
    for (int i = 0; i < MANY; i++) {
        a.sin_addr.s_addr = htonl(0x7f000101U + (uint32_t)i);
        a.sin_port = 0;
        all[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        CU_ASSERT_FATAL(all[i] >= 0 && bind(all[i], (struct sockaddr *)&a, sizeof a) == 0);
        a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        a.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
        CU_ASSERT_FATAL(connect(all[i], (struct sockaddr *)&a, sizeof a) == 0);
    }
    for (int i = 0; i < MANY; i++) { /* an alert, it may be, then the end */
        char came[100];
        shutdown(all[i], SHUT_WR);
        while (mllp_test_await(all[i], POLLIN) && recv(all[i], came, sizeof came, 0) > 0)
            continue;
        close(all[i]);
    }
    struct sender good = sender();
    CU_ASSERT(is_answered(&good));
    CU_ASSERT(mllp_counts(&s).shed > 0);
    leave(&good);
}

static CU_TestInfo cases[] = {
    { "answers many at once", answers_many_at_once },
    { "reads what no poll tells of", reads_what_no_poll_tells_of },
    { "gives up who does not shake hands", gives_up_who_does_not_shake_hands },
    { "survives more who come than it has bytes for",
      survives_more_who_come_than_it_has_bytes_for },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_mllp_tls = { "mllp_tls", make, clear, fresh, done, cases };
