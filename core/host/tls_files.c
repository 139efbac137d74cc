/* tls_files.c - certificates, keys and authorities read from PEM files, and looked at before they
 * are used. */
#include "host/tls_files.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "host/guard.h"

#define FILE_MAX_BYTES ((size_t)1 << 20)
/* RFC 9325 4.2: forward secret, authenticated. Those of 1.3 are all of that kind. */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

/* ---- reading ---- */

static bool read_open(int fd, bool secret, const char *code, const char *path, struct buf *out,
                      struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return err_set(e, ERR_FATAL, code, 0, "cannot read '%s': no regular file", path);
    if (secret && (st.st_mode & (S_IRWXG | S_IRWXO)))
        return err_set(e, ERR_FATAL, code, 0,
                       "cannot use '%s': others may read this key; its mode must be 0600", path);
    for (ssize_t n = 1; n > 0;) {
        uint8_t *room = buf_reserve(out, 4096);
        n = room ? read(fd, room, 4096) : 0;
        if (n < 0)
            return err_errno(e, ERR_FATAL, code, errno, "cannot read", path);
        out->n += (size_t)n;
    }
    return buf_ok(out) || err_set(e, ERR_FATAL, code, 0, "cannot use '%s': it is too large", path);
}

/* Opens a file for OpenSSL to read from. It borrows out. NULL: err says why. */
static BIO *read_pem(const char *path, bool secret, const char *code, struct buf *out,
                     struct err *e)
{
    BIO *bio = NULL;
    if (secret && !guard_place_of(path, e))
        return NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        (void)err_errno(e, ERR_FATAL, code, errno, "cannot open", path);
        return NULL;
    }
    if (read_open(fd, secret, code, path, out, e)) {
        bio = BIO_new_mem_buf(out->p, (int)out->n);
        if (!bio)
            (void)err_memory(e);
    }
    close(fd);
    return bio;
}

int64_t tls_files_until_ms(const X509 *x)
{
    struct tm t;
    if (!ASN1_TIME_to_tm(X509_get0_notAfter(x), &t))
        return 0;
    const struct civil c = { t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                             t.tm_min,         t.tm_sec,     0 };
    return civil_to_ms(&c);
}

/* ---- our own certificate ---- */

/* A certificate that has ended is no fault of the site's files: it is told, and no start fails by
 * it. */
static bool has_begun(const X509 *x, const char *path, struct err *e)
{
    return X509_cmp_current_time(X509_get0_notBefore(x)) < 0 ||
           err_set(e, ERR_FATAL, "tls.cert", 0,
                   "cannot use '%s': a certificate in it is not yet valid", path);
}

static bool put_certificate(SSL_CTX *ctx, X509 *x, X509 *before, const char *path,
                            int64_t *until_ms, struct err *e)
{
    if (!has_begun(x, path, e))
        return false;
    if (before && X509_check_issued(x, before) != X509_V_OK)
        return err_set(e, ERR_FATAL, "tls.cert", 0,
                       "cannot use '%s': want its own certificate first, then each one's issuer",
                       path);
    if (tls_files_until_ms(x) < *until_ms)
        *until_ms = tls_files_until_ms(x);
    long done = before ? SSL_CTX_add1_chain_cert(ctx, x) : SSL_CTX_use_certificate(ctx, x);
    return done == 1 || err_set(e, ERR_FATAL, "tls.cert", 0, "cannot use '%s': %s", path,
                                ERR_reason_error_string(ERR_peek_error()));
}

/* The first is our own, each that follows the issuer of the one before. */
static bool put_chain(SSL_CTX *ctx, BIO *in, const char *path, int64_t *until_ms, struct err *e)
{
    X509 *before = NULL, *x = PEM_read_bio_X509(in, NULL, NULL, NULL);
    bool good = x || err_set(e, ERR_FATAL, "tls.cert", 0,
                             "cannot use '%s': there is no certificate in it (PEM)", path);
    while (x && good) {
        good = put_certificate(ctx, x, before, path, until_ms, e);
        X509_free(before);
        before = x;
        x = good ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
    }
    X509_free(before);
    return good;
}

/* What opens a key. asked: the key lies under a passphrase. */
struct opening {
    const char *file;
    bool asked;
    struct err *e;
};

static int on_passphrase(char *out, int room, int writes, void *ctx)
{
    struct opening *o = ctx;
    struct buf text;
    int n = -1;
    (void)writes;
    o->asked = true;
    if (!tls_is_given(o->file))
        return -1;
    buf_init(&text, FILE_MAX_BYTES);
    BIO *in = read_pem(o->file, true, "tls.key", &text, o->e);
    struct slice line = slice_of(text.p, in ? text.n : 0);
    line = slice_head(line, slice_find(line, '\n'));
    line = slice_head(line, slice_find(line, '\r'));
    if (in && line.n <= (size_t)room) {
        memcpy(out, line.p, line.n);
        n = (int)line.n;
    }
    BIO_free(in);
    if (text.p)
        explicit_bzero(text.p, text.room);
    buf_release(&text);
    return n;
}

static const char *why_no_key(const struct opening *o)
{
    if (!o->asked)
        return "there is no private key in it (PEM)";
    return tls_is_given(o->file) ? "the passphrase that is named for it does not open it"
                                 : "it lies under a passphrase, which nobody could type at a start";
}

static bool put_private_key(SSL_CTX *ctx, BIO *in, const struct tls_settings *s, struct err *e)
{
    struct opening o = { .file = s->passphrase, .e = e };
    EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, on_passphrase, &o);
    if (!key)
        return err_set(e, ERR_FATAL, "tls.key", 0, "cannot use '%s': %s", s->key, why_no_key(&o));
    bool fits = X509_check_private_key(SSL_CTX_get0_certificate(ctx), key) == 1;
    bool good = fits && SSL_CTX_use_PrivateKey(ctx, key) == 1;
    EVP_PKEY_free(key);
    if (!fits)
        return err_set(e, ERR_FATAL, "tls.key", 0,
                       "cannot use '%s': it is not the key of the certificate in '%s'", s->key,
                       s->cert);
    return good || err_set(e, ERR_FATAL, "tls.key", 0, "cannot use '%s': %s", s->key,
                           ERR_reason_error_string(ERR_peek_error()));
}

static bool put_own(SSL_CTX *ctx, const struct tls_settings *s, int64_t *until_ms, struct err *e)
{
    struct buf text;
    buf_init(&text, FILE_MAX_BYTES);
    BIO *in = read_pem(s->cert, false, "tls.cert", &text, e);
    bool good = in && put_chain(ctx, in, s->cert, until_ms, e);
    BIO_free(in);
    buf_reset(&text);
    in = good ? read_pem(s->key, true, "tls.key", &text, e) : NULL;
    good = in && put_private_key(ctx, in, s, e);
    BIO_free(in);
    if (text.p)
        explicit_bzero(text.p, text.room);
    buf_release(&text);
    return good;
}

/* ---- whose certificates are good ---- */

/* Certificates and revocation lists, in any order. */
static bool put_authorities(SSL_CTX *ctx, STACK_OF(X509_INFO) * all, const struct tls_settings *s,
                            struct err *e)
{
    X509_STORE *store = SSL_CTX_get_cert_store(ctx);
    bool lists = false, good = true;
    int found = 0;
    for (int i = 0; good && i < sk_X509_INFO_num(all); i++) {
        const X509_INFO *one = sk_X509_INFO_value(all, i);
        if (one->x509) {
            good = X509_STORE_add_cert(store, one->x509) == 1 &&
                   (!s->listens || SSL_CTX_add_client_CA(ctx, one->x509) == 1);
            found++;
        }
        if (one->crl) {
            good = good && X509_STORE_add_crl(store, one->crl) == 1;
            lists = true;
        }
    }
    if (!found)
        return err_set(e, ERR_FATAL, "tls.ca", 0,
                       "cannot use '%s': there is no certificate in it (PEM)", s->ca);
    X509_STORE_set_flags(store,
                         X509_V_FLAG_PARTIAL_CHAIN |
                             (lists ? X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL : 0));
    return good || err_set(e, ERR_FATAL, "tls.ca", 0, "cannot use '%s': %s", s->ca,
                           ERR_reason_error_string(ERR_peek_error()));
}

static bool put_ca(SSL_CTX *ctx, const struct tls_settings *s, struct err *e)
{
    struct buf text;
    buf_init(&text, FILE_MAX_BYTES);
    BIO *in = read_pem(s->ca, false, "tls.ca", &text, e);
    STACK_OF(X509_INFO) *all = in ? PEM_X509_INFO_read_bio(in, NULL, NULL, NULL) : NULL;
    bool good = in && put_authorities(ctx, all, s, e);
    sk_X509_INFO_pop_free(all, X509_INFO_free);
    BIO_free(in);
    buf_release(&text);
    return good;
}

/* ---- all of it ---- */

bool tls_is_address(const char *name)
{
    uint8_t address[16];
    return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

/* A name that is an address is compared with the addresses of a certificate. */
static bool put_wanted_name(SSL_CTX *ctx, const char *name)
{
    X509_VERIFY_PARAM *p = SSL_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_hostflags(p, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (tls_is_address(name))
        return X509_VERIFY_PARAM_set1_ip_asc(p, name) == 1;
    return X509_VERIFY_PARAM_set1_host(p, name, 0) == 1;
}

static bool put_rules(SSL_CTX *ctx, const struct tls_settings *s)
{
    static const int asks[] = { SSL_VERIFY_NONE, SSL_VERIFY_PEER,
                                SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT };
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(ctx, s->listens ? asks[s->client] : SSL_VERIFY_PEER, NULL);
    bool good = SSL_CTX_set_num_tickets(ctx, 0);
    good =
        good && SSL_CTX_set_min_proto_version(ctx, s->only_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
    good = good && SSL_CTX_set_cipher_list(ctx, CIPHERS);
    if (!s->listens && tls_is_given(s->name))
        good = good && put_wanted_name(ctx, s->name);
    return good;
}

static bool settings_are_whole(const struct tls_settings *s, struct err *e)
{
    bool cert = tls_is_given(s->cert), key = tls_is_given(s->key);
    if (cert != key)
        return err_set(e, ERR_FATAL, cert ? "tls.key" : "tls.cert", 0,
                       "cannot use 'cert' without 'key', nor 'key' without 'cert'");
    if (s->listens && !cert)
        return err_set(e, ERR_FATAL, "tls.cert", 0, "cannot listen without 'cert' and 'key'");
    if (s->listens && s->client != TLS_CLIENT_ANY && !tls_is_given(s->ca))
        return err_set(e, ERR_FATAL, "tls.ca", 0,
                       "cannot ask for certificates without 'ca': whose are good");
    return true;
}

bool tls_files_put(SSL_CTX *ctx, const struct tls_settings *s, int64_t *until_ms, struct err *e)
{
    *until_ms = TLS_NO_END;
    if (!settings_are_whole(s, e))
        return false;
    ERR_clear_error();
    bool good = put_rules(ctx, s) || err_memory(e);
    if (good && tls_is_given(s->cert))
        good = put_own(ctx, s, until_ms, e);
    if (good && tls_is_given(s->ca))
        good = put_ca(ctx, s, e);
    else if (good && !s->listens && SSL_CTX_set_default_verify_paths(ctx) != 1)
        good = err_set(e, ERR_FATAL, "tls.ca", 0, "cannot read the system's list of CAs");
    ERR_clear_error();
    return good;
}

SSL_CTX *tls_files_read(const struct tls_settings *s, int64_t *until_ms, struct err *e)
{
    SSL_CTX *ctx = SSL_CTX_new(s->listens ? TLS_server_method() : TLS_client_method());
    if (ctx ? tls_files_put(ctx, s, until_ms, e) : err_memory(e))
        return ctx;
    SSL_CTX_free(ctx);
    return NULL;
}
