/* http_server.h - a small HTTP/1.1 server (libmicrohttpd), hidden behind five functions.
 *
 * One internal thread (epoll) serves all connections and calls handle() for each whole request,
 * whose body never exceeds body_max (413 past it, before it is kept). Never MHD's PostProcessor.
 * Errors: http.listen (ERR_FATAL). */
#ifndef CONCORDAT_HOST_HTTP_SERVER_H
#define CONCORDAT_HOST_HTTP_SERVER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct http_server;
struct http_request;

struct http_answer {
    int status;
    const char *type;       /* Content-Type, NULL for none */
    int retry_after_s;      /* 0: no Retry-After */
    const char *accept_encoding; /* which Content-Encoding is read, with a 415; NULL: not said */
    struct buf *body;       /* filled by handle() */
};

struct http_server_options {
    const char *listen;     /* "127.0.0.1:8080", port 0 = the kernel's choice; or "unix:/path/sock" */
    size_t body_max;
    unsigned idle_s;        /* close a silent peer after this */
    unsigned connections_max;
    void (*handle)(void *ctx, struct http_request *r, struct http_answer *out);
    void *ctx;
};

MUST_CHECK bool http_server_start(const struct http_server_options *o, struct http_server **out,
                                  struct err *e);
/* The port really bound; 0 for a UNIX socket. */
uint16_t http_server_port(const struct http_server *s);
void http_server_stop(struct http_server **s);

struct slice http_method(const struct http_request *r);
struct slice http_path(const struct http_request *r);   /* without the query, and without a proxy's
                                                          * "http://host" (RFC 9112 3.2.2) */
struct slice http_body(const struct http_request *r);
struct slice http_header(const struct http_request *r, const char *name); /* empty when absent */

#endif
