/* http_crowd.c - who is there: each connection with its peer, what they hold, who makes room, and
 * what is said of them. */
#include "host/http_crowd.h"

#include <netdb.h>
#include <stdio.h>
#include <sys/epoll.h>

#include "host/log.h"

#define HOST_MAX 100
#define PEER_MAX 300
#define SAY_MS 1000 /* a line a listener at most in this */

bool http_crowd_watch(const struct http_door *d, int op, int fd, uint32_t events, void *who)
{
    struct epoll_event ev = { .events = events, .data.ptr = who };
    return epoll_ctl(d->epoll, op, fd, &ev) == 0;
}

void http_crowd_listen(struct http_door *d, bool wanted)
{
    if (d->is_listening == wanted)
        return;
    uint32_t events = wanted ? (uint32_t)EPOLLIN : 0;
    if (http_crowd_watch(d, EPOLL_CTL_MOD, d->o.listener, events, &d->o.listener))
        d->is_listening = wanted;
}

/* ---- what is said of it ---- */

bool http_crowd_may_say(struct http_door *d)
{
    bool may = d->said_ms == 0 || d->now_ms - d->said_ms >= SAY_MS;
    if (may)
        d->said_ms = d->now_ms;
    else
        d->unsaid++;
    return may;
}

/* "10.1.2.3", or with TLS "10.1.2.3 (hub.example)" by its certificate. */
static void name_peer(const struct sockaddr_storage *from, const struct tls *tls, char *out,
                      size_t room)
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

void http_crowd_say(struct http_door *d, const struct sockaddr_storage *from, const struct tls *tls,
                    const char *code, const char *what)
{
    char peer[PEER_MAX];
    const struct log_who who = { "http", d->o.where };
    if (!http_crowd_may_say(d))
        return;
    name_peer(from, tls, peer, sizeof peer);
    log_line(LOG_WARN, &who, code, "peer %s %s (%zu more such lines were left out)", peer, what,
             d->unsaid);
    d->unsaid = 0;
}

void http_crowd_say_answer(struct http_door *d, struct http_conn *c)
{
    char what[160];
    if (c->status < 400 || c->is_said)
        return;
    c->is_said = true;
    snprintf(what, sizeof what, "is answered %d: %s", c->status, c->why);
    http_crowd_say(d, &c->from, c->tls, "http.refused", what);
}

void http_crowd_say_tls(struct http_door *d, struct http_conn *c)
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
        if (strcmp(c->tls_error.code, "tls.closed") !=
            0) /* who only looks whether somebody listens */
            http_crowd_say(d, &c->from, NULL, c->tls_error.code, text);
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

void http_crowd_add(struct http_door *d, struct http_conn *c)
{
    link_to_peer(c);
    c->next = d->all;
    if (d->all)
        d->all->previous = c;
    d->all = c;
}

void http_crowd_drop(struct http_door *d, struct http_conn *c)
{
    http_crowd_say_answer(d, c);
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
    http_crowd_listen(d, true);
}

void http_crowd_bury(struct http_door *d)
{
    for (struct http_conn *c = d->gone, *next; c; c = next) {
        next = c->next_gone;
        http_conn_free(c);
    }
    d->gone = NULL;
}

/* Closes the connection of who's that was of no use for longest; never `but`. */
static bool crowd_make_room(struct http_door *d, struct peer *who, const struct http_conn *but,
                            bool of_bytes)
{
    struct http_conn *c = who->first;
    for (; c; c = c->after) {
        bool may_go = c != but && http_conn_may_go(c);
        bool helps = !of_bytes || c->held > 0;
        if (may_go && helps)
            break;
    }
    if (!c)
        return false;
    http_crowd_say(d, &c->from, c->tls, "http.full",
                   "has most of what is connected or held here: one of its connections is closed");
    http_crowd_drop(d, c);
    return true;
}

bool http_crowd_make_file(struct http_door *d, const struct http_conn *but)
{
    struct peer *most = peers_most(&d->peers);
    return most && crowd_make_room(d, most, but, false);
}

bool http_crowd_hold(struct http_conn *c, size_t bytes)
{
    struct http_door *d = c->door;
    size_t before = c->held;
    peers_hold(&d->peers, c->who, before, bytes);
    c->held = bytes;
    if (bytes <= before)
        return true;
    struct peer *over = peers_over(&d->peers, c->who);
    while (over && over != c->who && crowd_make_room(d, over, c, true))
        over = peers_over(&d->peers, c->who);
    if (!over)
        return true;
    peers_hold(&d->peers, c->who, bytes, before);
    c->held = before;
    return false;
}

void http_crowd_answered(struct http_conn *c)
{
    struct http_door *d = c->door;
    (void)http_crowd_hold(c, 0);
    unlink_from_peer(c);
    link_to_peer(c);
    peers_active(&d->peers, c->who);
}

bool http_crowd_join(struct http_door *d, const struct sockaddr *from, struct peer **who)
{
    enum peers_place place = peers_join(&d->peers, from, who);
    bool is_full = place == PEERS_PEER_FULL || place == PEERS_FULL;
    if (is_full && crowd_make_room(d, *who, NULL, false))
        place = peers_join(&d->peers, from, who);
    return place == PEERS_IN;
}
