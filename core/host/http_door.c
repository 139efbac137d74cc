/* http_door.c - the loop: one thread, one epoll; who is let in, who makes room, whose time is up. */
#include "host/http_door.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "host/http_conn.h"
#include "host/log.h"

#define EVENTS_MAX 128
#define ACCEPT_MAX 64 /* in one turn */
#define HOST_MAX 100
#define PEER_MAX 300
#define SWEEP_MS 100
#define SAY_MS 1000 /* a line a listener at most in this */
#define MS_NS ((int64_t)1000000)

struct http_door {
    struct http_door_options o;
    struct peers peers;
    struct http_conn *all, *gone; /* gone: freed when no event can name them any more */
    pthread_t thread;
    int epoll, wake;
    bool is_listening, runs;
    int64_t now_ms, swept_ms, said_ms;
    size_t unsaid;
};

static bool watch(const struct http_door *d, int op, int fd, uint32_t events, void *who)
{
    struct epoll_event ev = { .events = events, .data.ptr = who };
    return epoll_ctl(d->epoll, op, fd, &ev) == 0;
}

/* Peers wait in the kernel's queue while we cannot take more. */
static void set_listening(struct http_door *d, bool wanted)
{
    if (d->is_listening != wanted &&
        watch(d, EPOLL_CTL_MOD, d->o.listener, wanted ? (uint32_t)EPOLLIN : 0, &d->o.listener))
        d->is_listening = wanted;
}

/* ---- what is said of it ---- */

/* Whether one more line may be written: strangers cannot fill the log. */
static bool may_say(struct http_door *d)
{
    bool may = d->said_ms == 0 || d->now_ms - d->said_ms >= SAY_MS;
    d->unsaid = may ? d->unsaid : d->unsaid + 1;
    d->said_ms = may ? d->now_ms : d->said_ms;
    return may;
}

/* "10.1.2.3", or with TLS "10.1.2.3 (hub.example)" by its certificate. */
static void name_peer(const struct sockaddr_storage *from, const struct tls *tls, char *out, size_t room)
{
    char host[HOST_MAX] = "of this machine";
    struct tls_shown shown;
    if (from->ss_family != AF_UNIX)
        (void)getnameinfo((const struct sockaddr *)from, sizeof *from, host, sizeof host, NULL, 0,
                          NI_NUMERICHOST);
    if (tls && tls_shown(tls, &shown))
        snprintf(out, room, "%s (%s)", host, shown.name);
    else
        snprintf(out, room, "%s", host);
}

static void say(struct http_door *d, const struct sockaddr_storage *from, const struct tls *tls,
                const char *code, const char *what)
{
    char peer[PEER_MAX];
    const struct log_who who = { "http", d->o.where };
    if (!may_say(d))
        return;
    name_peer(from, tls, peer, sizeof peer);
    log_line(LOG_WARN, &who, code, "peer %s %s (%zu more such lines were left out)", peer, what, d->unsaid);
    d->unsaid = 0;
}

static void say_answer(struct http_door *d, struct http_conn *c)
{
    char what[160];
    if (c->status < 400 || c->is_said)
        return;
    c->is_said = true;
    snprintf(what, sizeof what, "is answered %d: %s", c->status, c->why);
    say(d, &c->from, c->tls, "http.refused", what);
}

/* Who it is once its handshake is done, or why it failed. */
static void say_tls(struct http_door *d, struct http_conn *c)
{
    char text[PEER_MAX];
    const struct log_who who = { "http", d->o.where };
    if (!c->tls || c->is_known)
        return;
    if (tls_is_ready(c->tls)) {
        c->is_known = true;
        name_peer(&c->from, c->tls, text, sizeof text);
        log_line(LOG_DEBUG, &who, "http.peer", "peer %s has come", text);
    } else if (c->tls_error.fate != ERR_NONE) {
        c->is_known = true;
        snprintf(text, sizeof text, "does not come in: %s", c->tls_error.text);
        if (strcmp(c->tls_error.code, "tls.closed") != 0) /* who only looks whether somebody listens */
            say(d, &c->from, NULL, c->tls_error.code, text);
    }
}

/* ---- who is there ---- */

static void unlink_from_peer(struct http_conn *c)
{
    struct peer *who = c->who;
    if (c->before)
        c->before->after = c->after;
    else
        who->first = c->after;
    if (c->after)
        c->after->before = c->before;
    else
        who->last = c->before;
}

static void link_to_peer(struct http_conn *c)
{
    struct peer *who = c->who;
    struct http_conn *last = who->last;
    c->before = last;
    c->after = NULL;
    if (last)
        last->after = c;
    else
        who->first = c;
    who->last = c;
}

static void drop(struct http_door *d, struct http_conn *c)
{
    say_answer(d, c);
    if (c->previous)
        c->previous->next = c->next;
    else
        d->all = c->next;
    if (c->next)
        c->next->previous = c->previous;
    unlink_from_peer(c);
    peers_hold(&d->peers, c->who, c->held, 0);
    peers_leave(&d->peers, c->who);
    http_conn_shut(c);
    c->dead = true;
    c->next_gone = d->gone;
    d->gone = c;
    set_listening(d, true);
}

static void bury(struct http_door *d)
{
    for (struct http_conn *c = d->gone, *next; c; c = next) {
        next = c->next_gone;
        http_conn_free(c);
    }
    d->gone = NULL;
}

/* One of who's, but never `but`, goes: of no use for longest. */
static bool make_room(struct http_door *d, struct peer *who, const struct http_conn *but, bool of_bytes)
{
    struct http_conn *c = who->first;
    while (c && (c == but || !http_conn_may_go(c) || (of_bytes && c->held == 0)))
        c = c->after;
    if (!c)
        return false;
    say(d, &c->from, c->tls, "http.full", "has most of what is connected or held here: one of its connections is closed");
    drop(d, c);
    return true;
}

/* Files are out, here or elsewhere: as if the listener were full. */
static bool make_file(struct http_door *d, const struct http_conn *but)
{
    struct peer *most = peers_most(&d->peers);
    return most && make_room(d, most, but, false);
}

bool http_door_make_file(struct http_conn *c)
{
    return make_file(c->door, c);
}

bool http_door_hold(struct http_conn *c, size_t bytes)
{
    struct http_door *d = c->door;
    size_t before = c->held;
    struct peer *over = NULL;
    peers_hold(&d->peers, c->who, before, bytes);
    c->held = bytes;
    do
        over = bytes > before ? peers_over(&d->peers, c->who) : NULL;
    while (over && over != c->who && make_room(d, over, c, true));
    if (!over)
        return true;
    peers_hold(&d->peers, c->who, bytes, before);
    c->held = before;
    return false;
}

void http_door_answered(struct http_conn *c)
{
    struct http_door *d = c->door;
    (void)http_door_hold(c, 0);
    unlink_from_peer(c);
    link_to_peer(c);
    peers_active(&d->peers, c->who);
}

/* ---- one connection ---- */

static void watch_end(struct http_door *d, struct http_end *end, uint32_t wanted, bool keep)
{
    if (end->fd < 0 || (end->is_watched && wanted == end->events))
        return;
    int op = end->is_watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (wanted == 0 && !keep) /* else its end would be told without end */
        op = EPOLL_CTL_DEL;
    if (op == EPOLL_CTL_DEL && !end->is_watched)
        return;
    if (!watch(d, op, end->fd, wanted, end)) {
        end->conn->dead = true;
        return;
    }
    end->is_watched = op != EPOLL_CTL_DEL;
    end->events = wanted;
}

static void go(struct http_door *d, struct http_conn *c)
{
    http_conn_go(c, d->now_ms);
    say_tls(d, c);
    say_answer(d, c);
    if (!c->dead) {
        watch_end(d, &c->peer, http_conn_wants_peer(c), true);
        watch_end(d, &c->server, http_conn_wants_server(c), false);
    }
    if (c->dead)
        drop(d, c);
}

static bool find_place(struct http_door *d, const struct sockaddr *from, struct peer **who)
{
    enum peers_place place = peers_join(&d->peers, from, who);
    if ((place == PEERS_PEER_FULL || place == PEERS_FULL) && make_room(d, *who, NULL, false))
        place = peers_join(&d->peers, from, who);
    return place == PEERS_IN;
}

static void let_in(struct http_door *d, int fd, const struct sockaddr_storage *from, socklen_t from_n)
{
    struct peer *who = NULL;
    if (!find_place(d, (const struct sockaddr *)from, &who)) {
        say(d, from, NULL, "http.full", "is closed: there is no place for it");
        close(fd);
        return;
    }
    struct http_conn *c = http_conn_new(&d->o, fd, from, from_n, d->now_ms);
    if (!c) {
        peers_leave(&d->peers, who);
        return;
    }
    c->door = d;
    c->who = who;
    link_to_peer(c);
    c->next = d->all;
    if (d->all)
        d->all->previous = c;
    d->all = c;
    go(d, c);
}

static bool somebody_waits(const struct http_door *d)
{
    struct pollfd p = { d->o.listener, POLLIN, 0 };
    return poll(&p, 1, 0) == 1;
}

static void accept_peers(struct http_door *d)
{
    const struct log_who who = { "http", d->o.where };
    for (int i = 0; i < ACCEPT_MAX; i++) {
        struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
        socklen_t n = sizeof from;
        int fd = accept4(d->o.listener, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            let_in(d, fd, &from, n);
        } else if (errno == EAGAIN || (err_is_shortage(errno) && !somebody_waits(d))) {
            return;
        } else if (err_is_shortage(errno) && !make_file(d, NULL)) {
            if (may_say(d))
                log_line(LOG_ERROR, &who, "http.full", "cannot accept peers: out of files or memory; they wait (see LimitNOFILE)");
            set_listening(d, false); /* the next sweep tries again */
            return;
        }
    }
}

/* ---- the loop ---- */

static void sweep(struct http_door *d)
{
    d->swept_ms = d->now_ms;
    for (struct http_conn *c = d->all, *next; c; c = next) {
        next = c->next;
        if (http_conn_is_late(c, d->now_ms))
            go(d, c);
    }
    set_listening(d, true);
}

static void handle(struct http_door *d, const struct epoll_event *ev)
{
    if (ev->data.ptr == &d->o.listener) {
        accept_peers(d);
        return;
    }
    struct http_end *end = ev->data.ptr;
    struct http_conn *c = end->conn;
    if (c->dead)
        return;
    if (end == &c->peer && (ev->events & (EPOLLERR | EPOLLHUP)))
        c->dead = true; /* nobody is there to read an answer */
    go(d, c);
}

/* False: to stop. */
static bool turn(struct http_door *d)
{
    struct epoll_event events[EVENTS_MAX];
    bool sweeps = d->all || !d->is_listening;
    int n = epoll_wait(d->epoll, events, EVENTS_MAX, sweeps ? SWEEP_MS : -1);
    d->now_ms = clock_mono_ns() / MS_NS;
    bool runs = n >= 0 || errno == EINTR;
    for (int i = 0; i < n && runs; i++) {
        if (events[i].data.ptr == &d->wake)
            runs = false;
        else
            handle(d, &events[i]);
    }
    if (d->now_ms - d->swept_ms >= SWEEP_MS)
        sweep(d);
    bury(d);
    return runs;
}

static void *run(void *ctx)
{
    struct http_door *d = ctx;
    while (turn(d))
        continue;
    return NULL;
}

/* ---- its life ---- */

static bool begin(struct http_door *d, struct err *e)
{
    if (!peers_init(&d->peers, &d->o.peers, e))
        return false;
    d->epoll = epoll_create1(EPOLL_CLOEXEC);
    d->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    d->is_listening = true;
    d->runs = d->epoll >= 0 && d->wake >= 0 &&
              watch(d, EPOLL_CTL_ADD, d->o.listener, EPOLLIN, &d->o.listener) &&
              watch(d, EPOLL_CTL_ADD, d->wake, EPOLLIN, &d->wake);
    int failed = d->runs ? pthread_create(&d->thread, NULL, run, d) : errno;
    d->runs = failed == 0;
    return d->runs || err_errno(e, ERR_FATAL, "http.door", failed, "cannot listen on", d->o.where);
}

bool http_door_start(const struct http_door_options *o, struct http_door **out, struct err *e)
{
    struct http_door *d = mem_alloc(sizeof *d);
    if (!d) {
        close(o->listener);
        return err_memory(e);
    }
    d->o = *o;
    d->epoll = d->wake = -1;
    if (!begin(d, e)) {
        http_door_stop(&d);
        return false;
    }
    *out = d;
    return true;
}

void http_door_stop(struct http_door **door)
{
    struct http_door *d = *door;
    *door = NULL;
    if (!d)
        return;
    if (d->runs) {
        const uint64_t one = 1;
        (void)!write(d->wake, &one, sizeof one);
        pthread_join(d->thread, NULL);
    }
    while (d->all)
        drop(d, d->all);
    bury(d);
    close(d->o.listener);
    if (d->epoll >= 0)
        close(d->epoll);
    if (d->wake >= 0)
        close(d->wake);
    peers_release(&d->peers);
    mem_free(d);
}
