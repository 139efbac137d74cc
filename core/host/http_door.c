/* http_door.c - the loop: one thread, one epoll; who is let in, and whose time is up. */
#include "host/http_door.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "host/http_crowd.h"
#include "host/log.h"

#define EVENTS_MAX 128
#define ACCEPT_MAX 64 /* in one turn */
#define SWEEP_MS 100
#define MS_NS ((int64_t)1000000)

/* ---- one connection ---- */

static void watch_end(struct http_door *d, struct http_end *end, uint32_t wanted, bool keep)
{
    bool is_as_wanted = end->is_watched && wanted == end->events;
    if (end->fd < 0 || is_as_wanted)
        return;
    bool stays = wanted != 0 || keep; /* watched for nothing, its end would be told without end */
    if (!stays && !end->is_watched)
        return;
    int op = EPOLL_CTL_ADD;
    if (end->is_watched)
        op = stays ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;
    if (!http_crowd_watch(d, op, end->fd, wanted, end)) {
        end->conn->dead = true;
        return;
    }
    end->is_watched = stays;
    end->events = wanted;
}

static void door_serve(struct http_door *d, struct http_conn *c)
{
    http_conn_go(c, d->now_ms);
    http_crowd_say_tls(d, c);
    http_crowd_say_answer(d, c);
    if (!c->dead) {
        watch_end(d, &c->peer, http_conn_wants_peer(c), true);
        watch_end(d, &c->server, http_conn_wants_server(c), false);
    }
    if (c->dead)
        http_crowd_drop(d, c);
}

static void let_in(struct http_door *d, int fd, const struct sockaddr_storage *from,
                   socklen_t from_n)
{
    struct peer *who = NULL;
    if (!http_crowd_join(d, (const struct sockaddr *)from, &who)) {
        http_crowd_say(d, from, NULL, "http.full", "is closed: there is no place for it");
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
    http_crowd_add(d, c);
    door_serve(d, c);
}

static bool door_has_waiting(const struct http_door *d)
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
        int number = errno;
        if (fd >= 0) {
            let_in(d, fd, &from, n);
            continue;
        }
        if (number == EAGAIN)
            return;
        if (!err_is_shortage(number))
            continue;
        if (!door_has_waiting(d))
            return;
        if (!http_crowd_make_file(d, NULL)) {
            if (http_crowd_may_say(d))
                log_line(
                    LOG_ERROR, &who, "http.full",
                    "cannot accept peers: out of files or memory; they wait (see LimitNOFILE)");
            http_crowd_listen(d, false); /* the next sweep tries again */
            return;
        }
    }
}

/* ---- the loop ---- */

static void door_sweep(struct http_door *d)
{
    d->swept_ms = d->now_ms;
    for (struct http_conn *c = d->all, *next; c; c = next) {
        next = c->next;
        if (http_conn_is_late(c, d->now_ms))
            door_serve(d, c);
    }
    http_crowd_listen(d, true);
}

static void door_handle(struct http_door *d, const struct epoll_event *ev)
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
    door_serve(d, c);
}

/* False: to stop. */
static bool door_turn(struct http_door *d)
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
            door_handle(d, &events[i]);
    }
    if (d->now_ms - d->swept_ms >= SWEEP_MS)
        door_sweep(d);
    http_crowd_bury(d);
    return runs;
}

static void *door_run(void *ctx)
{
    struct http_door *d = ctx;
    while (door_turn(d))
        continue;
    return NULL;
}

/* ---- its life ---- */

static bool door_begin(struct http_door *d, struct err *e)
{
    if (!peers_init(&d->peers, &d->o.peers, e))
        return false;
    if (!waker_open(&d->wake, e))
        return false;
    d->epoll = epoll_create1(EPOLL_CLOEXEC);
    d->is_listening = true;
    bool good = d->epoll >= 0;
    good = good && http_crowd_watch(d, EPOLL_CTL_ADD, d->o.listener, EPOLLIN, &d->o.listener);
    good = good && http_crowd_watch(d, EPOLL_CTL_ADD, d->wake.fd, EPOLLIN, &d->wake);
    int failed = good ? pthread_create(&d->thread, NULL, door_run, d) : errno;
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
    d->epoll = -1;
    if (!door_begin(d, e)) {
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
        waker_wake(&d->wake);
        pthread_join(d->thread, NULL);
    }
    while (d->all)
        http_crowd_drop(d, d->all);
    http_crowd_bury(d);
    close(d->o.listener);
    if (d->epoll >= 0)
        close(d->epoll);
    waker_close(&d->wake);
    peers_release(&d->peers);
    mem_free(d);
}
