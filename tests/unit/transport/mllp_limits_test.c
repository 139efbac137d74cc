/* mllp_limits_test.c - what a peer of the MLLP server may hold, and for how long: peers are
 * addresses of 127.0.0.0/8, and an honest one is answered whatever another does. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "host/log.h"
#include "mllp_help.h"

enum { MANY = 60 };

static struct mllp s;
static int held[MANY];
static size_t held_count;

/* Answers with the first bytes; what is broken with "later". */
static void take(void *ctx, const struct arrival *in, struct answer *out, size_t n)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        out[i].reply = in[i].broken ? SLICE("later") : slice_head(in[i].bytes, 5);
}

static struct mllp_test_server server = { .s = &s, .to = { .take = take } };

static void fresh(void)
{
    mllp_test_options(&s);
    s.listen = "127.0.0.1:0";
    held_count = 0;
    log_set_level(LOG_ERROR);
}

static void done(void)
{
    while (held_count > 0)
        close(held[--held_count]);
    mllp_test_done(&server);
}

static struct sockaddr_in address(const char *host, uint16_t port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = port };
    CU_ASSERT_FATAL(inet_pton(AF_INET, host, &a.sin_addr) == 1);
    return a;
}

static int from(const char *host)
{
    struct sockaddr_in a = address(host, 0);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_FATAL(fd >= 0 && bind(fd, (const struct sockaddr *)&a, sizeof a) == 0);
    return fd;
}

static void reach(int fd)
{
    const char *port = strchr(transport_mllp.where(&s), ':') + 1;
    struct sockaddr_in a = address("127.0.0.1", htons((uint16_t)strtoul(port, NULL, 10)));
    CU_ASSERT_FATAL(connect(fd, (const struct sockaddr *)&a, sizeof a) == 0);
}

/* A connection of that address; it ends with the test. */
static int peer(const char *host)
{
    int fd = from(host);
    reach(fd);
    CU_ASSERT_FATAL(held_count < MANY);
    held[held_count++] = fd;
    return fd;
}

static bool is_answered(int fd)
{
    return mllp_test_send(fd, SLICE(VT "hello" FS "\r")) &&
           mllp_test_gets(fd, SLICE(VT "hello" FS "\r"));
}

/* Whether it was closed by the server, without waiting for it. */
static bool is_closed(int fd)
{
    char c;
    ssize_t n = recv(fd, &c, 1, MSG_DONTWAIT | MSG_PEEK);
    return n == 0 || (n < 0 && errno != EAGAIN);
}

static size_t count_open(void)
{
    size_t n = 0;
    for (size_t i = 0; i < held_count; i++)
        n += !is_closed(held[i]);
    return n;
}

static void answers_another_while_a_peer_holds_its_share(void)
{
    s.connections_max = 40;
    s.peer_connections_max = 20;
    mllp_test_start(&server);
    for (int i = 0; i < 50; i++)
        (void)peer("127.0.0.2");
    CU_ASSERT(is_answered(peer("127.0.0.3")));
    CU_ASSERT(is_answered(peer("127.0.0.2"))); /* also who is of that address */
    CU_ASSERT_EQUAL(mllp_counts(&s).shed, 31);
    CU_ASSERT_EQUAL(mllp_counts(&s).refused, 0);
}

static void closes_the_longest_idle_of_whoever_has_most(void)
{
    s.connections_max = 12;
    s.peer_connections_max = 12;
    mllp_test_start(&server);
    int a[8], b[4];
    for (int i = 0; i < 8; i++)
        CU_ASSERT(is_answered(a[i] = peer("127.0.0.2")));
    for (int i = 0; i < 4; i++)
        CU_ASSERT(is_answered(b[i] = peer("127.0.0.3")));
    CU_ASSERT(is_answered(a[0]));
    CU_ASSERT(is_answered(peer("127.0.0.4")));
    CU_ASSERT(mllp_test_ends(a[1]));
    CU_ASSERT(is_answered(peer("127.0.0.5")));
    CU_ASSERT(mllp_test_ends(a[2]));
    CU_ASSERT_EQUAL(count_open(), 12);
    CU_ASSERT_EQUAL(mllp_counts(&s).shed, 2);
    CU_ASSERT(is_answered(b[0]) && is_answered(a[0]) && is_answered(a[3]));
}

/* Addresses enough to fill the listener, each with a connection or two. */
static void answers_who_comes_when_everybody_has_few(void)
{
    s.connections_max = 20;
    s.peer_connections_max = 20;
    mllp_test_start(&server);
    for (int i = 0; i < 20; i++) {
        char host[20];
        snprintf(host, sizeof host, "127.0.1.%d", i + 1);
        (void)peer(host);
    }
    CU_ASSERT(is_answered(peer("127.0.0.9")));
    CU_ASSERT_EQUAL(mllp_counts(&s).shed, 1);
}

/* Sends a byte whenever nothing has come for a while; true when the server closes. */
static bool drips_until_closed(int fd, int pause_ms)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    for (int left_ms = WAIT_MS; left_ms > 0; left_ms -= pause_ms) {
        if (poll(&p, 1, pause_ms) > 0)
            return is_closed(fd);
        if (!mllp_test_send(fd, SLICE("x")))
            return true;
    }
    return false;
}

static void ends_a_message_that_drags_on(void)
{
    s.message_ms = 80;
    mllp_test_start(&server);
    int quiet = peer("127.0.0.3"), fd = peer("127.0.0.2");
    CU_ASSERT(is_answered(quiet));
    CU_ASSERT(mllp_test_send(fd, SLICE(VT "MSH|")));
    CU_ASSERT(drips_until_closed(fd, 5));
    CU_ASSERT_EQUAL(mllp_counts(&s).slow, 1);
    CU_ASSERT(is_answered(quiet)); /* nothing was begun there */
}

static void counts_no_byte_of_a_message_as_a_sign_of_life(void)
{
    s.idle_ms = 80;
    mllp_test_start(&server);
    int fd = peer("127.0.0.2");
    CU_ASSERT(mllp_test_send(fd, SLICE(VT "MSH|")));
    CU_ASSERT(drips_until_closed(fd, 5));
    CU_ASSERT_EQUAL(mllp_counts(&s).slow, 0);
}

static void send_half(int fd, size_t n)
{
    static uint8_t block[65536];
    memset(block, 'x', sizeof block);
    if (!mllp_test_send(fd, SLICE(VT "MSH")))
        return;
    for (size_t sent = 0; sent < n; sent += sizeof block)
        if (!mllp_test_send(fd, slice_of(block, sizeof block)))
            return;
}

/* Until no more than that many of them are open. */
static bool shrinks_to(size_t most)
{
    for (int ms = 0; count_open() > most && ms < WAIT_MS; ms += 5)
        poll(NULL, 0, 5);
    return count_open() <= most;
}

static void small_buffers(void)
{
    s.frame_max = 1 << 20;
    s.buffers_max = 6 << 20;
    s.peer_buffers_max = 2 << 20;
    mllp_test_start(&server);
}

static void bounds_what_a_peer_has_begun(void)
{
    small_buffers();
    for (int i = 0; i < 20; i++)
        send_half(peer("127.0.0.2"), 900000);
    CU_ASSERT(shrinks_to(2));
    CU_ASSERT(is_answered(peer("127.0.0.2")));
    CU_ASSERT(is_answered(peer("127.0.0.3")));
}

static void bounds_what_all_peers_have_begun(void)
{
    small_buffers();
    for (int i = 0; i < 20; i++) {
        char host[20];
        snprintf(host, sizeof host, "127.0.1.%d", i + 1);
        send_half(peer(host), 900000);
    }
    CU_ASSERT(shrinks_to(6));
    CU_ASSERT(is_answered(peer("127.0.0.3")));
}

/* Memory that is kept for the next message is no reason to close anything. */
static void takes_back_what_nobody_uses(void)
{
    static uint8_t frame[60000];
    memset(frame, 'x', sizeof frame);
    frame[0] = 0x0b;
    frame[sizeof frame - 2] = 0x1c;
    frame[sizeof frame - 1] = '\r';
    s.frame_max = 100000;
    s.buffers_max = s.peer_buffers_max = (1 << 20) + 100000;
    mllp_test_start(&server);
    for (int i = 0; i < 50; i++) {
        int fd = peer("127.0.0.2");
        CU_ASSERT(mllp_test_send(fd, slice_of(frame, sizeof frame)));
        CU_ASSERT(mllp_test_gets(fd, SLICE(VT "xxxxx" FS "\r")));
    }
    CU_ASSERT_EQUAL(count_open(), 50);
    CU_ASSERT_EQUAL(mllp_counts(&s).shed, 0);
    CU_ASSERT(is_answered(held[0]));
}

/* Nothing else in the process opens files meanwhile. */
static void makes_room_when_the_system_is_out_of_files(void)
{
    struct rlimit before, tight;
    CU_ASSERT_FATAL(getrlimit(RLIMIT_NOFILE, &before) == 0);
    mllp_test_start(&server);
    for (int i = 0; i < 8; i++)
        CU_ASSERT(is_answered(peer("127.0.0.2")));
    int honest = from("127.0.0.3");
    tight = before;
    tight.rlim_cur = (rlim_t)honest + 1;
    int filler[64], fillers = 0;
    CU_ASSERT_FATAL(setrlimit(RLIMIT_NOFILE, &tight) == 0);
    while (fillers < 64 && (filler[fillers] = dup(honest)) >= 0)
        fillers++;
    reach(honest);
    CU_ASSERT(is_answered(honest));
    (void)setrlimit(RLIMIT_NOFILE, &before);
    while (fillers > 0)
        close(filler[--fillers]);
    CU_ASSERT(mllp_test_ends(held[0]));
    CU_ASSERT_EQUAL(mllp_counts(&s).shed, 1);
    close(honest);
}

static void refuses_limits_that_one_message_would_break(void)
{
    static const struct {
        int64_t message, peers, all, each;
        bool good;
    } table[] = {
        { 1000, 0, 0, 0, true },         { 0, 0, 0, 0, false },
        { 1000, -1, 0, 0, false },       { 1000, 0, 16 << 20, 0, false },
        { 1000, 0, 17 << 20, 0, false }, { 1000, 0, 17 << 20, 17 << 20, true },
        { 1000, 0, 0, 16 << 20, false }, { 1000, 1, 0, -1, false },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct err e = { .fate = ERR_NONE };
        s.message_ms = table[i].message;
        s.peer_connections_max = table[i].peers;
        s.buffers_max = table[i].all;
        s.peer_buffers_max = table[i].each;
        CU_ASSERT_EQUAL(transport_mllp.check(&s, true, &e), table[i].good);
    }
}

static CU_TestInfo cases[] = {
    { "answers another while a peer holds its share",
      answers_another_while_a_peer_holds_its_share },
    { "closes the longest idle of whoever has most", closes_the_longest_idle_of_whoever_has_most },
    { "answers who comes when everybody has few", answers_who_comes_when_everybody_has_few },
    { "ends a message that drags on", ends_a_message_that_drags_on },
    { "counts no byte of a message as a sign of life",
      counts_no_byte_of_a_message_as_a_sign_of_life },
    { "bounds what a peer has begun", bounds_what_a_peer_has_begun },
    { "bounds what all peers have begun", bounds_what_all_peers_have_begun },
    { "takes back what nobody uses", takes_back_what_nobody_uses },
    { "makes room when the system is out of files", makes_room_when_the_system_is_out_of_files },
    { "refuses limits that one message would break", refuses_limits_that_one_message_would_break },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_mllp_limits = { "mllp_limits", NULL, NULL, fresh, done, cases };
