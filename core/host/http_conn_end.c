/* http_conn_end.c - how a connection of the door ends, and whether it may. */
#include <unistd.h>

#include "base/arena.h"
#include "host/http_conn.h"

bool http_conn_may_go(const struct http_conn *c)
{
    return c->phase != HTTP_AWAITS_ANSWER;
}

void http_conn_shut(struct http_conn *c)
{
    if (c->tls && c->phase != HTTP_LINGERS && tls_is_ready(c->tls))
        (void)tls_end(c->tls, &c->tls_error);
    tls_free(&c->tls);
    (void)close(c->peer.fd);
    if (c->server.fd >= 0)
        (void)close(c->server.fd);
    c->peer.fd = c->server.fd = -1;
}

void http_conn_free(struct http_conn *c)
{
    buf_release(&c->in);
    buf_release(&c->out);
    buf_release(&c->refusal);
    mem_free(c);
}
