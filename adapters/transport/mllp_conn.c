/* mllp_conn.c - one peer: reading, cutting, answering. */
#include "transport/mllp_conn.h"

#include "contract/format.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ids.h"

#define READ_LEAST ((size_t)4 * 1024)
#define READ_TURN_MAX ((size_t)256 * 1024)
/* a buffer larger than this is given back when idle */
#define KEEP_MAX ((size_t)64 * 1024)
/* owed answers: read no more until they are taken */
#define OUT_PAUSE_BYTES ((size_t)64 * 1024)
#define OUT_MAX ((size_t)4 * 1024 * 1024)
#define HEAD_MAX ((size_t)16 * 1024)  /* of a message that is too large */
#define TLS_BYTES ((size_t)32 * 1024) /* what TLS takes for a connection, about */
#define JUNK_SAY_NS ((int64_t)60 * 1000000000)
#define DROP_LEAST ((size_t)1024 * 1024) /* of what comes after it */

struct mllp_conn *mllp_conn_new(struct mllp *s, int fd, int64_t now_ns)
{
    struct mllp_conn *c = mem_alloc(sizeof *c);
    struct err unused = { .fate = ERR_NONE };
    if (!c) {
        close(fd);
        return NULL;
    }
    c->s = s;
    if (!mllp_link_open(&c->link, fd, s->tls, &unused)) {
        mllp_conn_free(c);
        return NULL;
    }
    c->shaking = s->tls != NULL;
    c->frame_ns = c->shaking ? now_ns : 0;
    c->active_ns = c->listed_ns = now_ns;
    buf_init(&c->in, (size_t)s->frame_max + READ_TURN_MAX + KEEP_MAX);
    buf_init(&c->out, OUT_MAX);
    return c;
}

void mllp_conn_close(struct mllp_conn *c)
{
    mllp_link_close(&c->link);
    buf_release(&c->in);
    buf_release(&c->out);
}

void mllp_conn_free(struct mllp_conn *c)
{
    mllp_conn_close(c);
    mem_free(c);
}

size_t mllp_conn_bytes(const struct mllp_conn *c)
{
    return c->in.room + c->out.room + (c->link.tls ? TLS_BYTES : 0);
}

bool mllp_conn_release(struct mllp_conn *c)
{
    if (c->in.n > 0 || c->out.n > 0 || c->in.room + c->out.room == 0)
        return false;
    buf_release(&c->in);
    buf_release(&c->out);
    return true;
}

void mllp_conn_kill(struct mllp_conn *c)
{
    c->dead = true;
    c->more = false;
    c->in_at = c->out_at = 0;
    c->seen = (struct mllp_seen){ .n = 0 };
    c->maybe_ns = 0;
    buf_release(&c->in);
    buf_release(&c->out);
}

static void peer_warn(const struct mllp_conn *c, const char *code, const char *what)
{
    mllp_warn(c->s, NULL, clock_mono_ns(), code, c->sender, what);
}

/* Notes what a step that brought nothing means. A peer that only looks whether we listen is no
 * news. */
static void note_outcome(struct mllp_conn *c, enum tls_came came, const struct err *e)
{
    c->read_writes = came == TLS_WANT_WRITE;
    if (came == TLS_CLOSED)
        c->eof = true;
    if (came != TLS_FAILED)
        return;
    c->dead = true;
    if (!c->link.tls)
        return;
    if (c->shaking)
        c->s->tls_failed++;
    bool is_news = strcmp(e->code, "tls.closed") != 0 && strcmp(e->code, "tls.broken") != 0;
    if (is_news)
        mllp_warn(c->s, c->peer, clock_mono_ns(), e->code, c->sender, e->text);
}

/* Reads on, after a peer broke the rules, and throws it away: a socket that is closed on unread
 * bytes would take the answer from the peer. */
static void discard_rest(struct mllp_conn *c)
{
    uint8_t waste[16 * 1024];
    struct err e = { .fate = ERR_NONE };
    enum tls_came came = TLS_DONE;
    size_t most = (size_t)c->s->frame_max > DROP_LEAST ? (size_t)c->s->frame_max : DROP_LEAST;
    size_t left = READ_TURN_MAX, n = 0;
    for (; came == TLS_DONE && left >= sizeof waste; left -= sizeof waste) {
        came = mllp_link_read(&c->link, waste, sizeof waste, &n, &e);
        c->dropped += n;
        if (c->dropped > most)
            c->dead = true;
    }
    c->unread = came == TLS_DONE;
    if (came != TLS_DONE)
        note_outcome(c, came, &e);
}

/* Shakes hands. That takes no longer than a message may. */
static bool peer_shake(struct mllp_conn *c, int64_t now_ns)
{
    struct err e = { .fate = ERR_NONE };
    enum tls_came came = mllp_link_shake(&c->link, &e);
    if (came != TLS_DONE) {
        note_outcome(c, came, &e);
        return false;
    }
    c->shaking = c->read_writes = false;
    c->frame_ns = 0;
    c->active_ns = now_ns;
    return true;
}

/* Reads once. True: there may be more. */
static bool read_piece(struct mllp_conn *c, size_t *left)
{
    struct err e = { .fate = ERR_NONE };
    size_t n = 0;
    bool is_full = c->in.room - c->in.n < READ_LEAST;
    if (is_full && !buf_reserve(&c->in, READ_LEAST)) {
        c->dead = true;
        return false;
    }
    size_t space = c->in.room - c->in.n, want = space < *left ? space : *left;
    enum tls_came came = mllp_link_read(&c->link, c->in.p + c->in.n, want, &n, &e);
    c->in.n += n;
    *left -= n;
    if (came != TLS_DONE)
        note_outcome(c, came, &e);
    return came == TLS_DONE && (c->link.tls || n == want);
}

void mllp_conn_read(struct mllp_conn *c, int64_t now_ns)
{
    size_t left = READ_TURN_MAX;
    bool more = true;
    c->ends = false;
    if (c->shaking)
        more = peer_shake(c, now_ns);
    c->unread = false;
    if (more && c->bad) {
        discard_rest(c);
        return;
    }
    while (more && left > 0 && !c->eof && !c->more)
        more = read_piece(c, &left);
    c->unread = more && c->link.tls && !c->eof;
}

/* Names the message before: it may be the first part of one in which an FS stood. */
static void say_junk(struct mllp_conn *c)
{
    int64_t now_ns = clock_mono_ns();
    if (c->junk_ns && now_ns - c->junk_ns < JUNK_SAY_NS)
        return;
    c->junk_ns = now_ns;
    char what[120] = "sent bytes outside a frame: they are dropped";
    if (c->before[0])
        (void)snprintf(what, sizeof what,
                       "sent bytes outside a frame, behind message %s: they "
                       "are dropped",
                       c->before);
    peer_warn(c, "mllp.junk", what);
}

static void count_junk(struct mllp_conn *c, size_t bytes)
{
    if (bytes == 0)
        return;
    c->s->junk_bytes += bytes;
    if (c->owed == 0)
        say_junk(c);
    else if (c->junk_in == 0)
        c->junk_in = c->owed;
}

static const struct err too_large = { .fate = ERR_RETRY,
                                      .code = "mllp.size",
                                      .text = "cannot take a message over 'frame_max'" };

/* Refuses a frame by its beginning, which has the header: by that its sender knows which message
 * was refused. False: without a header nobody could tell what an answer is about, so there is
 * none. */
static bool refuse_large_frame(struct mllp_conn *c, struct arrival *out)
{
    struct slice head = slice_head(slice_from(buf_slice(&c->in), c->in_at + 1), HEAD_MAX);
    c->s->too_large++;
    c->bad = true;
    out->bytes = head;
    out->broken = &too_large;
    peer_warn(c, "mllp.frame", "sent a frame over 'frame_max': refused, and its connection closed");
    return slice_starts(slice_trim(head), SLICE("MSH"));
}

/* Notes since when nothing has come behind what may be the end of a frame. */
static void note_maybe(struct mllp_conn *c, enum frame f, int64_t now_ns)
{
    c->maybe_ns = f == FRAME_MAYBE ? now_ns : 0;
    c->ends = false;
}

/* No whole frame is there. Keep-alive bytes show that somebody is; bytes of a frame, or junk, do
 * not. */
static void wait_for_more(struct mllp_conn *c, const struct mllp_cut *cut, int64_t now_ns)
{
    bool is_within = c->in.n > c->in_at;
    bool begins = is_within && c->frame_ns == 0;
    bool is_kept_alive = !is_within && cut->used > 0 && cut->junk == 0;
    if (begins || is_kept_alive)
        c->active_ns = now_ns;
    if (begins)
        c->frame_ns = now_ns;
    if (!is_within)
        c->frame_ns = 0;
}

bool mllp_conn_next(struct mllp_conn *c, int64_t now_ns, struct arrival *out)
{
    *out = (struct arrival){ .sender = slice_text(c->sender) };
    while (!c->bad && !c->dead && !c->shaking) {
        struct mllp_cut cut;
        struct slice rest = slice_from(buf_slice(&c->in), c->in_at);
        enum frame f = mllp_frame(rest, &c->seen, c->eof || c->ends, (size_t)c->s->frame_max, &cut);
        count_junk(c, cut.junk);
        note_maybe(c, f, now_ns);
        c->in_at += cut.used;
        if (f == FRAME_MORE || f == FRAME_MAYBE) {
            wait_for_more(c, &cut, now_ns);
            break;
        }
        c->frame_ns = 0;
        c->active_ns = now_ns;
        if (f == FRAME_READY && cut.payload.n == 0) {
            c->s->empty++;
            continue;
        }
        if (f == FRAME_BAD) {
            c->frame_ns = now_ns; /* until it has seen the end */
            if (!refuse_large_frame(c, out))
                break;
        } else {
            c->s->frames++;
            c->useful = true;
            out->bytes = cut.payload;
        }
        c->handed = true;
        c->owed++;
        return true;
    }
    c->more = false;
    return false;
}

void mllp_conn_answer(struct mllp_conn *c, const struct answer *a)
{
    struct slice reply = a->reply;
    id_masked(a->id, c->before);
    c->owed--;
    if (c->junk_in == 1)
        say_junk(c);
    if (c->junk_in > 0)
        c->junk_in--;
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
static void shrink_buffer(struct buf *b)
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
    struct err e = { .fate = ERR_NONE };
    enum tls_came came = TLS_DONE;
    while (came == TLS_DONE && !c->dead && c->out_at < c->out.n) {
        size_t n = 0;
        came = mllp_link_write(&c->link, c->out.p + c->out_at, c->out.n - c->out_at, &n, &e);
        c->out_at += n;
        if (n > 0)
            c->active_ns = now_ns;
    }
    c->write_reads = came == TLS_WANT_READ;
    if (came == TLS_FAILED || came == TLS_CLOSED)
        c->dead = true;
    keep_rest(&c->out, c->out_at);
    c->out_at = 0;
    shrink_buffer(&c->out);
    bool all_is_out = c->out.n == 0 && !c->dead;
    if (c->bad && all_is_out && !c->shut) {
        mllp_link_end(&c->link);
        c->shut = true;
    }
}

void mllp_conn_tidy(struct mllp_conn *c)
{
    if (c->bad)
        buf_release(&c->in);
    else
        keep_rest(&c->in, c->in_at);
    c->in_at = 0;
    c->handed = false;
    shrink_buffer(&c->in);
    if (c->eof && !c->more && c->in.n > 0) {
        c->s->cut_short++;
        peer_warn(c, "mllp.closed", "closed in the middle of a frame");
        buf_release(&c->in);
    }
}

static bool wants_more(const struct mllp_conn *c)
{
    return !c->eof && !c->more && c->out.n < OUT_PAUSE_BYTES;
}

bool mllp_conn_is_unread(const struct mllp_conn *c)
{
    return c->unread && !c->handed && !c->dead && wants_more(c);
}

uint32_t mllp_conn_wants(const struct mllp_conn *c)
{
    uint32_t events = 0;
    bool reads = wants_more(c), writes = c->out.n > 0;
    if (reads || (writes && c->write_reads)) /* TLS may read before it can write */
        events |= (uint32_t)EPOLLIN;
    if ((writes && !c->write_reads) || (reads && c->read_writes)) /* or write before it can read */
        events |= (uint32_t)EPOLLOUT;
    return events;
}

bool mllp_conn_is_done(const struct mllp_conn *c)
{
    return c->dead || (c->eof && !c->more && c->out.n == 0);
}
