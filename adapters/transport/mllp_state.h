/* mllp_state.h - what the files of the MLLP transport share; private to them. */
#ifndef CONCORDAT_TRANSPORT_MLLP_STATE_H
#define CONCORDAT_TRANSPORT_MLLP_STATE_H

#include <netdb.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/buf.h"
#include "host/waker.h"
#include "transport/mllp.h"
#include "transport/mllp_link.h"

/* An address block of `peers`; IPv4 is kept as ::ffff:a.b.c.d, so that one comparison serves
 * both. */
struct mllp_block {
    uint8_t address[16];
    unsigned bits;
};

struct mllp {
    /* options; see mllp_options in mllp.c */
    const char *listen, *connect;
    const char **peers;
    struct secure secure;
    int64_t frame_max, idle_ms, message_ms, timeout_ms;
    int64_t connections_max, peer_connections_max, buffers_max,
        peer_buffers_max; /* 0: see mllp_max.c */

    /* both */
    struct waker wake;         /* stop() wakes it */
    char where[80], host[256]; /* where it listens; whom it calls */
    struct tls_context *tls;   /* NULL: in the clear */

    /* server */
    int64_t end_ms; /* MLLP_END_MS, from open() on */
    size_t files;   /* that there are for connections; 0: nobody has said */
    int listener;
    struct mllp_block *blocks;
    size_t block_count;
    _Atomic uint64_t connections, refused, frames, empty, junk_bytes, too_large, cut_short, shed,
        slow, tls_failed;
    int64_t said_ns; /* since when the next two count; mllp_warn */
    uint64_t said, unsaid;

    /* client; its fd -1: not connected */
    _Atomic int64_t
        shown_until_ms; /* the end of the last certificate that was shown; 0: none yet */
    struct mllp_link link;
    struct buf work; /* the frame that goes out, then the answer that comes */
};

/* mllp_max.c: the limits, or what they are where the site does not say. */
int64_t mllp_connections_max(const struct mllp *s);
int64_t mllp_peer_connections_max(const struct mllp *s);
int64_t mllp_buffers_max(const struct mllp *s);
int64_t mllp_peer_buffers_max(const struct mllp *s);
/* mllp_warn.c. A line about a connection: of one peer one a minute, of all a few dozen; NULL: not
 * counted to one. The server's thread. */
struct peer;
void mllp_warn(struct mllp *s, struct peer *peer, int64_t now_ns, const char *code,
               const char *sender, const char *what);

/* mllp_net.c: addresses and sockets. */
#define MLLP_ADDRESS_MAX 80
/* Splits "host:port" or "[v6]:port"; mllp.option when it is neither. */
MUST_CHECK bool mllp_address_check(const char *text, struct address *out, struct err *e);
/* The same, and resolves it; gives a list for freeaddrinfo. */
MUST_CHECK bool mllp_resolve(const char *text, bool passive, struct addrinfo **out, struct err *e);
void mllp_address_text(const struct sockaddr_storage *from, char out[MLLP_ADDRESS_MAX]);
MUST_CHECK bool mllp_block_parse(const char *text, struct mllp_block *out);
/* The same; mllp.option when it is none. */
MUST_CHECK bool mllp_block_read(const char *text, struct mllp_block *out, struct err *e);
/* Whether that many blocks together name nobody: half of IPv4 or more, or as much as is routed of
 * IPv6. */
bool mllp_block_is_anybody(const struct mllp_block *all, size_t n);
bool mllp_block_holds(const struct mllp_block *b, const struct sockaddr_storage *from);
/* Sets what every connection wants: no delay, kernel keep-alive. */
void mllp_socket_tune(int fd);

/* mllp_listen.c */
MUST_CHECK bool mllp_server_open(struct mllp *s, struct err *e);
/* mllp_server.c */
MUST_CHECK bool mllp_server_run(struct mllp *s, struct intake up, struct err *e);
/* mllp_client.c */
void mllp_client_send(struct mllp *s, const struct outgoing *m, struct buf *answer,
                      struct handing *out);

#endif
