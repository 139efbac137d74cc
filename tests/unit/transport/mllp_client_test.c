/* mllp_client_test.c - the sending transport against partners that behave, and that do not.
 *
 * The partner is a thread with one listening socket; a script says what it does with each
 * connection it accepts, in turn: text is sent as it is, '<' reads one frame, '.' closes, '!' waits
 * for the peer to close, '^' stops the transport, '*' tells the test that all so far has reached
 * the peer's socket. */
#include <linux/sockios.h>
#include <pthread.h>
#include <sys/ioctl.h>

#include "mllp_help.h"

static struct mllp s;
static struct buf answer;
static struct err e;
static struct handing came;
static char where[MLLP_ADDRESS_MAX];

static struct {
    int fd, told[2];
    const char *script;
    size_t connections;
    pthread_t thread;
    bool runs, wrong;
} partner;

/* Reads to the FS of one frame and the CR behind it. */
static void read_frame(int fd)
{
    char c = 0;
    while (c != FS[0] && mllp_test_read(fd, &c, 1) == 1)
        continue;
    (void)mllp_test_read(fd, &c, 1);
}

/* Also loopback may take its time. */
static bool tell(int fd)
{
    int under_way = 1;
    for (int ms = 0; ms < WAIT_MS && ioctl(fd, SIOCOUTQ, &under_way) == 0 && under_way > 0; ms++)
        poll(NULL, 0, 1);
    return write(partner.told[1], "*", 1) == 1;
}

static bool is_told(void)
{
    char c;
    return mllp_test_await(partner.told[0], POLLIN) && read(partner.told[0], &c, 1) == 1;
}

static void *play(void *unused)
{
    int fd = -1;
    for (const char *p = partner.script; *p; p++) {
        if (fd < 0) {
            fd = accept4(partner.fd, NULL, NULL, SOCK_CLOEXEC);
            if (fd < 0)
                break; /* the test is over, and nobody came */
            partner.connections++;
        }
        char c;
        if (*p == '<')
            read_frame(fd);
        else if (*p == '^')
            transport_mllp.stop(&s);
        else if (*p == '*')
            partner.wrong = !tell(fd);
        else if (*p == '!')
            partner.wrong = partner.wrong || mllp_test_read(fd, &c, 1) != 0;
        else if (*p != '.')
            (void)mllp_test_send(fd, slice_of(p, 1)); /* the peer may be content already */
        if (*p == '.' || *p == '!') {
            close(fd);
            fd = -1;
        }
    }
    if (fd >= 0)
        close(fd);
    return unused;
}

static void fresh(void)
{
    e = (struct err){ .fate = ERR_NONE };
    buf_init(&answer, 1 << 20);
    mllp_test_options(&s);
    struct sockaddr_storage bound = { .ss_family = AF_UNSPEC };
    socklen_t n = sizeof bound;
    partner.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    partner.connections = 0;
    partner.wrong = false;
    CU_ASSERT_FATAL(listen(partner.fd, 8) == 0 && pipe(partner.told) == 0);
    CU_ASSERT_FATAL(getsockname(partner.fd, (struct sockaddr *)&bound, &n) == 0);
    mllp_address_text(&bound, where);
    s.connect = where;
    CU_ASSERT_FATAL(transport_mllp.open(&s, &e));
}

static void script(const char *text)
{
    partner.script = text;
    partner.runs = pthread_create(&partner.thread, NULL, play, NULL) == 0;
    CU_ASSERT_FATAL(partner.runs);
}

static void await_partner(void)
{
    if (partner.runs)
        pthread_join(partner.thread, NULL);
    partner.runs = false;
}

static void done(void)
{
    transport_mllp.close(&s);
    if (partner.runs)
        (void)shutdown(partner.fd, SHUT_RDWR); /* ends an accept() that nobody will answer */
    await_partner();
    CU_ASSERT_FALSE(partner.wrong);
    close(partner.told[0]);
    close(partner.told[1]);
    close(partner.fd);
    buf_release(&answer);
}

static bool sends(const char *text)
{
    struct outgoing m = { .bytes = slice_text(text) };
    transport_mllp.send(&s, &m, &answer, &came);
    e = came.why;
    return came.fate == HANDING_TAKEN;
}

static bool hears(const char *text, const char *wanted)
{
    return sends(text) && slice_equal_text(buf_slice(&answer), wanted);
}

static bool fails(const char *text, const char *code, enum handing_fate fate)
{
    return !sends(text) && strcmp(e.code, code) == 0 && came.fate == fate &&
           came.left == (fate == HANDING_UNKNOWN);
}

static void keeps_one_connection_for_many_messages(void)
{
    script("<" VT "one" FS "\r<" VT "two" FS "\r!");
    CU_ASSERT(hears("a", "one"));
    CU_ASSERT(hears("b", "two"));
    CU_ASSERT_EQUAL(partner.connections, 1);
}

static void reads_answers_of_many_shapes(void)
{
    script("<junk" VT "one" FS "<\n" VT FS "\r" VT "two" FS "\r!");
    CU_ASSERT(hears("a", "one"));
    CU_ASSERT(hears("b", "two"));
}

/* A record that has left does not wait for what may follow an answer. */
static void takes_an_answer_that_ends_with_fs_alone_at_once(void)
{
    script("<" VT "one" FS "<" VT "two" FS "!");
    CU_ASSERT(hears("a", "one"));
    CU_ASSERT(hears("b", "two"));
}

static void connects_again_when_the_partner_hangs_up(void)
{
    script("<" VT "one" FS "\r.<" VT "two" FS "\r.");
    CU_ASSERT(hears("a", "one"));
    CU_ASSERT(mllp_test_await(s.link.fd, POLLRDHUP)); /* not the frame's last CR */
    CU_ASSERT(hears("b", "two"));
    CU_ASSERT_EQUAL(partner.connections, 2);
}

static void forgets_a_late_answer(void)
{
    script("<" VT "one" FS "\r" VT "late" FS "\r*<" VT "two" FS "\r!");
    CU_ASSERT(hears("a", "one"));
    CU_ASSERT(is_told());
    CU_ASSERT(hears("b", "two"));
}

static void says_when_no_answer_comes(void)
{
    script("<.<!");
    CU_ASSERT(fails("a", "mllp.closed", HANDING_UNKNOWN));
    s.timeout_ms = 30;
    CU_ASSERT(fails("b", "mllp.timeout", HANDING_UNKNOWN));
    CU_ASSERT_EQUAL(s.link.fd, -1);
}

static void refuses_an_endless_answer(void)
{
    transport_mllp.close(&s);
    s.frame_max = 64;
    CU_ASSERT_FATAL(transport_mllp.open(&s, &e));
    script("<" VT "0123456789012345678901234567890123456789012345678901234567890123456789.");
    CU_ASSERT(fails("a", "mllp.frame", HANDING_UNKNOWN));
}

static void says_when_nobody_listens(void)
{
    struct sockaddr_in mute = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_storage bound = { .ss_family = AF_UNSPEC };
    socklen_t n = sizeof bound;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* keeps the port from others */
    CU_ASSERT_FATAL(bind(fd, (struct sockaddr *)&mute, sizeof mute) == 0);
    CU_ASSERT_FATAL(getsockname(fd, (struct sockaddr *)&bound, &n) == 0);
    mllp_address_text(&bound, where);
    CU_ASSERT(fails("a", "mllp.connect", HANDING_NOT_SENT));
    s.connect = "no-such-host.invalid:1";
    CU_ASSERT(fails("a", "mllp.connect", HANDING_NOT_SENT));
    close(fd);
}

static void refuses_what_cannot_be_framed(void)
{
    CU_ASSERT(fails("a" VT "b", "mllp.payload", HANDING_REFUSED));
    CU_ASSERT(fails("a" FS "b", "mllp.payload", HANDING_REFUSED));
    CU_ASSERT(fails("", "mllp.payload", HANDING_REFUSED));
}

static void ends_its_wait_when_stopped(void)
{
    script("<^!");
    CU_ASSERT(fails("a", "mllp.stopped", HANDING_UNKNOWN));
    await_partner(); /* nobody may be in stop() when close() is called */
}

static bool is_two(void *ctx, struct slice bytes)
{
    ++*(size_t *)ctx;
    return slice_equal_text(bytes, "two");
}

static bool sends_and_looks(size_t *seen)
{
    struct outgoing m = { .bytes = SLICE("a"), .is_answer = is_two, .ctx = seen };
    *seen = 0;
    transport_mllp.send(&s, &m, &answer, &came);
    return came.fate == HANDING_TAKEN;
}

static void passes_over_what_answers_another_message(void)
{
    size_t seen;
    script("<" VT "one" FS "\r" VT "one" FS "\r" VT "two" FS "\r<" VT "one" FS VT "two" FS "\r!");
    CU_ASSERT(sends_and_looks(&seen) && seen == 3);
    CU_ASSERT(slice_equal_text(buf_slice(&answer), "two"));
    CU_ASSERT(sends_and_looks(&seen) && seen == 2);
    CU_ASSERT_EQUAL(partner.connections, 1);
}

static void says_that_only_other_answers_came(void)
{
    size_t seen;
    script("<" VT "one" FS "\r.");
    CU_ASSERT(!sends_and_looks(&seen) && seen == 1);
    CU_ASSERT_STRING_EQUAL(came.why.code, "mllp.other_answer");
    CU_ASSERT(came.fate == HANDING_UNKNOWN && came.left);
}

/* How much came is told, and nothing of what. */
static void says_that_bytes_came_which_are_no_frame(void)
{
    script("<MSH|junk\r.<" VT "MSH|junk\r!");
    CU_ASSERT(fails("a", "mllp.unframed", HANDING_UNKNOWN));
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, " 8 bytes"));
    CU_ASSERT_PTR_NULL(strstr(e.text, "junk"));
    s.timeout_ms = 30;
    CU_ASSERT(fails("b", "mllp.unframed", HANDING_UNKNOWN));
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, " 10 bytes"));
}

/* A partner that takes all and hangs up may have kept it; one that never let us in has not. */
static void tells_what_may_have_arrived(void)
{
    script("<.<" VT "one" FS "\r!");
    CU_ASSERT(fails("a", "mllp.closed", HANDING_UNKNOWN));
    CU_ASSERT(hears("b", "one"));
}

static CU_TestInfo cases[] = {
    { "keeps one connection for many messages", keeps_one_connection_for_many_messages },
    { "reads answers of many shapes", reads_answers_of_many_shapes },
    { "takes an answer that ends with FS alone at once",
      takes_an_answer_that_ends_with_fs_alone_at_once },
    { "connects again when the partner hangs up", connects_again_when_the_partner_hangs_up },
    { "forgets a late answer", forgets_a_late_answer },
    { "says when no answer comes", says_when_no_answer_comes },
    { "refuses an endless answer", refuses_an_endless_answer },
    { "says when nobody listens", says_when_nobody_listens },
    { "refuses what cannot be framed", refuses_what_cannot_be_framed },
    { "ends its wait when stopped", ends_its_wait_when_stopped },
    { "passes over what answers another message", passes_over_what_answers_another_message },
    { "says that only other answers came", says_that_only_other_answers_came },
    { "says that bytes came which are no frame", says_that_bytes_came_which_are_no_frame },
    { "tells what may have arrived", tells_what_may_have_arrived },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_mllp_client = { "mllp_client", NULL, NULL, fresh, done, cases };
