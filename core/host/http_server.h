/* http_server.h - a small HTTP/1.1 server (libmicrohttpd), hidden behind five functions.
 *
 * A door (http_door.h) accepts, bounds and refuses: it calls judge() with each head, before a byte
 * of the body is asked for. What it lets in an internal thread serves: handle() is called for each
 * whole request, whose body never exceeds body_max. Never MHD's PostProcessor. Threads: judge() is
 * called by one, handle() by another. Errors: http.listen, http.door (ERR_FATAL). */
#ifndef CONCORDAT_HOST_HTTP_SERVER_H
#define CONCORDAT_HOST_HTTP_SERVER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "host/http_frame.h"
#include "host/tls.h"

struct http_server;
struct http_request;

#define HTTP_ANSWER_FIELDS 3

struct http_answer {
    int status;
    const char *type;  /* Content-Type, NULL for none */
    int retry_after_s; /* 0: no Retry-After */
    struct {
        const char *name, *value;
    } fields[HTTP_ANSWER_FIELDS]; /* more; name NULL: none */
    struct buf *body;             /* filled by handle() */
};

/* 0: a fallback (http_server.c). */
struct http_server_options {
    const char *listen; /* "127.0.0.1:8080", port 0 = the kernel's choice; or "unix:/path/sock" */
    struct tls_context *tls; /* borrowed; NULL: in the clear */
    size_t body_max;         /* a larger body is answered 413; 0: none is taken */
    size_t bytes_max;        /* of all bodies under way; a peer's share is half of it */
    unsigned connections_max, peer_connections_max;
    int64_t idle_ms, head_ms, request_ms; /* see http_door.h */
    /* Of its head alone: true, and out filled, when that is all the answer. NULL: nothing to
     * say. */
    bool (*judge)(void *ctx, const struct http_head *h, struct http_answer *out);
    void (*handle)(void *ctx, struct http_request *r, struct http_answer *out);
    void *ctx;
};

MUST_CHECK bool http_server_start(const struct http_server_options *o, struct http_server **out,
                                  struct err *e);
/* The port really bound; 0 for a UNIX socket. */
uint16_t http_server_port(const struct http_server *s);
/* "127.0.0.1:40123": as listen, with that port. */
const char *http_server_where(const struct http_server *s);
void http_server_stop(struct http_server **s);

struct slice http_method(const struct http_request *r);
struct slice http_path(const struct http_request *r); /* as written, with its query, without a
                                                       * proxy's "http://host" (RFC 9112 3.2.2) */
struct slice http_body(const struct http_request *r);
struct slice http_header(const struct http_request *r, const char *name); /* empty when absent */

#endif
