/* mllp_end_test.c - where a frame ends, over real sockets: what follows an FS, at once, later or
 * never. */
#include "base/clock.h"
#include "host/log.h"
#include "mllp_help.h"

#define NEVER_MS ((int64_t)3600 * 1000)

static struct mllp s;

/* Answers each message with its own bytes, and names it so. */
static void take(void *ctx, const struct arrival *in, struct answer *out, size_t n)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        out[i].reply = out[i].id = in[i].bytes;
}

static struct mllp_test_server server = { .s = &s, .to = { .take = take } };

static void fresh(void)
{
    mllp_test_options(&s);
    s.listen = "127.0.0.1:0";
    log_set_level(LOG_ERROR);
}

static void done(void)
{
    mllp_test_done(&server);
}

static void start(int64_t end_ms)
{
    mllp_test_open(&server);
    s.end_ms = end_ms;
    mllp_test_start(&server);
}

static int peer(void)
{
    int fd = mllp_test_connect(transport_mllp.where(&s), 0);
    CU_ASSERT_FATAL(fd >= 0);
    return fd;
}

/* What was sent before on any connection has been read when another's message is answered. */
static bool is_read(int other)
{
    return mllp_test_send(other, SLICE(VT "other" FS "\r")) &&
           mllp_test_gets(other, SLICE(VT "other" FS "\r"));
}

/* Each in two pieces, the second one sent when the first has been read. */
static void takes_a_message_with_an_end_byte_in_it_as_a_whole(void)
{
    static const struct slice in[] = { SLICE_INIT(VT "a" FS "b" FS "\r"),
                                       SLICE_INIT(VT "a" FS FS "b" FS "\r"),
                                       SLICE_INIT(VT "a" FS " b" FS "\r"),
                                       SLICE_INIT(VT FS "b" FS "\r") };
    start(NEVER_MS);
    int fd = peer(), other = peer();
    for (size_t i = 0; i < sizeof in / sizeof in[0]; i++) {
        for (size_t n = 1; n <= in[i].n; n++) {
            CU_ASSERT(mllp_test_send(fd, slice_head(in[i], n)));
            CU_ASSERT(is_read(other));
            CU_ASSERT(mllp_test_send(fd, slice_from(in[i], n)));
            CU_ASSERT(mllp_test_gets(fd, in[i]));
        }
    }
    CU_ASSERT_EQUAL(mllp_counts(&s).junk_bytes, 0);
    close(fd);
    close(other);
}

static void refuses_no_message_for_what_stands_behind_it(void)
{
    start(NEVER_MS);
    int fd = peer();
    CU_ASSERT(mllp_test_send(fd, SLICE(VT "a" FS "\rtrailer" VT "b" FS VT "c" FS "\n")));
    CU_ASSERT(mllp_test_gets(fd, SLICE(VT "a" FS "\r" VT "b" FS "\r" VT "c" FS "\r")));
    CU_ASSERT_EQUAL(mllp_counts(&s).junk_bytes, 7);
    close(fd);
}

static void knows_the_rest_of_a_message_behind_a_line_end(void)
{
    start(NEVER_MS);
    int fd = peer();
    CU_ASSERT(mllp_test_send(fd, SLICE(VT "a" FS "\rb" FS "\r" VT "c" FS "\r")));
    CU_ASSERT(mllp_test_gets(fd, SLICE(VT "a" FS "\rb" FS "\r" VT "c" FS "\r")));
    close(fd);
}

/* A peer that waits for its answer sends no more. Its wait ends by itself, not when the next sweep
 * comes by: those are a second apart. */
static void answers_who_sends_an_end_byte_alone(void)
{
    static const char *const in[] = { VT "a" FS, VT "a" FS " ", VT "a" FS "\rtrailer" };
    start(1);
    int fd = peer();
    int64_t from_ns = clock_mono_ns();
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof in / sizeof in[0]; i++) {
            CU_ASSERT(mllp_test_send(fd, slice_text(in[i])));
            CU_ASSERT(mllp_test_gets(fd, SLICE(VT "a" FS "\r")));
        }
    }
    CU_ASSERT(clock_mono_ns() - from_ns < (int64_t)4500 * 1000000);
    close(fd);
}

static void answers_all_who_wait(void)
{
    enum { PEERS = 50 };
    int fd[PEERS];
    start(1);
    for (int i = 0; i < PEERS; i++) {
        fd[i] = peer();
        CU_ASSERT(mllp_test_send(fd[i], SLICE(VT "a" FS)));
    }
    close(fd[7]); /* while it may be waiting */
    for (int i = 0; i < PEERS; i++)
        if (i != 7)
            CU_ASSERT(mllp_test_gets(fd[i], SLICE(VT "a" FS "\r")));
    for (int i = 0; i < PEERS; i++)
        if (i != 7)
            close(fd[i]);
}

static void ends_at_once_where_the_peer_has_closed_its_half(void)
{
    start(NEVER_MS);
    int fd = peer();
    CU_ASSERT(mllp_test_send(fd, SLICE(VT "a" FS)));
    shutdown(fd, SHUT_WR);
    CU_ASSERT(mllp_test_gets(fd, SLICE(VT "a" FS "\r")));
    CU_ASSERT(mllp_test_ends(fd));
    CU_ASSERT_EQUAL(mllp_counts(&s).cut_short, 0);
    close(fd);
}

/* An answer is never waited for longer than a message may take. */
static void waits_no_longer_than_a_message_may_take(void)
{
    s.message_ms = 40;
    start(NEVER_MS);
    int fd = peer();
    CU_ASSERT(mllp_test_send(fd, SLICE(VT "a" FS)));
    CU_ASSERT(mllp_test_ends(fd));
    CU_ASSERT_EQUAL(mllp_counts(&s).slow, 1);
    close(fd);
}

static CU_TestInfo cases[] = {
    { "takes a message with an end byte in it as a whole",
      takes_a_message_with_an_end_byte_in_it_as_a_whole },
    { "refuses no message for what stands behind it",
      refuses_no_message_for_what_stands_behind_it },
    { "knows the rest of a message behind a line end",
      knows_the_rest_of_a_message_behind_a_line_end },
    { "answers who sends an end byte alone", answers_who_sends_an_end_byte_alone },
    { "answers all who wait", answers_all_who_wait },
    { "ends at once where the peer has closed its half",
      ends_at_once_where_the_peer_has_closed_its_half },
    { "waits no longer than a message may take", waits_no_longer_than_a_message_may_take },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_mllp_end = { "mllp_end", NULL, NULL, fresh, done, cases };
