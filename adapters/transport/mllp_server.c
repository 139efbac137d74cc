/* mllp_server.c - the receiving loop: one thread, one epoll, one take() a turn.
 *
 * A turn: wait; accept and read; cut frames from all that have some, up to a turn's share, and have
 * each prepared; hand them up together; queue and send the answers; close who is done. A connection
 * whose frames did not all fit goes first in the next turn. Senders wait for their answer, so those of the last two turns are
 * about to send again: a turn lingers for them a small part of what a commit takes, else senders fall
 * into two halves that each wait for the other's commit. Nothing is allocated for a message: the
 * buffers of its connection and the turn's tables are used again. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "host/log.h"
#include "transport/mllp_conn.h"

#define EVENTS_MAX 256
#define ACCEPT_MAX 64 /* in one turn */
#define TURN_MAX 1024
#define TURN_BYTES_MAX ((size_t)32 * 1024 * 1024)
#define SWEEP_MS_MAX 1000
#define MS_NS ((int64_t)1000000)
#define LINGER_NS_MAX (MS_NS / 2)
#define LINGER_PART 6 /* of what a take() last took */

struct server {
    struct mllp *s;
    struct intake up;
    int epoll;
    bool listening, stopped;
    struct mllp_conn *all;
    int64_t conn_count, connections_max, now_ns, swept_ns;

    struct mllp_conn *first, *last; /* the connections of this turn */
    struct arrival *in;
    struct answer *out;
    struct mllp_conn **from;
    size_t count, bytes;

    bool ahead;         /* a peer of this turn sends before it has its answer */
    uint64_t turn;      /* counts takes, from 4 */
    size_t answered[4]; /* connections that turn number t answered and that have not sent since, at t % 4 */
    int64_t take_ns;    /* what the last take() took */
};

static bool watch(const struct server *v, int op, int fd, uint32_t events, void *who)
{
    struct epoll_event ev = { .events = events, .data.ptr = who };
    return epoll_ctl(v->epoll, op, fd, &ev) == 0;
}

static void log_server(const struct server *v, enum log_level level, const char *code,
                       const char *what)
{
    struct log_who who = { "mllp", v->s->where };
    log_line(level, &who, code, "%s", what);
}

/* Peers wait in the kernel's queue while we cannot take more. */
static void set_listening(struct server *v, bool wanted)
{
    if (v->listening != wanted &&
        watch(v, EPOLL_CTL_MOD, v->s->listener, wanted ? (uint32_t)EPOLLIN : 0, &v->s->listener))
        v->listening = wanted;
}

/* c is no longer one that is about to send. */
static void expect_no_more(struct server *v, struct mllp_conn *c)
{
    if (c->answered + 2 >= v->turn)
        v->answered[c->answered % 4]--;
    c->answered = 0;
}

/* How many of those answered in the last two turns have not sent again. */
static size_t expected(const struct server *v)
{
    return v->answered[(v->turn - 1) % 4] + v->answered[(v->turn - 2) % 4];
}

static void join_turn(struct server *v, struct mllp_conn *c)
{
    expect_no_more(v, c);
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

static bool is_allowed(const struct mllp *s, const struct sockaddr_storage *from)
{
    for (size_t i = 0; i < s->block_count; i++)
        if (mllp_block_holds(&s->blocks[i], from))
            return true;
    return s->block_count == 0;
}

static bool add_conn(struct server *v, int fd, const struct sockaddr_storage *from)
{
    struct mllp_conn *c = mllp_conn_new(v->s, fd, v->now_ns);
    if (!c)
        return false;
    mllp_socket_tune(fd);
    mllp_address_text(from, c->sender);
    c->interest = EPOLLIN;
    if (!watch(v, EPOLL_CTL_ADD, fd, EPOLLIN, c)) {
        c->fd = -1;
        mllp_conn_free(c);
        return false;
    }
    c->next = v->all;
    if (v->all)
        v->all->prev = c;
    v->all = c;
    v->conn_count++;
    v->s->connections++;
    return true;
}

static void take_peer(struct server *v, int fd, const struct sockaddr_storage *from)
{
    if (is_allowed(v->s, from)) {
        if (!add_conn(v, fd, from))
            close(fd);
        return;
    }
    char text[MLLP_ADDRESS_MAX];
    struct log_who who = { "mllp", v->s->where };
    mllp_address_text(from, text);
    log_line(LOG_WARN, &who, "mllp.peer", "peer %s refused: not in 'peers'", text);
    v->s->refused++;
    close(fd);
}

static void accept_peers(struct server *v)
{
    for (int i = 0; i < ACCEPT_MAX; i++) {
        if (v->conn_count >= v->connections_max) {
            log_server(v, LOG_WARN, "mllp.full", "'connections_max' reached: new peers wait");
            set_listening(v, false);
            return;
        }
        struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
        socklen_t n = sizeof from;
        int fd = accept4(v->s->listener, (struct sockaddr *)&from, &n,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            take_peer(v, fd, &from);
            continue;
        }
        if (errno == EAGAIN)
            return;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            log_server(v, LOG_ERROR, "mllp.full", "cannot accept peers: out of files or memory");
            set_listening(v, false); /* the next sweep tries again */
            return;
        }
    }
}

static void drop(struct server *v, struct mllp_conn *c)
{
    if (c->prev)
        c->prev->next = c->next;
    else
        v->all = c->next;
    if (c->next)
        c->next->prev = c->prev;
    v->conn_count--;
    expect_no_more(v, c);
    mllp_conn_free(c);
    if (v->conn_count < v->connections_max)
        set_listening(v, true);
}

/* Cuts frames until this peer has no more or the turn is full. What can be done with each alone is
 * done while the turn still waits for others. */
static void gather(struct server *v, struct mllp_conn *c)
{
    struct slice payload;
    while (v->count < TURN_MAX && v->bytes < TURN_BYTES_MAX) {
        if (!mllp_conn_next(c, &payload))
            return;
        struct arrival *in = &v->in[v->count];
        *in = (struct arrival){ .bytes = payload, .sender = slice_text(c->sender) };
        v->from[v->count++] = c;
        v->bytes += payload.n;
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
    v->answered[v->turn % 4] = 0;
    for (size_t i = 0; i < v->count; i++) {
        mllp_conn_answer(v->from[i], v->out[i].reply);
        v->answered[v->turn % 4] += v->from[i]->answered != v->turn;
        v->from[i]->answered = v->turn;
    }
    v->turn++;
    v->count = v->bytes = 0;
}

/* After the answers are queued: send, tidy, watch for what comes next, close. */
static void settle(struct server *v, struct mllp_conn *c)
{
    mllp_conn_flush(c, v->now_ns);
    mllp_conn_tidy(c);
    if (mllp_conn_is_done(c)) {
        drop(v, c);
        return;
    }
    uint32_t wanted = mllp_conn_wants(c);
    if (wanted != c->interest && watch(v, EPOLL_CTL_MOD, c->fd, wanted, c))
        c->interest = wanted;
    if (c->more)
        join_turn(v, c);
}

static void finish_turn(struct server *v)
{
    for (struct mllp_conn *c = v->first; c; c = c->next_in_turn)
        gather(v, c);
    answer_all(v);
    struct mllp_conn *c = v->first;
    v->first = v->last = NULL;
    v->ahead = false;
    while (c) {
        struct mllp_conn *next = c->next_in_turn;
        c->in_turn = false;
        settle(v, c);
        c = next;
    }
}

/* Closes peers that have been silent, or have not read their answers, for too long. */
static void sweep(struct server *v)
{
    int64_t idle_ns = v->s->idle_ms * MS_NS;
    v->swept_ns = v->now_ns;
    for (struct mllp_conn *c = v->all, *next; c; c = next) {
        next = c->next;
        if (v->s->idle_ms == 0 || c->in_turn || v->now_ns - c->active_ns <= idle_ns)
            continue;
        struct log_who who = { "mllp", v->s->where };
        log_line(LOG_INFO, &who, "mllp.idle", "peer %s was silent for too long: closed", c->sender);
        drop(v, c);
    }
    if (v->conn_count < v->connections_max)
        set_listening(v, true);
}

static int sweep_ms(const struct server *v)
{
    if (v->s->idle_ms == 0 || v->s->idle_ms / 4 > SWEEP_MS_MAX)
        return SWEEP_MS_MAX;
    return v->s->idle_ms < 40 ? 10 : (int)(v->s->idle_ms / 4);
}

static void handle_peer(struct server *v, struct mllp_conn *c, uint32_t events)
{
    if (c->handed) { /* read when it has its answer: the next turn is told again */
        v->ahead = true;
        return;
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        mllp_conn_read(c, v->now_ns);
    if (events & (EPOLLHUP | EPOLLERR)) /* nobody is there to read an answer */
        c->dead = c->dead || (!c->more && c->eof && c->out.n > 0);
    join_turn(v, c);
    gather(v, c);
}

static void handle(struct server *v, const struct epoll_event *ev)
{
    if (ev->data.ptr == &v->s->wake) {
        v->stopped = true;
    } else if (ev->data.ptr == &v->s->listener) {
        accept_peers(v);
    } else {
        handle_peer(v, ev->data.ptr, ev->events);
    }
}

static void handle_all(struct server *v, const struct epoll_event *events, int n)
{
    v->now_ns = clock_mono_ns();
    for (int i = 0; i < n; i++)
        handle(v, &events[i]);
}

/* Waits a little for those who are about to send; work on what comes meanwhile does not count. */
static void linger(struct server *v, struct epoll_event *events)
{
    int64_t left_ns = v->take_ns / LINGER_PART;
    left_ns = left_ns < LINGER_NS_MAX ? left_ns : LINGER_NS_MAX;
    while (v->first && !v->stopped && !v->ahead && expected(v) > 0 && left_ns > 0) {
        struct timespec left = { 0, left_ns };
        int64_t from_ns = clock_mono_ns();
        int n = epoll_pwait2(v->epoll, events, EVENTS_MAX, &left, NULL);
        if (n <= 0)
            return;
        handle_all(v, events, n);
        left_ns -= v->now_ns - from_ns;
    }
}

static bool turn(struct server *v, struct err *e)
{
    struct epoll_event events[EVENTS_MAX];
    int n = epoll_wait(v->epoll, events, EVENTS_MAX, v->first ? 0 : sweep_ms(v));
    if (n < 0 && errno != EINTR)
        return err_errno(e, ERR_FATAL, "mllp.listen", errno, "cannot wait on", v->s->where);
    handle_all(v, events, n);
    linger(v, events);
    finish_turn(v);
    if (v->now_ns - v->swept_ns >= sweep_ms(v) * MS_NS)
        sweep(v);
    return true;
}

static bool server_init(struct server *v, struct err *e)
{
    v->in = mem_alloc(TURN_MAX * sizeof *v->in);
    v->out = mem_alloc(TURN_MAX * sizeof *v->out);
    v->from = mem_alloc(TURN_MAX * sizeof(struct mllp_conn *));
    if (!v->in || !v->out || !v->from)
        return err_memory(e);
    v->epoll = epoll_create1(EPOLL_CLOEXEC);
    v->listening = true;
    v->turn = 4;
    v->now_ns = v->swept_ns = clock_mono_ns();
    if (v->epoll < 0 || !watch(v, EPOLL_CTL_ADD, v->s->wake, EPOLLIN, &v->s->wake) ||
        !watch(v, EPOLL_CTL_ADD, v->s->listener, EPOLLIN, &v->s->listener))
        return err_errno(e, ERR_FATAL, "mllp.listen", errno, "cannot watch", v->s->where);
    return true;
}

static void server_release(struct server *v)
{
    while (v->all)
        drop(v, v->all);
    if (v->epoll >= 0)
        close(v->epoll);
    mem_free(v->in);
    mem_free(v->out);
    mem_free(v->from);
}

bool mllp_server_run(struct mllp *s, struct intake up, struct err *e)
{
    struct server v = { .s = s, .up = up, .epoll = -1,
                        .connections_max = mllp_connections_max(s) };
    bool good = server_init(&v, e);
    while (good && !v.stopped)
        good = turn(&v, e);
    server_release(&v);
    return good;
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
        if (!mllp_peer_read(s->peers[i], &s->blocks[i], e))
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
    if (bind(s->listener, a->ai_addr, a->ai_addrlen) == 0 && listen(s->listener, SOMAXCONN) == 0)
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
    if (!read_peers(s, e) || !mllp_resolve(s->listen, true, &list, e))
        return false;
    bool done = false;
    for (const struct addrinfo *a = list; a && !done; a = a->ai_next)
        done = bind_one(s, a);
    freeaddrinfo(list);
    if (!done || getsockname(s->listener, (struct sockaddr *)&bound, &n) != 0)
        return err_errno(e, ERR_FATAL, "mllp.listen", errno, "cannot listen on", s->listen);
    mllp_address_text(&bound, s->where);
    return true;
}
