/* mllp_link.c - see mllp_link.h. */
#include "transport/mllp_link.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool mllp_link_open(struct mllp_link *l, int fd, struct tls_context *c, struct err *e)
{
    *l = (struct mllp_link){ .fd = fd };
    return !c || tls_start(c, fd, &l->tls, e);
}

enum tls_came mllp_link_shake(struct mllp_link *l, struct err *e)
{
    return l->tls ? tls_handshake(l->tls, e) : TLS_DONE;
}

/* What a call on a plain socket that gave n means. */
static enum tls_came plain_came(ssize_t n, enum tls_came wants, size_t *done, struct err *e)
{
    *done = n > 0 ? (size_t)n : 0;
    if (n >= 0)
        return n > 0 ? TLS_DONE : TLS_CLOSED;
    if (errno == EAGAIN)
        return wants;
    (void)err_errno(e, ERR_RETRY, "mllp.closed", errno, "connection lost", NULL);
    return TLS_FAILED;
}

enum tls_came mllp_link_read(struct mllp_link *l, void *to, size_t room, size_t *n, struct err *e)
{
    ssize_t came;
    if (l->tls) {
        enum tls_came what = tls_read(l->tls, to, room, n, e);
        bool cut = what == TLS_FAILED && e->code && strcmp(e->code, "tls.cut") == 0;
        return cut ? TLS_CLOSED : what;
    }
    do
        came = recv(l->fd, to, room, MSG_DONTWAIT);
    while (came < 0 && errno == EINTR);
    return plain_came(came, TLS_WANT_READ, n, e);
}

enum tls_came mllp_link_write(struct mllp_link *l, const void *from, size_t n, size_t *done,
                              struct err *e)
{
    ssize_t went;
    if (l->tls)
        return tls_write(l->tls, from, n, done, e);
    do
        went = send(l->fd, from, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (went < 0 && errno == EINTR);
    return plain_came(went, TLS_WANT_WRITE, done, e);
}

void mllp_link_end(struct mllp_link *l)
{
    struct err unused = { .fate = ERR_NONE };
    if (l->tls)
        (void)tls_end(l->tls, &unused);
    (void)shutdown(l->fd, SHUT_WR);
}

void mllp_link_close(struct mllp_link *l)
{
    struct err unused = { .fate = ERR_NONE };
    if (l->tls)
        (void)tls_end(l->tls, &unused);
    tls_free(&l->tls);
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}
