/* mllp_listen.c - the listening socket, and who is let in. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include "base/arena.h"
#include "transport/mllp_server.h"

#define ACCEPT_MAX 64 /* in one turn */
#define FULL_SAY_NS (60 * 1000 * MS_NS)

static bool is_allowed(const struct mllp *s, const struct sockaddr_storage *from)
{
    for (size_t i = 0; i < s->block_count; i++)
        if (mllp_block_holds(&s->blocks[i], from))
            return true;
    return s->block_count == 0;
}

/* Takes fd. */
static bool add_conn(struct server *v, int fd, const struct sockaddr_storage *from,
                     struct peer *peer)
{
    struct mllp_conn *c = mllp_conn_new(v->s, fd, server_their_ns(v));
    if (!c)
        return false;
    mllp_socket_tune(fd);
    mllp_address_text(from, c->sender);
    c->interest = EPOLLIN;
    if (!server_watch(v, EPOLL_CTL_ADD, fd, EPOLLIN, c)) {
        mllp_conn_free(c);
        return false;
    }
    server_enter(c, peer);
    c->next = v->all;
    if (v->all)
        v->all->prev = c;
    v->all = c;
    v->s->connections++;
    server_hold(v, c); /* it may be gone now */
    return true;
}

static void refuse_peer(struct server *v, int fd, const struct sockaddr_storage *from,
                        struct peer *peer, const char *why)
{
    char text[MLLP_ADDRESS_MAX];
    mllp_address_text(from, text);
    mllp_warn(v->s, peer, v->now_ns, "mllp.peer", text, why);
    v->s->refused++;
    if (fd >= 0)
        close(fd);
}

static void take_peer(struct server *v, int fd, const struct sockaddr_storage *from)
{
    const struct sockaddr *address = (const struct sockaddr *)from;
    struct peer *peer = NULL;
    if (!is_allowed(v->s, from)) {
        refuse_peer(v, fd, from, NULL, "refused: not in 'peers'");
        return;
    }
    enum peers_place place = peers_join(&v->peers, address, &peer);
    bool made_room = false;
    if (place == PEERS_PEER_FULL)
        made_room = server_shed(
            v, peer, "has its share of connections: its longest idle one is closed for another");
    else if (place == PEERS_FULL)
        made_room = server_shed(
            v, peer, "has most of all connections: its longest idle one is closed for another's");
    if (made_room)
        place = peers_join(&v->peers, address, &peer);
    if (place == PEERS_IN && !add_conn(v, fd, from, peer)) {
        peers_leave(&v->peers, peer);
        place = PEERS_NO_MEMORY;
        fd = -1;
    }
    if (place == PEERS_NO_MEMORY)
        refuse_peer(v, fd, from, NULL, "refused: out of memory");
    else if (place != PEERS_IN)
        refuse_peer(v, fd, from, peer, "refused: no connection of it or of others is idle");
}

static void wait_for_room(struct server *v, const char *why)
{
    if (v->full_said_ns == 0 || v->now_ns - v->full_said_ns >= FULL_SAY_NS) {
        v->full_said_ns = v->now_ns;
        mllp_warn(v->s, NULL, v->now_ns, "mllp.full", "", why);
    }
    server_listen(v, false); /* the next sweep tries again */
}

/* Without a file to give, accept4() says so whether somebody waits or not. */
static bool has_waiting_peer(const struct server *v)
{
    struct pollfd p = { .fd = v->s->listener, .events = POLLIN };
    return poll(&p, 1, 0) > 0;
}

/* Files are out, whoever has them: the peer with most connections makes room. */
static bool shed_for_file(struct server *v)
{
    struct peer *most = peers_most(&v->peers);
    if (!most)
        return false;
    return server_shed(v, most,
                       "has most connections: its longest idle one is closed, as files are out");
}

void server_accept(struct server *v)
{
    for (int i = 0; i < ACCEPT_MAX; i++) {
        if (!server_has_room(v)) {
            wait_for_room(v, "'connections_max' reached and none is idle: new peers wait");
            return;
        }
        struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
        socklen_t n = sizeof from;
        int fd =
            accept4(v->s->listener, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        int number = errno;
        if (fd >= 0) {
            take_peer(v, fd, &from);
            continue;
        }
        if (number == EAGAIN)
            return;
        if (!err_is_shortage(number))
            continue;
        if (!has_waiting_peer(v))
            return;
        if (!shed_for_file(v)) {
            wait_for_room(
                v, "cannot accept peers: out of files or memory; they wait (see LimitNOFILE)");
            return;
        }
    }
}

static bool read_peers(struct mllp *s, struct err *e)
{
    size_t n = 0;
    while (s->peers && s->peers[n])
        n++;
    if (n == 0)
        return true;
    s->blocks = mem_alloc(n * sizeof *s->blocks);
    if (!s->blocks)
        return err_memory(e);
    for (size_t i = 0; i < n; i++)
        if (!mllp_block_read(s->peers[i], &s->blocks[i], e))
            return false;
    s->block_count = n;
    return true;
}

static bool bind_one(struct mllp *s, const struct addrinfo *a)
{
    int yes = 1;
    s->listener = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->listener < 0)
        return false;
    (void)setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    bool good = bind(s->listener, a->ai_addr, a->ai_addrlen) == 0;
    good = good && listen(s->listener, SOMAXCONN) == 0;
    if (good)
        return true;
    int why = errno;
    close(s->listener);
    s->listener = -1;
    errno = why;
    return false;
}

bool mllp_server_open(struct mllp *s, struct err *e)
{
    struct addrinfo *list = NULL;
    struct sockaddr_storage bound = { .ss_family = AF_UNSPEC };
    socklen_t n = sizeof bound;
    if (!read_peers(s, e))
        return false;
    if (!mllp_resolve(s->listen, true, &list, e))
        return false;
    bool done = false;
    for (const struct addrinfo *a = list; a && !done; a = a->ai_next)
        done = bind_one(s, a);
    freeaddrinfo(list);
    if (!done || getsockname(s->listener, (struct sockaddr *)&bound, &n) != 0)
        return err_errno(e, ERR_FATAL, "mllp.listen", errno, "cannot listen on", s->listen);
    mllp_address_text(&bound, s->where);
    s->end_ms = MLLP_END_MS;
    return true;
}
