/* tls_test.c - TLS with itself, and with `openssl` as the other side. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/clock.h"
#include "host/log.h"
#include "tls_rig.h"

#define DAY_MS INT64_C(86400000)

static struct tls_rig_end server, client;
static struct tls_rig_other other;

static void fresh(void)
{
    server = client = (struct tls_rig_end){ .fd = -1 };
    other = (struct tls_rig_other){ .pid = -1 };
}

static void done(void)
{
    tls_rig_end(&server);
    tls_rig_end(&client);
    tls_rig_stop(&other);
}

static void pair(struct tls_settings of_server, struct tls_settings of_client)
{
    tls_rig_pair(&server, &client, &of_server, &of_client);
}

static struct tls_settings good_server(void)
{
    return tls_rig_server("server", "ca", TLS_CLIENT_REQUIRED);
}

static struct tls_settings good_client(void)
{
    return tls_rig_client("client", "ca", "localhost");
}

static void says(const struct err *e, const char *code, const char *words)
{
    CU_ASSERT_STRING_EQUAL_FATAL(e->code ? e->code : "no error", code);
    if (!strstr(e->text, words))
        printf("\n    said: %s\n", e->text);
    CU_ASSERT_PTR_NOT_NULL(strstr(e->text, words));
}

/* ---- what goes well ---- */

static void both_show_who_they_are_and_bytes_go_both_ways(void)
{
    struct tls_shown shown;
    pair(good_server(), good_client());
    CU_ASSERT_EQUAL(server.came, TLS_DONE);
    CU_ASSERT_EQUAL(client.came, TLS_DONE);
    tls_rig_write(&client, "ping");
    CU_ASSERT_STRING_EQUAL(tls_rig_read(&server, 4), "ping");
    tls_rig_write(&server, "pong");
    CU_ASSERT_STRING_EQUAL(tls_rig_read(&client, 4), "pong");
    CU_ASSERT(tls_shown(server.tls, &shown));
    CU_ASSERT_STRING_EQUAL(shown.name, "pas.example");
    CU_ASSERT(tls_shown(client.tls, &shown));
    CU_ASSERT_STRING_EQUAL(shown.name, "localhost");
    CU_ASSERT_EQUAL(tls_days(shown.until_ms, clock_wall_ms()), 399);
}

static void more_than_the_socket_holds_goes_in_parts(void)
{
    static uint8_t sent[1 << 20], came[1 << 20];
    size_t in = 0, out = 0, n = 0;
    bool waited = false;
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (uint8_t)(i * 7 + i / 251);
    pair(good_server(), good_client());
    for (int rounds = 0; in < sizeof sent && rounds < 100000; rounds++) {
        enum tls_came came_of = TLS_DONE;
        while (out < sizeof sent && came_of == TLS_DONE) {
            came_of = tls_write(client.tls, sent + out, sizeof sent - out, &n, &client.e);
            out += n;
        }
        CU_ASSERT_FATAL(came_of == TLS_DONE || came_of == TLS_WANT_WRITE);
        waited |= came_of == TLS_WANT_WRITE;
        came_of = tls_read(server.tls, came + in, sizeof came - in, &n, &server.e);
        CU_ASSERT_FATAL(came_of == TLS_DONE || came_of == TLS_WANT_READ);
        in += n;
    }
    CU_ASSERT(waited);
    CU_ASSERT_EQUAL(memcmp(sent, came, sizeof sent), 0);
}

static void an_end_that_was_said_is_none_that_was_cut(void)
{
    pair(good_server(), good_client());
    CU_ASSERT_EQUAL(tls_end(client.tls, &client.e), TLS_DONE);
    tls_rig_read(&server, 1);
    CU_ASSERT_EQUAL(server.came, TLS_CLOSED);
    done();
    pair(good_server(), good_client());
    close(client.fd);
    client.fd = -1;
    tls_rig_read(&server, 1);
    CU_ASSERT_EQUAL(server.came, TLS_FAILED);
    says(&server.e, "tls.cut", "hung up without saying that it ends");
}

static void who_is_not_asked_for_a_certificate_needs_none(void)
{
    static const enum tls_client kinds[] = { TLS_CLIENT_ANY, TLS_CLIENT_OPTIONAL };
    struct tls_shown shown;
    for (size_t i = 0; i < 2; i++) {
        pair(tls_rig_server("server", "ca", kinds[i]), tls_rig_client(NULL, "ca", "127.0.0.1"));
        CU_ASSERT_EQUAL(server.came, TLS_DONE);
        CU_ASSERT_EQUAL(client.came, TLS_DONE);
        CU_ASSERT_FALSE(tls_shown(server.tls, &shown));
        done();
    }
}

static void what_ca_names_is_trusted_itself(void)
{
    static const char *const pinned[] = { "alone", "below", "server" };
    for (size_t i = 0; i < 3; i++) {
        pair(tls_rig_server(pinned[i], NULL, TLS_CLIENT_ANY),
             tls_rig_client(NULL, pinned[i], "localhost"));
        CU_ASSERT_EQUAL(client.came, TLS_DONE);
        done();
    }
    pair(tls_rig_server("below", NULL, TLS_CLIENT_ANY), tls_rig_client(NULL, "ca", "localhost"));
    CU_ASSERT_EQUAL(client.came, TLS_DONE);
}

/* ---- what goes wrong, between the two of us ---- */

static void a_sender_says_what_is_wrong_with_a_listeners_certificate(void)
{
    static const struct {
        const char *cert, *ca, *name, *code, *words;
    } all[] = {
        { "elsewhere", "ca", "localhost", "tls.name", "of another name than 'localhost'" },
        { "elsewhere", "ca", "127.0.0.1", "tls.name", "of another name" },
        { "stranger", "ca", "localhost", "tls.authority", "unknown CA" },
        { "server", "other-ca", "localhost", "tls.authority", "unknown CA" },
        { "server", NULL, "localhost", "tls.authority", "unknown CA" },
        { "alone", "ca", "localhost", "tls.self-signed", "self-signed" },
        { "revoked", "ca-crl", "pas.example", "tls.revoked", "was revoked" },
        { "below", "ca-crl", "localhost", "tls.crl", "revocation list is not here" },
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        size_t n = 1;
        pair(tls_rig_server(all[i].cert, NULL, TLS_CLIENT_ANY),
             tls_rig_client(NULL, all[i].ca, all[i].name));
        CU_ASSERT_EQUAL(client.came, TLS_FAILED);
        says(&client.e, all[i].code, all[i].words);
        CU_ASSERT_EQUAL(client.e.fate, ERR_RETRY);
        CU_ASSERT_EQUAL(tls_write(client.tls, "x", 1, &n, &client.e), TLS_FAILED);
        CU_ASSERT_EQUAL(n, 0);
        CU_ASSERT_FALSE(tls_has_sent(client.tls));
        CU_ASSERT_EQUAL(server.came, TLS_FAILED);
        says(&server.e, "tls.refused", "refused our certificate");
        done();
    }
}

static void a_listener_says_what_is_wrong_with_a_senders_certificate(void)
{
    static const struct {
        const char *cert, *ca, *code;
    } all[] = {
        { NULL, "ca", "tls.no-certificate" },      { "stranger", "ca", "tls.authority" },
        { "alone", "ca", "tls.self-signed" },      { "revoked", "ca-crl", "tls.revoked" },
        { "client", "other-ca", "tls.authority" },
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        pair(tls_rig_server("server", all[i].ca, TLS_CLIENT_REQUIRED),
             tls_rig_client(all[i].cert, "ca", "localhost"));
        CU_ASSERT_EQUAL(server.came, TLS_FAILED);
        says(&server.e, all[i].code, "");
        CU_ASSERT_FALSE(tls_is_ready(server.tls));
        tls_rig_read(&client, 1); /* TLS 1.3: the word comes after our own handshake is done */
        CU_ASSERT_EQUAL(client.came, TLS_FAILED);
        says(&client.e, "tls.refused", "certificate");
        done();
    }
}

static void the_newest_version_alone_may_be_asked_for(void)
{
    struct tls_settings only = good_server();
    only.only_1_3 = true;
    pair(only, good_client());
    CU_ASSERT_EQUAL(client.came, TLS_DONE);
}

static void who_speaks_no_tls_is_told_apart(void)
{
    struct tls_settings s = good_server(), c = good_client();
    static const char *const plain[] = { "\x0bMSH|^~\\&|PAS\r\x1c\r", "POST /in HTTP/1.1\r\n\r\n" };
    int fds[2];
    for (size_t i = 0; i < 2; i++) {
        CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
        tls_rig_begin(&server, &s, fds[0]);
        CU_ASSERT_FATAL(write(fds[1], plain[i], strlen(plain[i])) > 0);
        tls_rig_shake(&server);
        says(&server.e, "tls.plain", "speaks no TLS");
        close(fds[1]);
        done();
    }
    CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    tls_rig_begin(&client, &c, fds[0]);
    CU_ASSERT_FATAL(write(fds[1], "HTTP/1.1 400 no\r\n\r\n", 19) > 0);
    tls_rig_shake(&client);
    says(&client.e, "tls.plain", "speaks no TLS");
    close(fds[1]);
    done();
    CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    tls_rig_begin(&client, &c, fds[0]);
    close(fds[1]);
    tls_rig_shake(&client);
    CU_ASSERT(strcmp(client.e.code, "tls.closed") == 0 || strcmp(client.e.code, "tls.broken") == 0);
}

/* ---- files ---- */

static void files_that_would_not_work_are_refused(void)
{
    struct tls_settings all[] = {
        tls_rig_server("server", "ca", TLS_CLIENT_REQUIRED), /* to be spoilt */
        tls_rig_server("early", NULL, TLS_CLIENT_ANY),
        tls_rig_server("server", NULL, TLS_CLIENT_ANY),
        tls_rig_server("server", NULL, TLS_CLIENT_REQUIRED),
        tls_rig_server(NULL, NULL, TLS_CLIENT_ANY),
        tls_rig_server("server", "no", TLS_CLIENT_REQUIRED),
        tls_rig_server("server", NULL, TLS_CLIENT_ANY),
        tls_rig_client("client", "ca", "x"),
        tls_rig_server("server", NULL, TLS_CLIENT_ANY),
        tls_rig_server("server", NULL, TLS_CLIENT_OPTIONAL),
    };
    static const char *const wants[][2] = {
        { "tls.key", "not the key of the certificate" }, { "tls.cert", "not yet valid" },
        { "tls.cert", "no certificate in it" },          { "tls.ca", "without 'ca'" },
        { "tls.cert", "cannot listen without" },         { "tls.ca", "cannot open" },
        { "tls.key", "no private key in it" },           { "tls.key", "without 'key'" },
        { "tls.cert", "its own certificate first" },     { "tls.ca", "no certificate in it" },
    };
    all[0].key = tls_rig_file("client.key");
    all[2].cert = tls_rig_file("server.key");
    all[6].key = tls_rig_file("server.pem");
    all[7].key = NULL;
    all[8].cert = tls_rig_file("ca-shuffled.pem");
    all[9].ca = tls_rig_file("server.key");
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct err e = { .fate = ERR_NONE };
        CU_ASSERT_FALSE(tls_try(&all[i], NULL, &e));
        CU_ASSERT_EQUAL(e.fate, ERR_FATAL);
        says(&e, wants[i][0], wants[i][1]);
    }
}

static void a_key_that_others_may_read_is_refused(void)
{
    struct tls_settings s = tls_rig_server("soon", NULL, TLS_CLIENT_ANY);
    struct err e = { .fate = ERR_NONE };
    int64_t until_ms = 0;
    CU_ASSERT_FATAL(chmod(s.key, 0640) == 0);
    CU_ASSERT_FALSE(tls_try(&s, NULL, &e));
    says(&e, "tls.key", "its mode must be 0600");
    CU_ASSERT_FATAL(chmod(s.key, 0600) == 0);
    err_clear(&e);
    CU_ASSERT(tls_try(&s, &until_ms, &e));
    CU_ASSERT_EQUAL(tls_days(until_ms, clock_wall_ms()), 20);
}

static void a_key_under_a_passphrase_is_opened_by_its_file(void)
{
    static const char *const files[] = { NULL, "wrong", "nobody", "right" };
    static const char *const wants[] = { "lies under", "does not open it", "cannot open", NULL };
    struct tls_settings s = tls_rig_client("client", "ca", "x");
    s.key = tls_rig_file("locked.key");
    for (size_t i = 0; i < 4; i++) {
        struct err e = { .fate = ERR_NONE };
        s.passphrase = tls_rig_file(files[i]);
        CU_ASSERT(tls_try(&s, NULL, &e) ? !wants[i] : wants[i] && strstr(e.text, wants[i]));
    }
}

static void days_are_rounded_down(void)
{
    CU_ASSERT_EQUAL(tls_days(30 * DAY_MS, 0), 30);
    CU_ASSERT_EQUAL(tls_days(30 * DAY_MS - 1, 0), 29);
    CU_ASSERT_EQUAL(tls_days(1, 0), 0);
    CU_ASSERT_EQUAL(tls_days(0, 1), -1);
    CU_ASSERT_EQUAL(tls_days(0, DAY_MS), -1);
}

/* A new connection of the same context, by a sender that trusts that CA; what it was shown. */
static bool meets(struct tls_context *context, const char *ca, struct tls_shown *shown)
{
    struct tls_settings c = tls_rig_client("client", ca, "localhost");
    struct tls_rig_end one = { .fd = -1, .came = TLS_WANT_READ }, two;
    int fds[2];
    CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    tls_rig_begin(&two, &c, fds[1]);
    CU_ASSERT_FATAL(tls_start(context, fds[0], &one.tls, &one.e));
    for (int i = 0; i < 100 && two.came != TLS_DONE && two.came != TLS_FAILED; i++) {
        two.came = tls_handshake(two.tls, &two.e);
        one.came = tls_handshake(one.tls, &one.e);
    }
    bool taken = two.came == TLS_DONE;
    if (!tls_shown(two.tls, shown))
        *shown = (struct tls_shown){ .until_ms = 0 };
    tls_free(&one.tls);
    close(fds[0]);
    tls_rig_end(&two);
    return taken;
}

static bool is_taken_by(struct tls_context *context, const char *ca)
{
    struct tls_shown shown;
    return meets(context, ca, &shown);
}

/* How long the certificate lasts that a new connection is shown. */
static int64_t days_shown_by(struct tls_context *context)
{
    struct tls_shown shown;
    CU_ASSERT(meets(context, "ca", &shown));
    return tls_days(shown.until_ms, clock_wall_ms());
}

static void renewed_files_count_for_the_next_connection(void)
{
    tls_rig_put("server.pem", "mine.pem");
    tls_rig_put("server.key", "mine.key");
    pair(tls_rig_server("mine", NULL, TLS_CLIENT_ANY), good_client());
    CU_ASSERT(is_taken_by(server.context, "ca"));
    tls_rig_put("stranger.pem", "mine.pem");
    tls_look(server.context); /* half renewed: the key is still the other's */
    CU_ASSERT(is_taken_by(server.context, "ca"));
    tls_rig_put("stranger.key", "mine.key");
    tls_look(server.context);
    CU_ASSERT_FALSE(is_taken_by(server.context, "ca"));
    CU_ASSERT(is_taken_by(server.context, "other-ca"));
    tls_rig_write(&client, "ping"); /* what began before goes on */
    CU_ASSERT_STRING_EQUAL(tls_rig_read(&server, 4), "ping");
}

/* A restart at night does not fail by a certificate that ended the day before. */
static void what_has_ended_opens_and_can_be_renewed(void)
{
    tls_rig_put("expired.pem", "mine.pem");
    tls_rig_put("expired.key", "mine.key");
    struct tls_settings s = tls_rig_server("mine", NULL, TLS_CLIENT_ANY);
    struct tls_context *c = NULL;
    struct err e = { .fate = ERR_NONE };
    int64_t until_ms = 0;
    CU_ASSERT_FATAL(tls_open(&s, &c, &e));
    CU_ASSERT_FATAL(tls_try(&s, &until_ms, &e));
    CU_ASSERT(tls_days(until_ms, clock_wall_ms()) < 0);
    CU_ASSERT_FALSE(is_taken_by(c, "ca"));
    tls_rig_put("server.pem", "mine.pem");
    tls_rig_put("server.key", "mine.key");
    tls_look(c);
    CU_ASSERT(is_taken_by(c, "ca"));
    tls_close(&c);
}

static void what_cannot_be_used_leaves_what_was(void)
{
    tls_rig_put("soon.pem", "mine.pem");
    tls_rig_put("soon.key", "mine.key");
    pair(tls_rig_server("mine", NULL, TLS_CLIENT_ANY), good_client());
    CU_ASSERT_EQUAL(days_shown_by(server.context), 20);
    tls_rig_put("expired.pem", "mine.pem");
    tls_rig_put("expired.key", "mine.key");
    tls_look(server.context);
    CU_ASSERT_EQUAL(days_shown_by(server.context), 20);
    CU_ASSERT(is_taken_by(server.context, "ca"));
    CU_ASSERT_FATAL(unlink(tls_rig_file("mine.key")) == 0);
    tls_look(server.context);
    CU_ASSERT(is_taken_by(server.context, "ca"));
    tls_rig_put("server.pem", "mine.pem");
    tls_rig_put("server.key", "mine.key");
    tls_look(server.context);
    CU_ASSERT_EQUAL(days_shown_by(server.context), 399);
}

/* All of what the process has open is below that limit. */
static void what_was_not_read_for_want_of_files_is_read_later(void)
{
    struct rlimit before, none;
    CU_ASSERT_FATAL(getrlimit(RLIMIT_NOFILE, &before) == 0);
    none = before;
    none.rlim_cur = 3;
    tls_rig_put("soon.pem", "mine.pem");
    tls_rig_put("soon.key", "mine.key");
    pair(tls_rig_server("mine", NULL, TLS_CLIENT_ANY), good_client());
    tls_rig_put("server.pem", "mine.pem");
    tls_rig_put("server.key", "mine.key");
    log_set_level((enum log_level) - 1);
    (void)setrlimit(RLIMIT_NOFILE, &none);
    tls_look(server.context);
    (void)setrlimit(RLIMIT_NOFILE, &before);
    log_set_level(LOG_ERROR);
    CU_ASSERT_EQUAL(days_shown_by(server.context), 20);
    tls_look(server.context);
    CU_ASSERT_EQUAL(days_shown_by(server.context), 399);
}

/* ---- openssl on the other side ---- */

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void call_s_server(struct tls_settings c, const char *const *arguments)
{
    int fd = tls_rig_s_server(&other, arguments);
    tls_rig_begin(&client, &c, fd);
    tls_rig_shake(&client);
}

static void talks_with_an_openssl_server(void)
{
    static const char *const versions[] = { "-tls1_2", "-tls1_3" };
    for (size_t i = 0; i < 2; i++) {
        call_s_server(good_client(),
                      WORDS("-cert", "server.pem", "-key", "server.key", "-CAfile", "ca.pem",
                            "-Verify", "1", "-verify_return_error", "-rev", versions[i]));
        CU_ASSERT_EQUAL_FATAL(client.came, TLS_DONE);
        tls_rig_write(&client, "ping\n");
        CU_ASSERT_STRING_EQUAL(tls_rig_read(&client, 5), "gnip\n");
        done();
    }
}

static void says_what_is_wrong_with_an_openssl_server(void)
{
    static const struct {
        const char *cert, *key, *code, *version;
    } all[] = {
        { "expired.pem", "expired.key", "tls.expired", "-tls1_2" },
        { "expired.pem", "expired.key", "tls.expired", "-tls1_3" },
        { "early.pem", "early.key", "tls.early", "-tls1_3" },
        { "elsewhere.pem", "elsewhere.key", "tls.name", "-tls1_2" },
        { "stranger.pem", "stranger.key", "tls.authority", "-tls1_3" },
        { "alone.pem", "alone.key", "tls.self-signed", "-tls1_3" },
        { "server.pem", "server.key", "tls.version", "-tls1_1" },
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        call_s_server(good_client(), WORDS("-cert", all[i].cert, "-key", all[i].key, all[i].version,
                                           "-cipher", "DEFAULT@SECLEVEL=0"));
        CU_ASSERT_EQUAL(client.came, TLS_FAILED);
        says(&client.e, all[i].code, "");
        CU_ASSERT_FALSE(tls_has_sent(client.tls));
        done();
    }
}

static void hears_that_an_openssl_server_wants_a_certificate(void)
{
    static const char *const versions[] = { "-tls1_2", "-tls1_3" };
    for (size_t i = 0; i < 2; i++) {
        call_s_server(tls_rig_client(NULL, "ca", "localhost"),
                      WORDS("-cert", "server.pem", "-key", "server.key", "-CAfile", "ca.pem",
                            "-Verify", "1", "-verify_return_error", versions[i]));
        if (client.came == TLS_DONE)
            tls_rig_read(&client, 1);
        CU_ASSERT_EQUAL(client.came, TLS_FAILED);
        says(&client.e, "tls.refused", "");
        done();
    }
}

static void serve_s_client(struct tls_settings s, const char *const *arguments)
{
    int fd = tls_rig_s_client(&other, arguments);
    tls_rig_begin(&server, &s, fd);
    tls_rig_shake(&server);
}

static void talks_with_an_openssl_client(void)
{
    static const char *const versions[] = { "-tls1_2", "-tls1_3" };
    for (size_t i = 0; i < 2; i++) {
        serve_s_client(good_server(), WORDS("-cert", "client.pem", "-key", "client.key", "-CAfile",
                                            "ca.pem", "-verify_return_error", "-servername",
                                            "localhost", "-quiet", versions[i]));
        CU_ASSERT_EQUAL_FATAL(server.came, TLS_DONE);
        CU_ASSERT_EQUAL(write(other.in, "ping\n", 5), 5);
        CU_ASSERT_STRING_EQUAL(tls_rig_read(&server, 5), "ping\n");
        tls_rig_write(&server, "pong\n");
        CU_ASSERT(tls_rig_says(&other, "pong"));
        done();
    }
}

static void says_what_is_wrong_with_an_openssl_client(void)
{
    static const struct {
        const char *cert, *key, *ca, *version, *code;
    } all[] = {
        { "old-client.pem", "old-client.key", "ca.pem", "-tls1_2", "tls.expired" },
        { "old-client.pem", "old-client.key", "ca.pem", "-tls1_3", "tls.expired" },
        { "stranger.pem", "stranger.key", "ca.pem", "-tls1_3", "tls.authority" },
        { "client.pem", "client.key", "other-ca.pem", "-tls1_2", "tls.refused" },
        { "client.pem", "client.key", "other-ca.pem", "-tls1_3", "tls.refused" },
        { "client.pem", "client.key", "ca.pem", "-tls1_1", "tls.version" },
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        serve_s_client(good_server(), WORDS("-cert", all[i].cert, "-key", all[i].key, "-CAfile",
                                            all[i].ca, "-verify_return_error", all[i].version,
                                            "-cipher", "DEFAULT@SECLEVEL=0"));
        CU_ASSERT_EQUAL(server.came, TLS_FAILED);
        says(&server.e, all[i].code, "");
        done();
    }
    serve_s_client(good_server(), WORDS("-CAfile", "ca.pem"));
    says(&server.e, "tls.no-certificate", "shown no certificate");
    done();
    serve_s_client(good_server(), WORDS("-CAfile", "ca.pem", "-tls1_2", "-cipher", "AES128-SHA"));
    says(&server.e, "tls.cipher", "");
    done();
    struct tls_settings newest = good_server();
    newest.only_1_3 = true;
    serve_s_client(newest, WORDS("-CAfile", "ca.pem", "-tls1_2"));
    says(&server.e, "tls.version", "no version of TLS that is taken here");
}

static void nobody_makes_it_negotiate_anew(void)
{
    serve_s_client(good_server(), WORDS("-cert", "client.pem", "-key", "client.key", "-CAfile",
                                        "ca.pem", "-tls1_2"));
    CU_ASSERT_EQUAL_FATAL(server.came, TLS_DONE);
    CU_ASSERT(tls_rig_says(&other, "Verify return code: 0"));
    CU_ASSERT_EQUAL(write(other.in, "R\n", 2), 2);
    tls_rig_read(&server, 1);
    CU_ASSERT_EQUAL(server.came, TLS_FAILED);
    CU_ASSERT(tls_rig_says(&other, "no renegotiation"));
}

static void no_session_is_ever_resumed(void)
{
    serve_s_client(good_server(), WORDS("-cert", "client.pem", "-key", "client.key", "-CAfile",
                                        "ca.pem", "-tls1_2"));
    CU_ASSERT(tls_rig_says(&other, "Secure Renegotiation IS supported"));
    CU_ASSERT(tls_rig_says(&other, "Verify return code: 0"));
    CU_ASSERT(tls_rig_says(&other, "Session-ID: \n"));
    CU_ASSERT_PTR_NULL(strstr(other.said, "TLS session ticket"));
    CU_ASSERT_PTR_NOT_NULL(strstr(other.said, "Compression: NONE"));
}

static CU_TestInfo cases[] = {
    { "both show who they are, and bytes go both ways",
      both_show_who_they_are_and_bytes_go_both_ways },
    { "more than the socket holds goes in parts", more_than_the_socket_holds_goes_in_parts },
    { "an end that was said is none that was cut", an_end_that_was_said_is_none_that_was_cut },
    { "who is not asked for a certificate needs none",
      who_is_not_asked_for_a_certificate_needs_none },
    { "what ca names is trusted itself", what_ca_names_is_trusted_itself },
    { "a sender says what is wrong with a listener's certificate",
      a_sender_says_what_is_wrong_with_a_listeners_certificate },
    { "a listener says what is wrong with a sender's certificate",
      a_listener_says_what_is_wrong_with_a_senders_certificate },
    { "the newest version alone may be asked for", the_newest_version_alone_may_be_asked_for },
    { "who speaks no TLS is told apart", who_speaks_no_tls_is_told_apart },
    { "files that would not work are refused", files_that_would_not_work_are_refused },
    { "a key that others may read is refused", a_key_that_others_may_read_is_refused },
    { "a key under a passphrase is opened by its file",
      a_key_under_a_passphrase_is_opened_by_its_file },
    { "days are rounded down", days_are_rounded_down },
    { "renewed files count for the next connection", renewed_files_count_for_the_next_connection },
    { "what has ended opens, and can be renewed", what_has_ended_opens_and_can_be_renewed },
    { "what cannot be used leaves what was", what_cannot_be_used_leaves_what_was },
    { "what was not read for want of files is read later",
      what_was_not_read_for_want_of_files_is_read_later },
    { "talks with an openssl server", talks_with_an_openssl_server },
    { "says what is wrong with an openssl server", says_what_is_wrong_with_an_openssl_server },
    { "hears that an openssl server wants a certificate",
      hears_that_an_openssl_server_wants_a_certificate },
    { "talks with an openssl client", talks_with_an_openssl_client },
    { "says what is wrong with an openssl client", says_what_is_wrong_with_an_openssl_client },
    { "nobody makes it negotiate anew", nobody_makes_it_negotiate_anew },
    { "no session is ever resumed", no_session_is_ever_resumed },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_tls = { "tls", tls_rig_make, tls_rig_remove, fresh, done, cases };
