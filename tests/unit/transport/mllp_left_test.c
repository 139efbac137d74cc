/* mllp_left_test.c - by TLS: what has left when a handshake fails, against `openssl s_server`. */
#include <arpa/inet.h>

#include "../host/tls_rig.h"
#include "mllp_help.h"

static struct mllp s;
static struct tls_rig_other other;
static struct buf answer;
static struct handing came;
static struct node place; /* of `tls` in a site.yaml */
static char where[MLLP_ADDRESS_MAX], cert[200], key[200];

static void fresh(void)
{
    other = (struct tls_rig_other){ .pid = -1 };
    buf_init(&answer, 1 << 20);
    mllp_test_options(&s);
}

static void done(void)
{
    transport_mllp.close(&s);
    tls_rig_stop(&other);
    buf_release(&answer);
}

/* One message to a server that wants a certificate; ours: its name, NULL: none. */
static void send_by(const char *version, const char *ours, const char *ca)
{
    const char *const more[] = { "-cert",  "server.pem", "-key", "server.key",           "-CAfile",
                                 "ca.pem", "-Verify",    "1",    "-verify_return_error", "-www",
                                 version,  NULL };
    const struct outgoing m = { .bytes = SLICE("MSH|") };
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t n = sizeof at;
    struct err e = { .fate = ERR_NONE };
    int fd = tls_rig_s_server(&other, more);
    CU_ASSERT_FATAL(getpeername(fd, (struct sockaddr *)&at, &n) == 0);
    close(fd);
    snprintf(where, sizeof where, "127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
    snprintf(cert, sizeof cert, "%s.pem", ours ? tls_rig_file(ours) : "");
    snprintf(key, sizeof key, "%s.key", ours ? tls_rig_file(ours) : "");
    s.connect = where;
    s.secure.tls =
        (struct secure_tls){ &place, ours ? cert : "", ours ? key : "", tls_rig_file(ca), "", "",
                             "1.2" };
    CU_ASSERT_FATAL(transport_mllp.open(&s, &e));
    transport_mllp.send(&s, &m, &answer, &came);
}

/* By TLS 1.2 a client hears of its certificate within the handshake; by 1.3 behind its message. */
static void a_refusal_of_our_certificate_may_come_behind_the_message(void)
{
    static const char *const certs[] = { NULL, "stranger" };
    for (size_t i = 0; i < 4; i++) {
        bool late = i < 2;
        send_by(late ? "-tls1_3" : "-tls1_2", certs[i % 2], "ca.pem");
        bool said = strcmp(came.why.code, "tls.refused") == 0;
        CU_ASSERT_EQUAL(came.left, late);
        CU_ASSERT_EQUAL(came.fate, said ? HANDING_SITE : HANDING_UNKNOWN);
        CU_ASSERT(said || (late && strcmp(came.why.code, "mllp.closed") == 0));
        done();
        fresh();
    }
}

static void a_certificate_that_we_refuse_has_got_nothing(void)
{
    send_by("-tls1_3", "client", "other-ca.pem");
    CU_ASSERT(came.fate == HANDING_SITE && !came.left);
    CU_ASSERT_STRING_EQUAL(came.why.code, "tls.authority");
}

static CU_TestInfo cases[] = {
    { "a refusal of our certificate may come behind the message",
      a_refusal_of_our_certificate_may_come_behind_the_message },
    { "a certificate that we refuse has got nothing",
      a_certificate_that_we_refuse_has_got_nothing },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_mllp_left = { "mllp_left", tls_rig_make, tls_rig_remove, fresh, done, cases };
