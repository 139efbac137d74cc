/* http_conn.h - one connection of the door: its peer on one side, the web server on the other. Only
 * for the files of the door.
 *
 * WAITS for a head or reads one; then BODY, as far as it goes; then ANSWER, until its first byte
 * comes. ENDING: the web server has had its last byte, what it still says goes out, and behind it
 * the refusal, if there is one. LINGERS: the peer reads the last answer; what it still sends is
 * thrown away, since closing on it would take the answer back (RFC 9112 section 9.6). */
#ifndef CONCORDAT_HOST_HTTP_CONN_H
#define CONCORDAT_HOST_HTTP_CONN_H

#include "base/buf.h"
#include "host/http_door.h"
#include "host/tls.h"

enum http_phase { HTTP_WAITS, HTTP_READS_BODY, HTTP_AWAITS_ANSWER, HTTP_ENDING, HTTP_LINGERS };

/* What the loop watches. */
struct http_end {
    struct http_conn *conn;
    int fd;          /* -1: none */
    uint32_t events; /* watched for */
    bool is_watched;
    bool is_over; /* nothing more comes of it */
};

struct http_conn {
    struct http_end peer, server;
    struct http_door *door;
    const struct http_door_options *o;
    struct peer *who;
    struct http_conn *before, *after; /* of its peer, the one that waits longest first */
    struct http_conn *previous, *next, *next_gone; /* of all */
    struct sockaddr_storage from;
    socklen_t from_n;
    enum http_phase phase;
    struct buf in, out, refusal;
    size_t passed; /* of in: judged good, on its way to the web server */
    size_t seen;   /* of in: looked at for the end of a head */
    struct http_body body;
    bool blank; /* an empty line before a head was passed over */
    bool dead, is_said;
    struct tls *tls; /* NULL: in the clear */
    struct err tls_error;
    bool wants_read, wants_write; /* of tls: writing waits to read, reading or ending to write */
    bool is_known;                /* its handshake is done, and said */
    size_t held;                  /* what its peer is said to hold for it */
    size_t thrown;
    int64_t now_ms, begun_ms, deadline_ms, out_deadline_ms;
    int status; /* refused with; 0: not */
    const char *why;
};

/* Takes fd; NULL: no memory. */
struct http_conn *http_conn_new(const struct http_door_options *o, int fd,
                                const struct sockaddr_storage *from, socklen_t from_n,
                                int64_t now_ms);
/* Closes both ends; what is in it stays until it is freed. */
void http_conn_shut(struct http_conn *c);
void http_conn_free(struct http_conn *c);
/* As far as it goes now. */
void http_conn_go(struct http_conn *c, int64_t now_ms);
/* Whether its time is up: then it is dead, or goes to say so. */
bool http_conn_is_late(struct http_conn *c, int64_t now_ms);
/* What to watch each end for. */
uint32_t http_conn_wants_peer(const struct http_conn *c);
uint32_t http_conn_wants_server(const struct http_conn *c);
/* Whether it may be closed for another: no whole request of it waits for its answer. */
bool http_conn_may_go(const struct http_conn *c);

#endif
