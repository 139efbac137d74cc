/* mllp_server.c - the receiving loop: one thread, one epoll, one take() a turn.
 *
 * A turn: wait; accept and read; cut frames from all that have some, up to a turn's share, and have
 * each prepared; hand them up together; queue and send the answers; close who is done. A connection
 * whose frames did not all fit goes first in the next turn. Senders wait for their answer, so those
 * of the last two turns are about to send again: a turn lingers for them a small part of what a
 * commit takes, else senders fall into two halves that each wait for the other's commit. Nothing is
 * allocated for a message: the buffers of its connection and the turn's tables are used again. */
#include <errno.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "transport/mllp_server.h"

#define EVENTS_MAX 256
#define TURN_MAX 1024
#define TURN_BYTES_MAX ((size_t)32 * 1024 * 1024)
#define LINGER_NS_MAX (MS_NS / 2)
#define LINGER_PART 6 /* of what a take() last took */

/* How many of those answered in the last two turns have not sent again. */
static size_t expected_senders(const struct server *v)
{
    return v->answered[(v->turn - 1) % 4] + v->answered[(v->turn - 2) % 4];
}

static void join_turn(struct server *v, struct mllp_conn *c)
{
    server_expect_no_more(v, c);
    if (c->in_turn)
        return;
    c->in_turn = true;
    c->next_in_turn = NULL;
    if (v->last)
        v->last->next_in_turn = c;
    else
        v->first = c;
    v->last = c;
}

static void bury_gone(struct server *v)
{
    while (v->gone) {
        struct mllp_conn *next = v->gone->next;
        mllp_conn_free(v->gone);
        v->gone = next;
    }
}

/* Cuts frames until this peer has no more or the turn is full. What can be done with each alone is
 * done while the turn still waits for others. */
static void gather_frames(struct server *v, struct mllp_conn *c)
{
    while (v->count < TURN_MAX && v->bytes < TURN_BYTES_MAX) {
        struct arrival *in = &v->in[v->count];
        if (!mllp_conn_next(c, server_their_ns(v), in))
            return;
        v->from[v->count++] = c;
        v->bytes += in->bytes.n;
        if (v->up.prepare)
            v->up.prepare(v->up.ctx, in);
    }
    c->more = true;
}

static void answer_all(struct server *v)
{
    if (v->count == 0)
        return;
    memset(v->out, 0, v->count * sizeof *v->out);
    int64_t start_ns = clock_mono_ns();
    v->up.take(v->up.ctx, v->in, v->out, v->count);
    v->now_ns = clock_mono_ns();
    v->take_ns = v->now_ns - start_ns;
    v->stored_ns += v->take_ns;
    v->answered[v->turn % 4] = 0;
    for (size_t i = 0; i < v->count; i++) {
        struct mllp_conn *c = v->from[i];
        mllp_conn_answer(c, &v->out[i]);
        if (c->answered != v->turn) /* the first of its answers in this turn */
            v->answered[v->turn % 4]++;
        c->answered = v->turn;
    }
    v->turn++;
    v->count = v->bytes = 0;
}

/* After the answers are queued: send, tidy, watch for what comes next, close. */
static void settle_peer(struct server *v, struct mllp_conn *c)
{
    mllp_conn_flush(c, server_their_ns(v));
    mllp_conn_tidy(c);
    server_hold(v, c);
    server_maybe(v, c);
    c->in_turn = false;
    if (mllp_conn_is_done(c)) {
        server_drop(v, c);
        return;
    }
    server_active(v, c);
    uint32_t wanted = mllp_conn_wants(c);
    if (wanted != c->interest) {
        if (server_watch(v, EPOLL_CTL_MOD, c->link.fd, wanted, c))
            c->interest = wanted;
    }
    if (c->more || mllp_conn_is_unread(c))
        join_turn(v, c);
}

static void finish_turn(struct server *v)
{
    for (struct mllp_conn *c = v->first; c; c = c->next_in_turn) {
        if (mllp_conn_is_unread(c)) {
            mllp_conn_read(c, server_their_ns(v));
            server_hold(v, c);
        }
        gather_frames(v, c);
    }
    answer_all(v);
    struct mllp_conn *c = v->first;
    v->first = v->last = NULL;
    v->ahead = false;
    while (c) {
        struct mllp_conn *next = c->next_in_turn;
        settle_peer(v, c);
        c = next;
    }
}

static void handle_peer(struct server *v, struct mllp_conn *c, uint32_t events)
{
    if (c->link.fd < 0) /* closed for another in this turn */
        return;
    if (c->handed) { /* read when it has its answer: the next turn is told again */
        v->ahead = true;
        return;
    }
    join_turn(v, c);
    bool is_gone = (events & (EPOLLHUP | EPOLLERR)) != 0;
    bool has_bytes = (events & EPOLLIN) != 0;
    if (has_bytes || is_gone || c->read_writes)
        mllp_conn_read(c, server_their_ns(v));
    bool is_read = c->eof && !c->more;
    if (is_gone && is_read && c->out.n > 0)
        c->dead = true; /* nobody is there to read an answer */
    server_hold(v, c);
    gather_frames(v, c);
}

/* Has those in this turn behind whose FS nothing came in time. What lies in the socket unread has
 * come. */
static void end_overdue(struct server *v)
{
    v->now_ns = clock_mono_ns();
    struct mllp_conn *c = server_overdue_end(v, NULL);
    for (; c; c = server_overdue_end(v, c)) {
        size_t had = c->in.n;
        if (c->in_turn)
            continue;
        mllp_conn_read(c, server_their_ns(v));
        c->ends = c->in.n == had;
        join_turn(v, c);
        server_hold(v, c);
    }
}

static void handle_ready(struct server *v, const struct epoll_event *ev)
{
    if (ev->data.ptr == &v->s->wake) {
        v->stopped = true;
    } else if (ev->data.ptr == &v->s->listener) {
        server_accept(v);
    } else {
        handle_peer(v, ev->data.ptr, ev->events);
    }
}

static void handle_all(struct server *v, const struct epoll_event *events, int n)
{
    v->now_ns = clock_mono_ns();
    for (int i = 0; i < n; i++)
        handle_ready(v, &events[i]);
}

/* Waits a little for those who are about to send; work on what comes meanwhile does not count. */
static void linger_for_senders(struct server *v, struct epoll_event *events)
{
    int64_t left_ns = v->take_ns / LINGER_PART;
    left_ns = left_ns < LINGER_NS_MAX ? left_ns : LINGER_NS_MAX;
    while (v->first && !v->stopped && !v->ahead && expected_senders(v) > 0 && left_ns > 0) {
        struct timespec left = { 0, left_ns };
        int64_t from_ns = clock_mono_ns();
        int n = epoll_pwait2(v->epoll, events, EVENTS_MAX, &left, NULL);
        if (n <= 0)
            return;
        handle_all(v, events, n);
        left_ns -= v->now_ns - from_ns;
    }
}

static bool server_turn(struct server *v, struct err *e)
{
    struct epoll_event events[EVENTS_MAX];
    int n = epoll_wait(v->epoll, events, EVENTS_MAX, v->first ? 0 : server_wait_ms(v));
    if (n < 0 && errno != EINTR)
        return err_errno(e, ERR_FATAL, "mllp.listen", errno, "cannot wait on", v->s->where);
    handle_all(v, events, n);
    linger_for_senders(v, events);
    end_overdue(v);
    finish_turn(v);
    if (v->now_ns - v->swept_ns >= server_sweep_ms(v) * MS_NS)
        server_sweep(v);
    bury_gone(v);
    return true;
}

static bool server_init(struct server *v, struct err *e)
{
    v->in = mem_alloc(TURN_MAX * sizeof *v->in);
    v->out = mem_alloc(TURN_MAX * sizeof *v->out);
    v->from = mem_alloc(TURN_MAX * sizeof(struct mllp_conn *));
    if (!v->in || !v->out || !v->from || !server_limits(v, e))
        return err_memory(e);
    v->epoll = epoll_create1(EPOLL_CLOEXEC);
    v->listening = true;
    v->turn = 4;
    v->now_ns = v->swept_ns = clock_mono_ns();
    if (v->epoll < 0 || !server_watch(v, EPOLL_CTL_ADD, v->s->wake.fd, EPOLLIN, &v->s->wake) ||
        !server_watch(v, EPOLL_CTL_ADD, v->s->listener, EPOLLIN, &v->s->listener))
        return err_errno(e, ERR_FATAL, "mllp.listen", errno, "cannot watch", v->s->where);
    return true;
}

static void server_release(struct server *v)
{
    while (v->all)
        server_drop(v, v->all);
    bury_gone(v);
    peers_release(&v->peers);
    if (v->epoll >= 0)
        close(v->epoll);
    mem_free(v->in);
    mem_free(v->out);
    mem_free(v->from);
}

bool mllp_server_run(struct mllp *s, struct intake up, struct err *e)
{
    struct server v = { .s = s, .up = up, .epoll = -1 };
    bool good = server_init(&v, e);
    while (good && !v.stopped)
        good = server_turn(&v, e);
    server_release(&v);
    return good;
}
