/* http_client.h - outbound HTTP (libcurl): one request, one answer, one thread a client.
 *
 * Errors: http.connect (no name, no connection, a proxy that made no way), tls.* of tls.h,
 * http.timeout, http.closed (the peer hung up, cut its answer short or left HTTP) (ERR_RETRY);
 * files of TLS that cannot be used (ERR_FATAL); http.limit (ERR_REJECT) when the answer exceeds its
 * buffer, which then has its beginning, or what the sink may take; http.stopped (ERR_RETRY) when a
 * sink or http_client_stop ended it; http.url (ERR_REJECT) when the address is none of http or
 * https. What has left: no code tells that, `left` alone. Until names are resolved, a proxy has
 * made its way and hands are shaken no byte of a request goes (no early data). In TLS 1.3 a
 * client's part of that ends before the server has looked at its certificate: that refusal
 * (tls.refused, or a mere hang-up) comes behind the request, so it has left. A request goes once:
 * what a kept connection lost is not sent again. No redirects are followed and no proxy of the
 * environment is used. TLS is by the rules of tls.h, HTTP is 1.1; files are read for each
 * connection, and after a 401 or 403 the next call makes a new one. A status of any kind is no
 * error here: the caller judges it. */
#ifndef CONCORDAT_HOST_HTTP_CLIENT_H
#define CONCORDAT_HOST_HTTP_CLIENT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "host/tls.h"

struct http_client;

/* Takes the body of an answer of 2xx in pieces, as they come, so that nobody holds all of it.
 * Whatever else is answered goes to the caller's buffer. */
struct http_sink {
    /* false: no more of it; the call ends with http.stopped */
    bool (*put)(void *ctx, struct slice piece);
    void *ctx;
    int64_t max; /* bytes; past it http.limit */
};

struct http_call {
    const char *method, *url;
    const char *unix_socket;    /* NULL: over TCP */
    const char *const *headers; /* "Name: value", NULL-terminated; may be NULL */
    struct slice body; /* borrowed: it goes from where it lies, with its length, never copied */
    long timeout_ms;
    const struct tls_settings *tls; /* NULL: the system's CAs, no certificate of ours */
    const char *proxy;              /* "http://host:port"; NULL or "": straight */
    const struct http_sink *sink;   /* NULL: every body goes to the buffer */
};

/* What is known of a call that failed, too. */
struct http_heard {
    int status; /* that came to the request as it left last; 0: none */
    bool left;  /* a byte of the request may have left, whatever the error; false is certain */
    int64_t until_ms; /* when the other side's certificate ends, of the last handshake; 0: none */
    int64_t
        retry_after_ms; /* RFC 9110 10.2.3, seconds or a date, from now; 0: none, or not ahead */
    bool headers_cut;   /* it had more than 16 KiB of them: the rest is not known */
};

MUST_CHECK bool http_client_open(struct http_client **out, struct err *e);
void http_client_close(struct http_client **c);
/* The answer's body goes to answer (reset first). */
MUST_CHECK bool http_client_do(struct http_client *c, const struct http_call *call, int *status,
                               struct buf *answer, struct err *e);
/* Of the last call. */
struct http_heard http_client_heard(const struct http_client *c);
/* A header of its last answer, whatever letters' case; empty when there was none, or past 16 KiB of
 * them. Lives until the next call. */
struct slice http_client_header(const struct http_client *c, const char *name);
/* The nth of that name, from 0; p NULL when there are not so many. */
struct slice http_client_header_nth(const struct http_client *c, const char *name, size_t nth);
/* Any thread: the call under way ends with http.stopped, at once but for the look-up of a name, and
 * so does each that comes after it. */
void http_client_stop(struct http_client *c);

#endif
