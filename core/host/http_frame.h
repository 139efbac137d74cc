/* http_frame.h - where a request of HTTP/1.1 begins and ends (RFC 9112): its head read strictly,
 * its body followed byte by byte. Pure: no sockets, no memory.
 *
 * What two readers might cut in two ways is refused, so that whatever stands behind us cuts as we
 * do: line ends other than CRLF, control characters, folded lines, a blank before a colon, two
 * lengths or a length beside a coding, a length that is no plain number, a coding other than
 * "chunked", fields after the last chunk, no Host or two, an absolute target whose host is another,
 * a field said twice that stands for one thing. Elsewhere: sockets and deadlines (http_door.h,
 * http_conn.h); what a request is answered (http_server.h). */
#ifndef CONCORDAT_HOST_HTTP_FRAME_H
#define CONCORDAT_HOST_HTTP_FRAME_H

#include "base/slice.h"

#define HTTP_FIELDS_MAX 64

enum http_frame { HTTP_MORE, HTTP_READY, HTTP_BAD };
enum http_body_kind { HTTP_BODY_NONE, HTTP_BODY_LENGTH, HTTP_BODY_CHUNKED };

struct http_field {
    struct slice name, value; /* value: without blanks around it */
};

/* Borrows from the bytes that it was read of. */
struct http_head {
    struct slice method;
    struct slice path;      /* as written, with its query, without a proxy's "http://host" */
    struct slice authority; /* Host; empty: HTTP/1.0 without one */
    struct http_field fields[HTTP_FIELDS_MAX];
    size_t field_count;
    enum http_body_kind body;
    uint64_t length; /* of HTTP_BODY_LENGTH */
    bool is_1_0;
    size_t bytes;    /* of the head, with its empty line */
    int status;      /* of HTTP_BAD: what it is answered */
    const char *why; /* of HTTP_BAD: in words, nothing of the request */
};

/* The head that in begins with, of at most max bytes. *seen: how many bytes of in were looked at
 * before, 0 at first, so that each byte is looked for an end once however they drip. */
enum http_frame http_head(struct slice in, size_t *seen, size_t max, struct http_head *out);
/* Empty when it is absent; the first of several. */
struct slice http_head_field(const struct http_head *h, const char *name);
/* The host of its authority, without port and brackets. */
struct slice http_head_host(const struct http_head *h);

/* The path of a target with its query, without a proxy's "http://host", which goes to *from, else
 * empty. */
struct slice http_target_path(struct slice target, struct slice *from);

struct http_body {
    enum http_body_kind kind;
    int state;
    unsigned count; /* digits, or bytes of an extension */
    uint64_t left;  /* of the length or of this chunk */
    uint64_t bytes; /* announced so far: the length, or all chunks up to this one */
};

void http_body_begin(struct http_body *b, const struct http_head *h);
/* Follows it through in; *used: how many of these bytes are it, at most in.n. */
enum http_frame http_body_follow(struct http_body *b, struct slice in, size_t *used);

#endif
