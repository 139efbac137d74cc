/* mllp_conn.c - one peer: reading, cutting, answering. */
#include "transport/mllp_conn.h"

#include "contract/format.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/arena.h"
#include "host/log.h"

#define READ_LEAST ((size_t)4 * 1024)
#define READ_TURN_MAX ((size_t)256 * 1024)
#define KEEP_MAX ((size_t)64 * 1024)        /* a buffer larger than this is given back when idle */
#define OUT_PAUSE_BYTES ((size_t)64 * 1024) /* owed answers: read no more until they are taken */
#define OUT_MAX ((size_t)4 * 1024 * 1024)

struct mllp_conn *mllp_conn_new(struct mllp *s, int fd, int64_t now_ns)
{
    struct mllp_conn *c = mem_alloc(sizeof *c);
    if (!c)
        return NULL;
    c->s = s;
    c->fd = fd;
    c->active_ns = now_ns;
    buf_init(&c->in, (size_t)s->frame_max + READ_TURN_MAX + KEEP_MAX);
    buf_init(&c->out, OUT_MAX);
    return c;
}

void mllp_conn_free(struct mllp_conn *c)
{
    close(c->fd);
    buf_release(&c->in);
    buf_release(&c->out);
    mem_free(c);
}

static void warn(const struct mllp_conn *c, const char *code, const char *what)
{
    struct log_who who = { "mllp", c->s->where };
    log_line(LOG_WARN, &who, code, "peer %s %s", c->sender, what);
}

void mllp_conn_read(struct mllp_conn *c, int64_t now_ns)
{
    size_t left = READ_TURN_MAX;
    while (left > 0 && !c->eof && !c->bad && !c->more) {
        size_t space = c->in.room - c->in.n;
        if (space < READ_LEAST) {
            if (!buf_reserve(&c->in, READ_LEAST)) {
                c->dead = true;
                return;
            }
            space = c->in.room - c->in.n;
        }
        size_t want = space < left ? space : left;
        ssize_t n = recv(c->fd, c->in.p + c->in.n, want, MSG_DONTWAIT);
        if (n <= 0) {
            c->eof = n == 0;
            c->dead = n < 0 && errno != EAGAIN && errno != EINTR;
            return;
        }
        c->in.n += (size_t)n;
        c->active_ns = now_ns;
        left -= (size_t)n;
        if ((size_t)n < want)
            return;
    }
}

static void count_junk(struct mllp_conn *c, size_t bytes)
{
    if (bytes == 0)
        return;
    c->s->junk_bytes += bytes;
    if (!c->junk_said)
        warn(c, "mllp.junk", "sent bytes outside a frame: they are dropped");
    c->junk_said = true;
}

bool mllp_conn_next(struct mllp_conn *c, struct slice *payload)
{
    while (!c->bad && !c->dead) {
        struct mllp_cut cut;
        struct slice rest = slice_from(buf_slice(&c->in), c->in_at);
        enum frame f = mllp_frame(rest, c->seen, (size_t)c->s->frame_max, &cut);
        count_junk(c, cut.junk);
        c->in_at += cut.used;
        c->seen = cut.seen;
        if (f == FRAME_MORE)
            break;
        if (f == FRAME_BAD) {
            c->s->too_large++;
            c->bad = true;
            warn(c, "mllp.frame", "sent a frame over 'frame_max': connection closed");
        } else if (cut.payload.n > 0) {
            c->s->frames++;
            *payload = cut.payload;
            c->handed = true;
            return true;
        } else {
            c->s->empty++;
        }
    }
    c->more = false;
    return false;
}

void mllp_conn_answer(struct mllp_conn *c, struct slice reply)
{
    while (reply.n > 0) {
        struct slice one = slice_head(reply, slice_find(reply, REPLY_NEXT));
        buf_byte(&c->out, MLLP_VT);
        buf_put(&c->out, one);
        buf_byte(&c->out, MLLP_FS);
        buf_byte(&c->out, '\r');
        reply = slice_from(reply, one.n + 1);
    }
    c->dead = c->dead || !buf_ok(&c->out);
}

static void keep_rest(struct buf *b, size_t from)
{
    if (from > 0 && from < b->n)
        memmove(b->p, b->p + from, b->n - from);
    b->n -= from;
}

/* Gives back the memory that one large frame or a burst has needed. */
static void shrink(struct buf *b)
{
    if (b->room <= KEEP_MAX || b->n > KEEP_MAX / 2)
        return;
    struct buf small;
    buf_init(&small, b->max);
    buf_put(&small, buf_slice(b));
    if (!buf_ok(&small))
        return;
    buf_release(b);
    *b = small;
}

void mllp_conn_flush(struct mllp_conn *c, int64_t now_ns)
{
    while (!c->dead && c->out_at < c->out.n) {
        ssize_t n = send(c->fd, c->out.p + c->out_at, c->out.n - c->out_at,
                         MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN)
            break;
        c->dead = n < 0 && errno != EINTR;
        if (n > 0) {
            c->out_at += (size_t)n;
            c->active_ns = now_ns;
        }
    }
    keep_rest(&c->out, c->out_at);
    c->out_at = 0;
    shrink(&c->out);
}

void mllp_conn_tidy(struct mllp_conn *c)
{
    keep_rest(&c->in, c->in_at);
    c->in_at = 0;
    c->handed = false;
    if (c->bad)
        buf_release(&c->in);
    shrink(&c->in);
    if (c->eof && !c->more && c->in.n > 0) {
        c->s->cut_short++;
        warn(c, "mllp.closed", "closed in the middle of a frame");
        buf_release(&c->in);
    }
}

uint32_t mllp_conn_wants(const struct mllp_conn *c)
{
    bool reads = !c->eof && !c->bad && !c->more && c->out.n < OUT_PAUSE_BYTES;
    return (reads ? (uint32_t)EPOLLIN : 0) | (c->out.n > 0 ? (uint32_t)EPOLLOUT : 0);
}

bool mllp_conn_is_done(const struct mllp_conn *c)
{
    return c->dead || ((c->eof || c->bad) && !c->more && c->out.n == 0);
}
