/* mllp_limits.c - shares of connections and bytes, and deadlines.
 *
 * Nobody is kept out by who came first. When a peer has its share of connections its own longest
 * idle one makes room for the next; when the listener is full, that of whoever has most. Bytes go
 * the same way: whoever holds most loses the connection that holds most. A sender who is cut off
 * sends again; nothing that was answered is lost. */
#include "transport/mllp_server.h"

/* A connection that had a message within QUIET_NS is at work, unless its peer has more than FEW. */
#define QUIET_NS (1000 * MS_NS)
#define FEW 4
#define SWEEP_MS_MAX 1000
#define SWEEP_MS_MIN 10

bool server_limits(struct server *v, struct err *e)
{
    const struct mllp *s = v->s;
    const struct peers_limits l = {
        .connections_max = (size_t)mllp_connections_max(s),
        .peer_connections_max = (size_t)mllp_peer_connections_max(s),
        .bytes_max = (size_t)mllp_buffers_max(s),
        .peer_bytes_max = (size_t)mllp_peer_buffers_max(s),
    };
    return peers_init(&v->peers, &l, e);
}

static bool is_idle(const struct server *v, const struct peer *peer, const struct mllp_conn *c)
{
    if (c->in_turn)
        return false;
    bool is_quiet = server_their_ns(v) - c->active_ns >= QUIET_NS;
    return is_quiet || !c->useful || peer->connections > FEW;
}

static struct mllp_conn *longest_idle(const struct server *v, const struct peer *peer)
{
    struct mllp_conn *c = peer->first;
    while (c && !is_idle(v, peer, c))
        c = c->peer_next;
    return c;
}

bool server_can_shed(const struct server *v, const struct peer *peer)
{
    return longest_idle(v, peer) != NULL;
}

bool server_has_room(const struct server *v)
{
    return !server_is_full(v) || server_can_shed(v, peers_most(&v->peers));
}

bool server_shed(struct server *v, struct peer *peer, const char *why)
{
    struct mllp_conn *c = longest_idle(v, peer);
    if (!c)
        return false;
    v->s->shed++;
    mllp_warn(v->s, peer, v->now_ns, "mllp.shed", c->sender, why);
    server_drop(v, c);
    return true;
}

static void count_held(struct server *v, struct mllp_conn *c)
{
    size_t now = mllp_conn_bytes(c);
    peers_hold(&v->peers, c->peer, c->held, now);
    c->held = now;
}

/* The connection of a peer that holds most, of which no frame is being handed up. */
static struct mllp_conn *largest_of_peer(const struct peer *peer)
{
    struct mllp_conn *most = NULL;
    size_t held = 0;
    for (struct mllp_conn *c = peer->first; c; c = c->peer_next) {
        if (c->handed || c->held <= held)
            continue;
        most = c;
        held = c->held;
    }
    return most;
}

/* Frees the buffers of the peer's largest connection, or closes it. Buffers that are kept for the
 * next message go without closing anything. */
static bool give_back(struct server *v, struct peer *peer)
{
    struct mllp_conn *c = largest_of_peer(peer);
    if (!c)
        return false;
    if (!mllp_conn_release(c)) {
        v->s->shed++;
        mllp_warn(v->s, peer, v->now_ns, "mllp.shed", c->sender,
                  "holds too much of what it has begun: closed, as the limit of bytes is reached");
        if (!c->in_turn) {
            server_drop(v, c);
            return true;
        }
        mllp_conn_kill(c); /* the end of the turn closes it */
    }
    count_held(v, c);
    return true;
}

void server_hold(struct server *v, struct mllp_conn *c)
{
    count_held(v, c);
    while (!c->dead) { /* which may be the one that goes */
        struct peer *who = peers_over(&v->peers, c->peer);
        if (!who || !give_back(v, who))
            return;
    }
}

/* Why a connection is to be closed, and under which code; NULL: it is not. What comes within a
 * message renews nothing. */
static const char *why_overdue(const struct server *v, const struct mllp_conn *c, const char **code)
{
    int64_t now_ns = server_their_ns(v);
    *code = "mllp.slow";
    if (c->frame_ns > 0 && now_ns - c->frame_ns > v->s->message_ms * MS_NS)
        return "did not end what it had begun within 'message_time': closed";
    *code = "mllp.idle";
    if (v->s->idle_ms > 0 && now_ns - c->active_ns > v->s->idle_ms * MS_NS)
        return "sent no whole message for too long: closed";
    return NULL;
}

void server_sweep(struct server *v)
{
    v->swept_ns = v->now_ns;
    for (struct mllp_conn *c = v->all, *next; c; c = next) {
        const char *code = NULL, *why = NULL;
        next = c->next;
        if (!c->in_turn)
            why = why_overdue(v, c, &code);
        if (!why)
            continue;
        if (strcmp(code, "mllp.slow") == 0)
            v->s->slow++;
        mllp_warn(v->s, c->peer, v->now_ns, code, c->sender, why);
        server_drop(v, c);
    }
    if (server_has_room(v))
        server_listen(v, true);
}

static int64_t end_due_ns(const struct mllp_conn *c)
{
    return c->maybe_ns + c->s->end_ms * MS_NS;
}

struct mllp_conn *server_overdue_end(const struct server *v, const struct mllp_conn *c)
{
    struct mllp_conn *next = c ? c->maybe_next : v->maybe_first;
    return next && end_due_ns(next) <= server_their_ns(v) ? next : NULL;
}

int server_wait_ms(const struct server *v)
{
    int sweep_ms = server_sweep_ms(v);
    if (!v->maybe_first)
        return sweep_ms;
    int64_t left_ns = end_due_ns(v->maybe_first) - server_their_ns(v);
    int left_ms = left_ns > 0 ? (int)(left_ns / MS_NS) + 1 : 0;
    return left_ms < sweep_ms ? left_ms : sweep_ms;
}

int server_sweep_ms(const struct server *v)
{
    int64_t least = v->s->message_ms;
    if (v->s->idle_ms > 0 && v->s->idle_ms < least)
        least = v->s->idle_ms;
    if (least / 4 > SWEEP_MS_MAX)
        return SWEEP_MS_MAX;
    return least / 4 < SWEEP_MS_MIN ? SWEEP_MS_MIN : (int)(least / 4);
}
