/* tls.h - TLS 1.2 and 1.3 over sockets that do not block (OpenSSL): one context for a listener or a
 * sender, one connection for each of its sockets.
 *
 * A context reads its files again when they have changed (looked at when a connection starts, at
 * most every TLS_LOOK_MS); what cannot be used is logged, once, and the last good ones stay.
 * Connections that are there keep what they began with. Sessions are never resumed: a resumed one
 * would look at no certificate anew. No renegotiation, no compression, forward-secret AEAD ciphers
 * alone. The other's certificate is looked at by its chain, dates, use and (a sender) name; where
 * `ca` holds revocation lists (CRL), each certificate must stand under one that is in date.
 * Threads: a context any; a connection one at a time. Whoever writes must ignore SIGPIPE.
 * Errors, of files: tls.cert, tls.key, tls.ca (ERR_FATAL; the part after the dot is the option's
 * name), each with the file. Of a connection, ERR_RETRY: the other's certificate: tls.expired,
 * tls.early (not yet valid), tls.name (of another name), tls.authority (of nobody in `ca`),
 * tls.self-signed, tls.revoked, tls.crl (no list in date), tls.purpose, tls.weak, tls.untrusted
 * (any other reason), tls.no-certificate (none given); tls.version, tls.cipher (none in common),
 * tls.plain (it speaks no TLS), tls.refused (it refused us: its alert), tls.cut (it hung up without
 * the word that ends, so what came may be a part), tls.closed (it hung up in the handshake),
 * tls.broken (the connection), tls.protocol (any other). */
#ifndef CONCORDAT_HOST_TLS_H
#define CONCORDAT_HOST_TLS_H

#include "base/err.h"

#define TLS_LOOK_MS 2000
#define TLS_NO_END INT64_MAX
#define TLS_WARN_DAYS 30 /* from then on people are told that a certificate ends */

enum tls_client { TLS_CLIENT_ANY, TLS_CLIENT_OPTIONAL, TLS_CLIENT_REQUIRED };

/* Texts may be NULL or "" for none; they are borrowed for the context's life. */
struct tls_settings {
    bool listens;           /* else it connects */
    const char *cert, *key; /* own: PEM, its chain, own certificate first; its key, mode 0600. A
                               listener has both */
    const char *ca; /* PEM: whose certificates are good; none: the system's list (connects) */
    const char
        *passphrase;  /* file (0600) whose first line opens the key; none: the key lies open */
    const char *name; /* connects: the name or address that the other's certificate must be of */
    enum tls_client client; /* listens: whether who connects must show one; needs ca */
    bool only_1_3;
};

struct tls_context;
/* Reads all the files, and refuses what would not work: unreadable, others may read the key, the
 * key of another certificate, not yet valid, a chain in the wrong order. What has ended opens all
 * the same. */
MUST_CHECK bool tls_open(const struct tls_settings *s, struct tls_context **out, struct err *e);
/* Connections may outlive it. */
void tls_close(struct tls_context **c);
/* The same of the files, and then forgets them. until_ms: when the first of
 * its own chain ends, TLS_NO_END: it has none; may be NULL. */
MUST_CHECK bool tls_try(const struct tls_settings *s, int64_t *until_ms, struct err *e);
/* Looks at the files now, however short ago it has: for tests. */
void tls_look(struct tls_context *c);
/* Whole days from now to then, below 0 when it is over; rounded down. */
int64_t tls_days(int64_t until_ms, int64_t now_ms);

struct tls;
enum tls_came {
    TLS_DONE,
    TLS_WANT_READ,  /* wait until the socket can be read, then the same again */
    TLS_WANT_WRITE, /* until it can be written */
    TLS_CLOSED,     /* the other side has said that it ends */
    TLS_FAILED      /* err says why; nothing more will come or go */
};

/* A connection over a connected socket that does not block, which stays the caller's to close,
 * after tls_free. */
MUST_CHECK bool tls_start(struct tls_context *c, int fd, struct tls **out, struct err *e);
/* Until it is done nothing but the handshake has left: of a message no byte. Reading and writing do
 * it themselves where it is not. */
enum tls_came tls_handshake(struct tls *t, struct err *e);
bool tls_is_ready(const struct tls *t);
/* *n: bytes that came, over 0 when done. Go on until it wants something: what lies here no poll
 * tells of. */
enum tls_came tls_read(struct tls *t, void *to, size_t room, size_t *n, struct err *e);
/* *done: how many of n were taken, perhaps not all. After a want the next write must begin with the
 * same bytes and be no shorter. What a refusal of our certificate says (TLS 1.3) may come after
 * this was done. */
enum tls_came tls_write(struct tls *t, const void *from, size_t n, size_t *done, struct err *e);
/* Whether anything of a message was ever handed to the socket. */
bool tls_has_sent(const struct tls *t);
/* Tells the other side that nothing more comes. Once; waits for no answer. */
enum tls_came tls_end(struct tls *t, struct err *e);
void tls_free(struct tls **t);

/* What the other side has shown; false when it has shown none. name: its first DNS name, else its
 * common name, of letters, digits and ".-_@ *", others as '?'. */
#define TLS_NAME_MAX 128
struct tls_shown {
    char name[TLS_NAME_MAX];
    int64_t until_ms;
};
bool tls_shown(const struct tls *t, struct tls_shown *out);

/* ---- where another library (libcurl) does the TLS by OpenSSL ---- */

/* What is seen of its handshakes. alert: that the other side sent; under 0: none. until_ms: when
 * the certificate ends that it showed last; 0: none yet. */
struct tls_seen {
    int alert;
    int64_t until_ms;
};
/* Its SSL_CTX with the same rules and files. `seen` must live as long. */
MUST_CHECK bool tls_set_up(void *ssl_ctx, const struct tls_settings *s, struct tls_seen *seen,
                           struct err *e);
/* Whether more was read by that SSL than anybody has taken: no poll tells of that. */
bool tls_holds_more(const void *ssl);
/* What it says of a failure; sets e unless nothing of it has to do with TLS, then false. */
struct tls_told {
    long verdict;       /* of its verification, X509_V_ERR_*; 0: good or not known */
    int alert;          /* that the other side sent; under 0: none */
    const char *reason; /* its text, with OpenSSL's "error:0A00010B:"; may be "" */
    const char *name;   /* that was wanted, for people; may be NULL */
};
bool tls_explain(const struct tls_told *t, struct err *e);

#endif
