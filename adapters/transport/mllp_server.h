/* mllp_server.h - the state of a listener's loop, shared by its files; private to them.
 *
 * From the top: mllp_server.c: the turns. mllp_listen.c: the listening socket, and who is let in.
 * mllp_limits.c: what a peer and all of them may hold, and for how long. mllp_member.c: who is
 * there. mllp_watch.c: what the loop is told of. A connection that is closed in a turn stands in
 * `gone` until the turn ends: events that were told before may still name it. Of the time a peer
 * has, what we took to store is not counted: server_their_ns. */
#ifndef CONCORDAT_TRANSPORT_MLLP_SERVER_H
#define CONCORDAT_TRANSPORT_MLLP_SERVER_H

#include <sys/epoll.h>

#include "host/peers.h"
#include "transport/mllp_conn.h"

#define MS_NS ((int64_t)1000000)

struct server {
    struct mllp *s;
    struct intake up;
    int epoll;
    bool listening, stopped;
    struct peers peers;
    struct mllp_conn *all, *gone;
    struct mllp_conn *maybe_first, *maybe_last; /* whose frame may have ended */
    int64_t now_ns, swept_ns, stored_ns, full_said_ns;

    struct mllp_conn *first, *last; /* the connections of this turn */
    struct arrival *in;
    struct answer *out;
    struct mllp_conn **from;
    size_t count, bytes;

    bool ahead;         /* a peer of this turn sends before it has its answer */
    uint64_t turn;      /* counts takes, from 4 */
    size_t answered[4]; /* connections that turn number t answered and that have not sent since, at
                           t % 4 */
    int64_t take_ns;    /* what the last take() took */
};

static inline int64_t server_their_ns(const struct server *v)
{
    return v->now_ns - v->stored_ns;
}

static inline bool server_is_full(const struct server *v)
{
    return v->peers.connections >= v->peers.limits.connections_max;
}

/* mllp_watch.c */
MUST_CHECK bool server_watch(const struct server *v, int op, int fd, uint32_t events, void *who);
/* Peers wait in the kernel's queue while we do not listen. */
void server_listen(struct server *v, bool wanted);

/* mllp_member.c. A connection becomes one of its peer's, already counted by peers_join; and is one
 * no longer. */
void server_enter(struct mllp_conn *c, struct peer *peer);
void server_leave(struct server *v, struct mllp_conn *c);
/* What it has done since it was looked at counts: a whole message sent, or an answer taken. */
void server_active(struct server *v, struct mllp_conn *c);
/* c is no longer one that is about to send. */
void server_expect_no_more(struct server *v, struct mllp_conn *c);
/* Whether c is one whose frame may have ended, and since when, may have changed. */
void server_maybe(struct server *v, struct mllp_conn *c);
/* Closes a connection that stands in no turn. */
void server_drop(struct server *v, struct mllp_conn *c);

/* mllp_limits.c */
MUST_CHECK bool server_limits(struct server *v, struct err *e);
/* Whether one of its connections could be closed for another; closes the longest idle one. */
bool server_can_shed(const struct server *v, const struct peer *peer);
bool server_shed(struct server *v, struct peer *peer, const char *why);
/* Whether one more can be taken in, if need be for another. */
bool server_has_room(const struct server *v);
/* Counts what c holds now; when that is too much, who holds most gives some back, and c may be
 * dead. */
void server_hold(struct server *v, struct mllp_conn *c);
/* The first connection behind c (NULL: of all) whose frame has ended, as nothing came behind its FS
 * in time; NULL: there is none. */
struct mllp_conn *server_overdue_end(const struct server *v, const struct mllp_conn *c);
/* Closes peers that have been silent, or have not read their answers, or let a message drag on, for
 * too long. */
void server_sweep(struct server *v);
int server_sweep_ms(const struct server *v);
/* Until the next of these has to be done. */
int server_wait_ms(const struct server *v);

/* mllp_listen.c */
void server_accept(struct server *v);

#endif
