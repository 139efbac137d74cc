/* http_door.h - stands before the web server: accepts, bounds, reads each head, and lets in what is
 * good.
 *
 * The web server (http_server.c) never sees a socket of the network, only bytes that were let in,
 * over a socket pair for each connection. The door holds each address and the listener to their
 * shares, each head and each request to a deadline whatever drips, and cuts requests by their
 * framing (http_frame.h): each one of a connection that is kept has its head judged, by judge(),
 * before a byte of its body is asked for. Following the framing was chosen over one request a
 * connection, since a sender of many small messages would pay a connection, and with TLS a
 * handshake, for each. What is refused is answered by the door, and its connection ends.
 *
 * With TLS it ends here: the web server sees plain bytes. Why a handshake failed is said, and whose
 * certificate was shown.
 *
 * A listener that is full makes room: of the address that has most connections the one goes that
 * has been of no use for longest, unless its request waits for its answer. So does an address that
 * has its share.
 *
 * Threads: one of its own, in which judge() and hand_over() are called. Errors: http.door
 * (ERR_FATAL). */
#ifndef CONCORDAT_HOST_HTTP_DOOR_H
#define CONCORDAT_HOST_HTTP_DOOR_H

#include <sys/socket.h>

#include "base/err.h"
#include "host/http_frame.h"
#include "host/http_server.h"
#include "host/peers.h"
#include "host/tls.h"

struct http_door;

struct http_door_options {
    const char *where;       /* for the log */
    int listener;            /* taken */
    struct tls_context *tls; /* NULL: in the clear */
    struct peers_limits peers;
    size_t body_max;    /* a larger one is answered 413 */
    int64_t idle_ms;    /* a kept connection without a request */
    int64_t head_ms;    /* a head, from its first byte; of the first one from the connection on */
    int64_t request_ms; /* a request, from its first byte; and taking its answer */
    /* Fills out, and says true, to answer a request by its head alone. */
    bool (*judge)(void *ctx, const struct http_head *h, struct http_answer *out);
    /* Takes fd: our end of the pair is the web server's peer. */
    bool (*hand_over)(void *ctx, int fd, const struct sockaddr *from, socklen_t from_n);
    const char *(*phrase)(unsigned status);
    void *ctx;
};

MUST_CHECK bool http_door_start(const struct http_door_options *o, struct http_door **out,
                                struct err *e);
void http_door_stop(struct http_door **d);

#endif
