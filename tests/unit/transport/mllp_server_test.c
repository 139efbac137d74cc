/* mllp_server_test.c - the receiving transport over real sockets on a port of the kernel's
 * choice. */
#include <pthread.h>

#include "base/ids.h"
#include "mllp_help.h"

static struct mllp s;

/* The intake: answers each arrival with its own first bytes; may be held at a gate. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool shut, waiting;
    size_t takes, arrivals, largest;
    uint64_t prepared[1024]; /* hashes of what take() must begin with */
    size_t prepared_count, moved_count, all_prepared;
    struct buf replies;
    size_t reply_bytes; /* 0: as long as the message */
    char sender[80];
} up = { .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER };

static void prepare(void *ctx, const struct arrival *one)
{
    (void)ctx;
    pthread_mutex_lock(&up.lock);
    up.prepared[up.prepared_count++] = hash_bytes(one->bytes);
    up.all_prepared++;
    pthread_mutex_unlock(&up.lock);
}

static void take(void *ctx, const struct arrival *in, struct answer *out, size_t n)
{
    (void)ctx;
    pthread_mutex_lock(&up.lock);
    up.waiting = true;
    pthread_cond_broadcast(&up.moved);
    while (up.shut)
        pthread_cond_wait(&up.moved, &up.lock);
    up.waiting = false;
    for (size_t i = 0; i < up.prepared_count; i++)
        up.moved_count += i >= n || hash_bytes(in[i].bytes) != up.prepared[i];
    up.prepared_count = 0;
    up.takes++;
    up.arrivals += n;
    up.largest = n > up.largest ? n : up.largest;
    snprintf(up.sender, sizeof up.sender, "%.*s", (int)in[0].sender.n,
             (const char *)in[0].sender.p);
    for (size_t i = 0; i < n; i++) {
        bool silent = slice_starts(in[i].bytes, SLICE("silent"));
        size_t most = up.reply_bytes ? up.reply_bytes : 64;
        struct slice reply =
            up.reply_bytes ? slice_of(up.replies.p, most) : slice_head(in[i].bytes, most);
        out[i].reply = silent ? (struct slice){ NULL, 0 } : in[i].broken ? SLICE("later") : reply;
    }
    pthread_mutex_unlock(&up.lock);
}

static void gate(bool shut)
{
    pthread_mutex_lock(&up.lock);
    up.shut = shut;
    pthread_cond_broadcast(&up.moved);
    pthread_mutex_unlock(&up.lock);
}

static void await_take(void)
{
    pthread_mutex_lock(&up.lock);
    while (!up.waiting)
        pthread_cond_wait(&up.moved, &up.lock);
    pthread_mutex_unlock(&up.lock);
}

static struct mllp_test_server server = { .s = &s, .to = { .take = take, .prepare = prepare } };

static void fresh(void)
{
    mllp_test_options(&s);
    s.listen = "127.0.0.1:0";
    up.takes = up.arrivals = up.largest = up.reply_bytes = 0;
    up.prepared_count = up.moved_count = up.all_prepared = 0;
    buf_init(&up.replies, 1 << 20);
    memset(buf_reserve(&up.replies, 1 << 20), 'r', 1 << 20);
}

static void done(void)
{
    gate(false);
    mllp_test_done(&server);
    CU_ASSERT_EQUAL(up.moved_count, 0); /* in every test here */
    buf_release(&up.replies);
}

static int peer(void)
{
    int fd = mllp_test_connect(transport_mllp.where(&s), 0);
    CU_ASSERT_FATAL(fd >= 0);
    return fd;
}

static void answers_frames_in_their_order(void)
{
    mllp_test_start(&server);
    int fd = peer();
    CU_ASSERT(mllp_test_send(fd, SLICE(VT "one" FS "\r" VT "two" FS "\r")));
    CU_ASSERT(mllp_test_gets(fd, SLICE(VT "one" FS "\r" VT "two" FS "\r")));
    CU_ASSERT_EQUAL(strncmp(up.sender, "127.0.0.1:", 10), 0);
    close(fd);
}

static void answers_a_frame_that_comes_byte_by_byte(void)
{
    static const struct slice frame = SLICE_INIT(VT "MSH|one\r" FS "\r");
    mllp_test_start(&server);
    int fd = peer();
    for (size_t i = 0; i < frame.n; i++)
        CU_ASSERT(mllp_test_send(fd, slice_of(frame.p + i, 1)));
    CU_ASSERT(mllp_test_gets(fd, frame));
    close(fd);
}

static void lives_with_the_deviations_of_the_field(void)
{
    mllp_test_start(&server);
    int fd = peer();
    CU_ASSERT(mllp_test_send(fd, SLICE(" \r\njunk" VT "a" FS)));
    CU_ASSERT(mllp_test_gets(fd, SLICE(VT "a" FS "\r")));
    CU_ASSERT(mllp_test_send(fd, SLICE("\n" VT FS "\r" VT "b" FS "\n" VT "c" FS VT "d\x0b"
                                       "e" FS "\r")));
    CU_ASSERT(mllp_test_gets(fd, SLICE(VT "b" FS "\r" VT "c" FS "\r" VT "d\x0b"
                                          "e" FS "\r")));
    CU_ASSERT(mllp_test_send(fd, SLICE("MSH|no start" FS "\r" VT "f" FS "\r")));
    CU_ASSERT(mllp_test_gets(fd, SLICE(VT "f" FS "\r")));
    struct mllp_counts c = mllp_counts(&s);
    CU_ASSERT_EQUAL(c.frames, 5);
    CU_ASSERT_EQUAL(c.empty, 1);
    CU_ASSERT_EQUAL(c.junk_bytes, 4 + 12);
    close(fd);
}

static void sends_nothing_for_an_empty_reply(void)
{
    mllp_test_start(&server);
    int fd = peer();
    CU_ASSERT(mllp_test_send(fd, SLICE(VT "silent" FS "\r" VT "loud" FS "\r")));
    CU_ASSERT(mllp_test_gets(fd, SLICE(VT "loud" FS "\r")));
    close(fd);
}

static void answers_a_peer_that_has_closed_its_half(void)
{
    mllp_test_start(&server);
    int fd = peer();
    CU_ASSERT(mllp_test_send(fd, SLICE(VT "one" FS "\r" VT "cut sho")));
    shutdown(fd, SHUT_WR);
    CU_ASSERT(mllp_test_gets(fd, SLICE(VT "one" FS "\r")));
    CU_ASSERT(mllp_test_ends(fd));
    CU_ASSERT_EQUAL(mllp_counts(&s).cut_short, 1);
    close(fd);
}

static void hands_many_connections_up_together(void)
{
    enum { PEERS = 200 };
    int fd[PEERS];
    mllp_test_start(&server);
    for (int i = 0; i < PEERS; i++) {
        fd[i] = peer();
        CU_ASSERT(mllp_test_send(fd[i], SLICE(VT "hello" FS "\r")));
        CU_ASSERT(mllp_test_gets(fd[i], SLICE(VT "hello" FS "\r")));
    }
    gate(true);
    CU_ASSERT(mllp_test_send(fd[0], SLICE(VT "first" FS "\r")));
    await_take();
    for (int i = 1; i < PEERS; i++)
        CU_ASSERT(mllp_test_send(fd[i], SLICE(VT "second" FS "\r")));
    gate(false);
    for (int i = 1; i < PEERS; i++)
        CU_ASSERT(mllp_test_gets(fd[i], SLICE(VT "second" FS "\r")));
    CU_ASSERT_EQUAL(up.arrivals, PEERS + 1 + PEERS - 1);
    CU_ASSERT(up.largest > PEERS / 2);
    for (int i = 0; i < PEERS; i++)
        close(fd[i]);
}

/* A peer whose next bytes come while the turn still waits for others: what was prepared of it stays
 * where it is. */
static void keeps_what_was_prepared_where_it_is(void)
{
    static uint8_t large[300000];
    memset(large, 'x', sizeof large);
    large[0] = 0x0b;
    large[sizeof large - 2] = 0x1c;
    large[sizeof large - 1] = '\r';
    mllp_test_start(&server);
    int fd[2] = { peer(), peer() };
    for (int round = 0; round < 50; round++) {
        CU_ASSERT_FATAL(mllp_test_send(fd[0], SLICE(VT "one" FS "\r")));
        CU_ASSERT_FATAL(mllp_test_send(fd[1], SLICE(VT "two" FS "\r")));
        CU_ASSERT_FATAL(mllp_test_send(fd[0], slice_of(large, sizeof large)));
        CU_ASSERT_FATAL(mllp_test_gets(fd[1], SLICE(VT "two" FS "\r")));
        CU_ASSERT_FATAL(mllp_test_gets(fd[0], SLICE(VT "one" FS "\r" VT "xxx")));
        char rest[64 - 3 + 2];
        CU_ASSERT_EQUAL(mllp_test_read(fd[0], rest, sizeof rest), sizeof rest);
    }
    CU_ASSERT_EQUAL(up.all_prepared, 150);
    CU_ASSERT_EQUAL(up.arrivals, 150);
    close(fd[0]);
    close(fd[1]);
}

static void answers_more_frames_than_a_turn_takes(void)
{
    enum { FRAMES = 5000 };
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < FRAMES; i++)
        buf_format(&b, VT "frame %04d" FS "\r", i);
    mllp_test_start(&server);
    int fd = peer();
    CU_ASSERT(mllp_test_send(fd, buf_slice(&b)));
    uint8_t *got = mem_alloc(b.n);
    CU_ASSERT_EQUAL(mllp_test_read(fd, got, b.n), b.n);
    CU_ASSERT_EQUAL(memcmp(got, b.p, b.n), 0);
    CU_ASSERT(up.largest <= 1024);
    mem_free(got);
    buf_release(&b);
    close(fd);
}

/* More than a turn takes has come, and the end with it: what is left of it is no frame cut
 * short. */
static void answers_all_of_a_peer_that_sent_more_than_a_turn_and_closed(void)
{
    enum {
        FRAMES = 2048
    }; /* of 16 bytes: they fill what is read into, so the end is seen with them */
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < FRAMES; i++)
        buf_format(&b, VT "frame %07d" FS "\r", i);
    CU_ASSERT_EQUAL(b.n, 32768);
    gate(true);
    mllp_test_start(&server);
    int fd = peer();
    CU_ASSERT(mllp_test_send(fd, SLICE(VT "first" FS "\r")));
    await_take();
    CU_ASSERT(mllp_test_send(fd, buf_slice(&b)));
    shutdown(fd, SHUT_WR);
    gate(false);
    uint8_t *got = mem_alloc(b.n);
    CU_ASSERT(mllp_test_gets(fd, SLICE(VT "first" FS "\r")));
    CU_ASSERT_EQUAL(mllp_test_read(fd, got, b.n), b.n);
    CU_ASSERT_EQUAL(memcmp(got, b.p, b.n), 0);
    CU_ASSERT(mllp_test_ends(fd));
    CU_ASSERT_EQUAL(mllp_counts(&s).cut_short, 0);
    mem_free(got);
    buf_release(&b);
    close(fd);
}

/* Sends VT and n bytes; stops early when the peer closes. */
static void send_large(int fd, size_t n)
{
    static uint8_t block[65536];
    memset(block, 'x', sizeof block);
    if (!mllp_test_send(fd, SLICE(VT "MSH")))
        return;
    for (size_t sent = 3; sent < n; sent += sizeof block)
        if (!mllp_test_send(fd, slice_of(block, n - sent < sizeof block ? n - sent : sizeof block)))
            return;
}

static void takes_a_large_frame_and_refuses_a_larger(void)
{
    mllp_test_start(&server);
    int fd = peer();
    uint64_t before = mem_count();
    send_large(fd, 16 << 20);
    CU_ASSERT(mllp_test_send(fd, SLICE(FS "\r")));
    char got[67];
    CU_ASSERT_EQUAL(mllp_test_read(fd, got, sizeof got), sizeof got);
    send_large(fd, 17 << 20);
    CU_ASSERT(mllp_test_gets(fd, SLICE(VT "later" FS "\r")));
    CU_ASSERT(mllp_test_ends(fd));
    CU_ASSERT_EQUAL(mllp_counts(&s).too_large, 1);
    CU_ASSERT(mem_count() - before < 60);
    close(fd);
}

static void closes_on_what_is_too_large_and_has_no_header(void)
{
    char frame[200];
    s.frame_max = 100;
    mllp_test_start(&server);
    int fd = peer();
    memset(frame, 'x', sizeof frame);
    frame[0] = 0x0b;
    CU_ASSERT(mllp_test_send(fd, slice_of(frame, sizeof frame)));
    CU_ASSERT(mllp_test_ends(fd));
    CU_ASSERT_EQUAL(up.arrivals, 0);
    close(fd);
}

static void never_allocates_for_what_it_will_refuse(void)
{
    char rest[100];
    s.frame_max = 4096;
    mllp_test_start(&server);
    int fd = peer();
    uint64_t before = mem_count();
    send_large(fd, 17 << 20); /* cut off: it sends more than is dropped */
    CU_ASSERT(mllp_test_read(fd, rest, sizeof rest) < sizeof rest);
    CU_ASSERT_EQUAL(mllp_counts(&s).too_large, 1);
    CU_ASSERT(mem_count() - before < 15);
    close(fd);
}

static void allocates_nothing_for_a_message(void)
{
    mllp_test_start(&server);
    int fd = peer();
    uint64_t before = 0;
    for (int i = 0; i < 1100; i++) {
        if (i == 100)
            before = mem_count();
        CU_ASSERT_FATAL(mllp_test_send(fd, SLICE(VT "MSH|ping" FS "\r")));
        CU_ASSERT_FATAL(mllp_test_gets(fd, SLICE(VT "MSH|ping" FS "\r")));
    }
    CU_ASSERT_EQUAL(mem_count(), before);
    close(fd);
}

static void bounds_a_peer_that_never_reads(void)
{
    up.reply_bytes = 50000;
    s.idle_ms = 200;
    mllp_test_start(&server);
    int fd = mllp_test_connect(transport_mllp.where(&s), 4096), other = peer();
    int came;
    while ((came = mllp_test_await(fd, POLLOUT)) == POLLOUT)
        if (send(fd, VT "MSH" FS "\r", 6, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            continue;
    CU_ASSERT(came & (POLLERR | POLLHUP)); /* closed by the server, not by us */
    CU_ASSERT(mllp_test_ends(other));
    close(fd);
    close(other);
}

static void closes_a_silent_peer(void)
{
    s.idle_ms = 20;
    mllp_test_start(&server);
    int fd = peer();
    CU_ASSERT(mllp_test_ends(fd));
    close(fd);
}

static void refuses_peers_that_are_not_listed(void)
{
    static const char *peers[] = { "10.0.0.0/8", "192.168.1.7", NULL };
    s.peers = peers;
    mllp_test_start(&server);
    int fd = peer();
    CU_ASSERT(mllp_test_ends(fd));
    CU_ASSERT_EQUAL(mllp_counts(&s).refused, 1);
    CU_ASSERT_EQUAL(mllp_counts(&s).connections, 0);
    close(fd);
}

static void lets_new_peers_wait_when_it_is_full(void)
{
    s.connections_max = 1;
    mllp_test_start(&server);
    int first = peer();
    CU_ASSERT(mllp_test_send(first, SLICE(VT "one" FS "\r")));
    CU_ASSERT(mllp_test_gets(first, SLICE(VT "one" FS "\r")));
    int second = peer();
    CU_ASSERT(mllp_test_send(second, SLICE(VT "two" FS "\r")));
    CU_ASSERT_EQUAL(mllp_counts(&s).connections, 1);
    close(first);
    CU_ASSERT(mllp_test_gets(second, SLICE(VT "two" FS "\r")));
    close(second);
}

static void listens_on_ipv6_too(void)
{
    struct err e = { .fate = ERR_NONE };
    s.listen = "[::1]:0";
    if (!transport_mllp.open(&s, &e)) {
        printf("SKIP: no IPv6 on this machine\n");
        return;
    }
    CU_ASSERT_EQUAL(strncmp(transport_mllp.where(&s), "[::1]:", 6), 0);
    transport_mllp.close(&s);
}

static void refuses_options_that_make_no_sense(void)
{
    static const char *bad_peers[] = { "10.0.0.0/33", NULL };
    static const struct {
        const char *listen, *connect;
        int64_t frame_max, idle, most;
        bool peers;
    } table[] = {
        { "", "", 1000, 1, 1, false },
        { "127.0.0.1:0", "a:1", 1000, 1, 1, false },
        { "127.0.0.1", "", 1000, 1, 1, false },
        { "127.0.0.1:99999", "", 1000, 1, 1, false },
        { "127.0.0.1:0", "", 1, 1, 1, false },
        { "127.0.0.1:0", "", 1000, -1, 1, false },
        { "127.0.0.1:0", "", 1000, 1, -1, false },
        { "127.0.0.1:0", "", 1000, 1, 1, true },
        { "203.0.113.1:0", "", 1000, 1, 1, false },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct err e = { .fate = ERR_NONE };
        mllp_test_options(&s);
        s.listen = table[i].listen;
        s.connect = table[i].connect;
        s.frame_max = table[i].frame_max;
        s.idle_ms = table[i].idle;
        s.connections_max = table[i].most;
        s.peers = table[i].peers ? bad_peers : NULL;
        CU_ASSERT_FALSE(transport_mllp.open(&s, &e));
        CU_ASSERT_EQUAL(e.fate, ERR_FATAL);
    }
}

static void wants_the_address_that_its_direction_needs(void)
{
    static const struct {
        const char *listen, *connect;
        bool receives, sends;
    } table[] = {
        { "", "", false, false },
        { "127.0.0.1:0", "", true, false },
        { "", "board.example:2575", false, true },
        { "127.0.0.1:0", "board.example:2575", false, false },
        { "127.0.0.1", "", false, false },
        { "", "board.example", false, false },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct err e = { .fate = ERR_NONE };
        mllp_test_options(&s);
        s.listen = table[i].listen;
        s.connect = table[i].connect;
        CU_ASSERT_EQUAL(transport_mllp.check(&s, true, &e), table[i].receives);
        CU_ASSERT_EQUAL(transport_mllp.check(&s, false, &e), table[i].sends);
        CU_ASSERT_STRING_EQUAL(e.code, "mllp.option");
    }
}

static void compares_address_blocks_by_their_bits(void)
{
    static const struct {
        const char *block, *host;
        bool holds;
    } table[] = {
        { "10.1.2.0/24", "10.1.2.255:1", true },
        { "10.1.2.0/24", "10.1.3.0:1", false },
        { "10.1.2.0/23", "10.1.3.9:1", true },
        { "127.0.0.1", "127.0.0.1:1", true },
        { "127.0.0.1", "127.0.0.2:1", false },
        { "0.0.0.0/0", "9.9.9.9:1", true },
        { "0.0.0.0/0", "[2001:db8::1]:1", false },
        { "2001:db8::/33", "[2001:db8:7fff::]:1", true },
        { "2001:db8::/33", "[2001:db8:8000::]:1", false },
        { "10.0.0.0/8", "[::ffff:10.9.9.9]:1", true },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct mllp_block b;
        struct addrinfo *list = NULL;
        struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
        struct err e = { .fate = ERR_NONE };
        CU_ASSERT_FATAL(mllp_block_parse(table[i].block, &b));
        CU_ASSERT_FATAL(mllp_resolve(table[i].host, false, &list, &e));
        memcpy(&from, list->ai_addr, list->ai_addrlen);
        freeaddrinfo(list);
        CU_ASSERT_EQUAL(mllp_block_holds(&b, &from), table[i].holds);
    }
}

static void tells_blocks_that_together_are_anybody(void)
{
    static const struct {
        const char *blocks[4];
        bool anybody;
    } table[] = {
        { { "0.0.0.0/0" }, true },
        { { "::/0" }, true },
        { { "0.0.0.0/1", "128.0.0.0/1" }, true },
        { { "0.0.0.0/2", "64.0.0.0/3", "96.0.0.0/3", "10.0.0.0/8" }, true },
        { { "::/64" }, true }, /* with it all of IPv4 */
        { { "2000::/3" }, true },
        { { "2000::/4", "3000::/4" }, true },
        { { "10.0.0.0/8" }, false },
        { { "10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8", "10.1.0.0/16" }, false },
        { { "0.0.0.0/3", "0.0.0.0/3", "0.0.0.0/3", "0.0.0.0/3" }, false }, /* the same is no more */
        { { "2001:db8::/32", "fd00::/8", "192.0.2.1", "::1" }, false },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct mllp_block b[4];
        size_t n = 0;
        for (; n < 4 && table[i].blocks[n]; n++)
            CU_ASSERT_FATAL(mllp_block_parse(table[i].blocks[n], &b[n]));
        CU_ASSERT_EQUAL(mllp_block_is_anybody(b, n), table[i].anybody);
    }
}

static CU_TestInfo cases[] = {
    { "tells blocks that together are anybody", tells_blocks_that_together_are_anybody },
    { "answers frames in their order", answers_frames_in_their_order },
    { "answers a frame that comes byte by byte", answers_a_frame_that_comes_byte_by_byte },
    { "lives with the deviations of the field", lives_with_the_deviations_of_the_field },
    { "sends nothing for an empty reply", sends_nothing_for_an_empty_reply },
    { "answers a peer that has closed its half", answers_a_peer_that_has_closed_its_half },
    { "hands many connections up together", hands_many_connections_up_together },
    { "keeps what was prepared where it is", keeps_what_was_prepared_where_it_is },
    { "answers more frames than a turn takes", answers_more_frames_than_a_turn_takes },
    { "answers all of a peer that sent more than a turn and closed",
      answers_all_of_a_peer_that_sent_more_than_a_turn_and_closed },
    { "takes a large frame and refuses a larger", takes_a_large_frame_and_refuses_a_larger },
    { "closes on what is too large and has no header",
      closes_on_what_is_too_large_and_has_no_header },
    { "never allocates for what it will refuse", never_allocates_for_what_it_will_refuse },
    { "allocates nothing for a message", allocates_nothing_for_a_message },
    { "bounds a peer that never reads", bounds_a_peer_that_never_reads },
    { "closes a silent peer", closes_a_silent_peer },
    { "refuses peers that are not listed", refuses_peers_that_are_not_listed },
    { "lets new peers wait when it is full", lets_new_peers_wait_when_it_is_full },
    { "listens on IPv6 too", listens_on_ipv6_too },
    { "refuses options that make no sense", refuses_options_that_make_no_sense },
    { "wants the address that its direction needs", wants_the_address_that_its_direction_needs },
    { "compares address blocks by their bits", compares_address_blocks_by_their_bits },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_mllp_server = { "mllp_server", NULL, NULL, fresh, done, cases };
