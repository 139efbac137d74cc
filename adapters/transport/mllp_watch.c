/* mllp_watch.c - what the loop is told of: connections, and the listening socket. */
#include "transport/mllp_server.h"

bool server_watch(const struct server *v, int op, int fd, uint32_t events, void *who)
{
    struct epoll_event ev = { .events = events, .data.ptr = who };
    return epoll_ctl(v->epoll, op, fd, &ev) == 0;
}

void server_listen(struct server *v, bool wanted)
{
    uint32_t events = wanted ? (uint32_t)EPOLLIN : 0;
    if (v->listening == wanted)
        return;
    if (server_watch(v, EPOLL_CTL_MOD, v->s->listener, events, &v->s->listener))
        v->listening = wanted;
}
