/* mllp_member.c - a connection among its peer's and among all: come, at work, gone. */
#include "transport/mllp_server.h"

static void unlist_conn(struct mllp_conn *c)
{
    struct mllp_conn *before = c->peer_prev, *after = c->peer_next;
    if (before)
        before->peer_next = after;
    else
        c->peer->first = after;
    if (after)
        after->peer_prev = before;
    else
        c->peer->last = before;
}

static void list_last(struct mllp_conn *c)
{
    c->peer_next = NULL;
    c->peer_prev = c->peer->last;
    if (c->peer_prev)
        c->peer_prev->peer_next = c;
    else
        c->peer->first = c;
    c->peer->last = c;
}

void server_enter(struct mllp_conn *c, struct peer *peer)
{
    c->peer = peer;
    list_last(c);
}

void server_leave(struct server *v, struct mllp_conn *c)
{
    peers_hold(&v->peers, c->peer, c->held, 0);
    unlist_conn(c);
    peers_leave(&v->peers, c->peer);
    c->peer = NULL;
}

void server_active(struct server *v, struct mllp_conn *c)
{
    if (c->listed_ns == c->active_ns)
        return;
    c->listed_ns = c->active_ns;
    unlist_conn(c);
    list_last(c);
    peers_active(&v->peers, c->peer);
}

void server_expect_no_more(struct server *v, struct mllp_conn *c)
{
    bool is_counted = c->answered + 2 >= v->turn; /* nobody reads the counts of older turns */
    if (is_counted)
        v->answered[c->answered % 4]--;
    c->answered = 0;
}

static void unlist_maybe(struct server *v, struct mllp_conn *c)
{
    struct mllp_conn *before = c->maybe_prev, *after = c->maybe_next;
    if (!c->maybe_listed)
        return;
    if (before)
        before->maybe_next = after;
    else
        v->maybe_first = after;
    if (after)
        after->maybe_prev = before;
    else
        v->maybe_last = before;
    c->maybe_listed = false;
}

void server_maybe(struct server *v, struct mllp_conn *c)
{
    unlist_maybe(v, c);
    if (!c->maybe_ns)
        return;
    c->maybe_listed = true;
    c->maybe_next = NULL;
    c->maybe_prev = v->maybe_last;
    if (v->maybe_last)
        v->maybe_last->maybe_next = c;
    else
        v->maybe_first = c;
    v->maybe_last = c;
}

void server_drop(struct server *v, struct mllp_conn *c)
{
    unlist_maybe(v, c);
    if (c->prev)
        c->prev->next = c->next;
    else
        v->all = c->next;
    if (c->next)
        c->next->prev = c->prev;
    server_expect_no_more(v, c);
    server_leave(v, c);
    mllp_conn_close(c);
    c->dead = true;
    c->next = v->gone;
    v->gone = c;
    if (!server_is_full(v))
        server_listen(v, true);
}
