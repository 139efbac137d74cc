/* tls.c - contexts that read their files anew, and connections over sockets that do not block. */
#include "host/tls.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "base/clock.h"
#include "host/log.h"
#include "host/tls_files.h"
#include "host/tls_reason.h"

#define FILES 3
#define DAY_MS INT64_C(86400000)

/* What tells that a file is another than before. */
struct stamp {
    dev_t device;
    ino_t node;
    off_t bytes;
    struct timespec changed, written;
};

struct tls_context {
    struct tls_settings set;
    pthread_mutex_t lock; /* guards what follows */
    SSL_CTX *now;
    struct stamp stamps[FILES];
    int64_t looked_ns, until_ms;
};

struct tls {
    SSL *ssl;
    bool ready, failed, sent;
};

/* ---- contexts ---- */

static void take_stamps(const struct tls_settings *s, struct stamp out[FILES])
{
    const char *const paths[FILES] = { s->cert, s->key, s->ca };
    memset(out, 0, FILES * sizeof *out); /* compared as bytes */
    for (size_t i = 0; i < FILES; i++) {
        struct stat st;
        if (!tls_is_given(paths[i]) || stat(paths[i], &st) < 0)
            continue;
        out[i].device = st.st_dev;
        out[i].node = st.st_ino;
        out[i].bytes = st.st_size;
        out[i].changed = st.st_ctim;
        out[i].written = st.st_mtim;
    }
}

bool tls_open(const struct tls_settings *s, struct tls_context **out, struct err *e)
{
    struct tls_context *c = mem_alloc(sizeof *c);
    if (!c)
        return err_memory(e);
    c->set = *s;
    c->looked_ns = clock_mono_ns();
    take_stamps(s, c->stamps); /* before they are read: what changes meanwhile is read again */
    c->now = tls_files_read(s, &c->until_ms, e);
    if (!c->now) {
        mem_free(c);
        return false;
    }
    pthread_mutex_init(&c->lock, NULL);
    *out = c;
    return true;
}

void tls_close(struct tls_context **c)
{
    if (!*c)
        return;
    SSL_CTX_free((*c)->now);
    pthread_mutex_destroy(&(*c)->lock);
    mem_free(*c);
    *c = NULL;
}

bool tls_try(const struct tls_settings *s, int64_t *until_ms, struct err *e)
{
    int64_t unused;
    SSL_CTX *ctx = tls_files_read(s, until_ms ? until_ms : &unused, e);
    SSL_CTX_free(ctx);
    return ctx != NULL;
}

int64_t tls_days(int64_t until_ms, int64_t now_ms)
{
    int64_t left = until_ms - now_ms;
    return left / DAY_MS - (left % DAY_MS < 0);
}

/* A certificate that has ended replaces none that has not. */
static bool is_as_good(const struct tls_context *c, int64_t until_ms, struct err *e)
{
    char text[TIME_TEXT_MAX];
    struct slice day = slice_head(time_ms_to_iso(until_ms, text), 10);
    return until_ms > clock_wall_ms() || until_ms >= c->until_ms ||
           err_set(e, ERR_FATAL, "tls.cert", 0,
                   "cannot use '%s': a certificate in it expired on %.*s", c->set.cert, (int)day.n,
                   (const char *)day.p);
}

/* The lock is held. What cannot be used is tried again only when it has changed again; false: the
 * system was out of files or memory, so it has not been read. */
static bool read_again(struct tls_context *c)
{
    const struct log_who who = { "tls", tls_is_given(c->set.cert) ? c->set.cert : c->set.ca };
    struct err e = { .fate = ERR_NONE };
    int64_t until_ms;
    SSL_CTX *next = tls_files_read(&c->set, &until_ms, &e);
    if (!next || !is_as_good(c, until_ms, &e)) {
        SSL_CTX_free(next);
        log_err(LOG_ERROR, &who, &e);
        log_line(LOG_ERROR, &who, "tls.kept", "what was read before stays in use");
        return e.fate != ERR_RETRY;
    }
    SSL_CTX_free(c->now);
    c->now = next;
    c->until_ms = until_ms;
    log_line(LOG_INFO, &who, "tls.read", "the certificates have changed and were read again");
    return true;
}

/* The lock is held. */
static void context_look(struct tls_context *c)
{
    struct stamp stamps[FILES];
    c->looked_ns = clock_mono_ns();
    take_stamps(&c->set, stamps);
    if (memcmp(stamps, c->stamps, sizeof stamps) == 0)
        return;
    if (read_again(c))
        memcpy(c->stamps, stamps, sizeof stamps);
}

void tls_look(struct tls_context *c)
{
    pthread_mutex_lock(&c->lock);
    context_look(c);
    pthread_mutex_unlock(&c->lock);
}

/* ---- connections ---- */

/* SNI (RFC 6066 3) takes names alone. */
static bool say_name(SSL *ssl, const struct tls_settings *s)
{
    bool is_said = !s->listens && tls_is_given(s->name) && !tls_is_address(s->name);
    if (!is_said)
        return true;
    void *name = (void *)(uintptr_t)s->name;
    return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name) == 1;
}

bool tls_start(struct tls_context *c, int fd, struct tls **out, struct err *e)
{
    struct tls *t = mem_alloc(sizeof *t);
    if (!t)
        return err_memory(e);
    pthread_mutex_lock(&c->lock);
    if (clock_mono_ns() - c->looked_ns >= TLS_LOOK_MS * INT64_C(1000000))
        context_look(c);
    t->ssl = SSL_new(c->now);
    pthread_mutex_unlock(&c->lock);
    bool good = t->ssl != NULL;
    good = good && SSL_set_fd(t->ssl, fd) == 1;
    good = good && say_name(t->ssl, &c->set);
    if (!good) {
        tls_free(&t);
        ERR_clear_error();
        return err_memory(e);
    }
    if (c->set.listens)
        SSL_set_accept_state(t->ssl);
    else
        SSL_set_connect_state(t->ssl);
    *out = t;
    return true;
}

void tls_free(struct tls **t)
{
    if (!*t)
        return;
    SSL_free((*t)->ssl);
    mem_free(*t);
    *t = NULL;
}

/* What a call that gave `result` means. */
static enum tls_came came_of(struct tls *t, int result, struct err *e)
{
    int number = errno, kind = SSL_get_error(t->ssl, result);
    switch (kind) {
    case SSL_ERROR_NONE:
        return TLS_DONE;
    case SSL_ERROR_WANT_READ:
        return TLS_WANT_READ;
    case SSL_ERROR_WANT_WRITE:
        return TLS_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        if (t->ready)
            return TLS_CLOSED;
        break;
    default:
        break;
    }
    t->failed = true;
    (void)tls_reason(t->ssl, kind, number, t->ready, e);
    return TLS_FAILED;
}

static enum tls_came failed_before(struct err *e)
{
    (void)err_set(e, ERR_RETRY, "tls.broken", 0, "the connection has failed before");
    return TLS_FAILED;
}

static void clear_errors(void)
{
    ERR_clear_error();
    errno = 0;
}

enum tls_came tls_handshake(struct tls *t, struct err *e)
{
    if (t->failed)
        return failed_before(e);
    if (t->ready)
        return TLS_DONE;
    clear_errors();
    enum tls_came what = came_of(t, SSL_do_handshake(t->ssl), e);
    t->ready = what == TLS_DONE;
    return what;
}

bool tls_is_ready(const struct tls *t)
{
    return t->ready;
}

enum tls_came tls_read(struct tls *t, void *to, size_t room, size_t *n, struct err *e)
{
    enum tls_came what = tls_handshake(t, e);
    *n = 0;
    if (what != TLS_DONE || room == 0)
        return what;
    clear_errors();
    return came_of(t, SSL_read_ex(t->ssl, to, room, n), e);
}

enum tls_came tls_write(struct tls *t, const void *from, size_t n, size_t *done, struct err *e)
{
    enum tls_came what = tls_handshake(t, e);
    *done = 0;
    if (what != TLS_DONE || n == 0)
        return what;
    clear_errors();
    t->sent = true; /* a part of a record may be in the socket though more is wanted */
    return came_of(t, SSL_write_ex(t->ssl, from, n, done), e);
}

bool tls_has_sent(const struct tls *t)
{
    return t->sent;
}

enum tls_came tls_end(struct tls *t, struct err *e)
{
    if (t->failed || !t->ready)
        return TLS_DONE; /* there is nothing to end */
    clear_errors();
    int result = SSL_shutdown(t->ssl);
    return result < 0 ? came_of(t, result, e) : TLS_DONE;
}

/* ---- what the other side has shown ---- */

static bool is_name_byte(uint8_t c)
{
    static const char others[] = { '.', '-', '_', '@', ' ', '*' };
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bool is_digit = c >= '0' && c <= '9';
    return is_letter || is_digit || memchr(others, c, sizeof others);
}

/* Writes a name of the other side for people, with ? for what does not belong into one. */
static void put_shown_name(const ASN1_STRING *from, char out[TLS_NAME_MAX])
{
    const uint8_t *p = ASN1_STRING_get0_data(from);
    size_t n = (size_t)ASN1_STRING_length(from);
    if (n > TLS_NAME_MAX - 1)
        n = TLS_NAME_MAX - 1;
    for (size_t i = 0; i < n; i++)
        out[i] = is_name_byte(p[i]) ? (char)p[i] : '?';
    out[n] = '\0';
}

/* The first DNS name; false: there is none. */
static bool put_dns_name(const X509 *x, char out[TLS_NAME_MAX])
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    bool found = false;
    for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *one = sk_GENERAL_NAME_value(names, i);
        found = one->type == GEN_DNS;
        if (found)
            put_shown_name(one->d.dNSName, out);
    }
    GENERAL_NAMES_free(names);
    return found;
}

bool tls_shown(const struct tls *t, struct tls_shown *out)
{
    const X509 *x = SSL_get0_peer_certificate(t->ssl);
    *out = (struct tls_shown){ .until_ms = TLS_NO_END };
    if (!x)
        return false;
    out->until_ms = tls_files_until_ms(x);
    if (put_dns_name(x, out->name))
        return true;
    const X509_NAME *subject = X509_get_subject_name(x);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at >= 0)
        put_shown_name(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)), out->name);
    return true;
}
