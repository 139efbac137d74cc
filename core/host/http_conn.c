/* http_conn.c - reads, judges, passes on, answers; every step does what it can now and never
 * waits. */
#include "host/http_conn.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/arena.h"
#include "host/http_crowd.h"

#define HEAD_MAX ((size_t)16 * 1024)
#define PIECE_BYTES ((size_t)16 * 1024)
#define REFUSAL_MAX ((size_t)64 * 1024)
#define LINGER_MS 2000
#define RETRY_S 5
#define THROWN_MAX ((size_t)4 * 1024 * 1024)
#define NEVER INT64_MAX

/* ---- bytes ---- */

/* The outcome of TLS in the form of recv() and send(): a count, or -1 and errno. */
static ssize_t from_tls(enum tls_came came, size_t n)
{
    if (came == TLS_DONE)
        return (ssize_t)n;
    if (came == TLS_CLOSED)
        return 0;
    errno = came == TLS_FAILED ? EPIPE : EAGAIN;
    return -1;
}

static ssize_t conn_receive(struct http_conn *c, const struct http_end *from, uint8_t *to,
                            size_t room)
{
    size_t n = 0;
    if (!c->tls || from != &c->peer || c->phase == HTTP_LINGERS)
        return recv(from->fd, to, room, 0);
    enum tls_came came = tls_read(c->tls, to, room, &n, &c->tls_error);
    c->wants_write = came == TLS_WANT_WRITE;
    return from_tls(came, n);
}

static ssize_t conn_deliver(struct http_conn *c, const struct http_end *to, struct slice bytes)
{
    size_t n = 0;
    if (!c->tls || to != &c->peer)
        return send(to->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
    enum tls_came came = tls_write(c->tls, bytes.p, bytes.n, &n, &c->tls_error);
    c->wants_read = came == TLS_WANT_READ;
    return from_tls(came == TLS_CLOSED ? TLS_FAILED : came, n);
}

/* Whether a call that failed with this number may go well later. */
static bool may_go_later(int number)
{
    return number == EAGAIN || number == EINTR;
}

/* Reads at most room bytes and appends them to `to`. True: bytes or the end came. */
static bool conn_fill(struct http_conn *c, struct http_end *from, struct buf *to, size_t room)
{
    uint8_t piece[PIECE_BYTES];
    if (room == 0 || from->is_over)
        return false;
    size_t most = room < sizeof piece ? room : sizeof piece;
    ssize_t n = conn_receive(c, from, piece, most);
    if (n < 0 && may_go_later(errno))
        return false;
    if (n > 0)
        buf_put(to, slice_of(piece, (size_t)n));
    else
        from->is_over = true;
    return true;
}

/* Sends the first n bytes of from, or fewer, and drops them there. Gives how many went. *failed:
 * the other side takes no more. */
static size_t conn_drain(struct http_conn *c, struct http_end *to, struct buf *from, size_t n,
                         bool *failed)
{
    ssize_t sent = n ? conn_deliver(c, to, slice_of(from->p, n)) : 0;
    *failed = sent < 0 && !may_go_later(errno);
    if (sent <= 0)
        return 0;
    from->n -= (size_t)sent;
    memmove(from->p, from->p + sent, from->n);
    return (size_t)sent;
}

/* ---- answers of the door ---- */

static void answer_put_field(struct buf *b, const char *name, const char *value)
{
    if (value)
        buf_format(b, "%s: %s\r\n", name, value);
}

static void write_answer(struct http_conn *c, const struct http_answer *a)
{
    struct buf *b = &c->refusal;
    buf_reset(b);
    buf_format(b, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: %zu\r\n", a->status,
               c->o->phrase((unsigned)a->status), a->body->n);
    answer_put_field(b, "Content-Type", a->type);
    answer_put_field(b, "WWW-Authenticate", a->status == 401 ? "Bearer" : NULL);
    for (size_t i = 0; i < HTTP_ANSWER_FIELDS; i++)
        if (a->fields[i].name)
            answer_put_field(b, a->fields[i].name, a->fields[i].value);
    if (a->retry_after_s > 0)
        buf_format(b, "Retry-After: %d\r\n", a->retry_after_s);
    buf_text(b, "\r\n");
    buf_put(b, buf_slice(a->body));
}

/* The connection takes no more requests. What the web server still says goes out first. */
static void conn_end(struct http_conn *c)
{
    c->phase = HTTP_ENDING;
    c->in.n = c->passed = 0;
    c->deadline_ms = c->now_ms + c->o->request_ms;
    if (c->server.fd >= 0)
        (void)shutdown(c->server.fd, SHUT_WR);
}

static void conn_answer(struct http_conn *c, const struct http_answer *a, const char *why)
{
    c->status = a->status;
    c->why = why;
    write_answer(c, a);
    if (!buf_ok(&c->refusal))
        buf_reset(&c->refusal);
    conn_end(c);
}

/* Answers with a problem as the listener writes them (RFC 9457). `why` says nothing of the
 * request. */
static void conn_refuse(struct http_conn *c, int status, const char *why)
{
    struct buf body;
    buf_init(&body, 1024);
    buf_format(&body,
               "{\"type\":\"about:blank\",\"title\":\"the request is refused: %s\",\"status\":%d}",
               why, status);
    struct http_answer a = { .status = status, .type = "application/problem+json", .body = &body };
    a.retry_after_s = status == 503 ? RETRY_S : 0;
    conn_answer(c, &a, why);
    buf_release(&body);
}

/* ---- a request's way in ---- */

/* Opens the pair of sockets by which the web server is given this connection. */
static bool open_server(struct http_conn *c)
{
    int pair[2];
    if (c->server.fd >= 0)
        return true;
    while (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0) {
        if (!err_is_shortage(errno))
            return false;
        if (!http_crowd_make_file(c->door, c))
            return false;
    }
    if (!c->o->hand_over(c->o->ctx, pair[1], (const struct sockaddr *)&c->from, c->from_n)) {
        close(pair[0]);
        return false;
    }
    c->server.fd = pair[0];
    return true;
}

static bool is_judged(struct http_conn *c, const struct http_head *h)
{
    struct buf body;
    buf_init(&body, REFUSAL_MAX / 2);
    struct http_answer a = { .status = 0, .body = &body };
    bool answered = c->o->judge && c->o->judge(c->o->ctx, h, &a);
    if (answered)
        conn_answer(c, &a, "its head");
    buf_release(&body);
    return answered;
}

/* Whether the body may come, as far as it was announced; else the request is refused. */
static bool body_has_room(struct http_conn *c)
{
    if (c->body.bytes > c->o->body_max)
        conn_refuse(c, 413, "its body is too large");
    else if (!http_crowd_hold(c, (size_t)c->body.bytes))
        conn_refuse(c, 503, "there is no room for it now");
    return c->phase != HTTP_ENDING;
}

static bool take_head(struct http_conn *c)
{
    struct http_head h;
    if (!c->blank && c->in.n >= 2 && memcmp(c->in.p, "\r\n", 2) == 0) { /* RFC 9112 section 2.2 */
        c->in.n -= 2;
        memmove(c->in.p, c->in.p + 2, c->in.n);
        c->seen = 0;
        c->blank = true;
    }
    enum http_frame f = http_head(buf_slice(&c->in), &c->seen, HEAD_MAX, &h);
    if (f == HTTP_MORE)
        return false;
    if (f == HTTP_BAD) {
        conn_refuse(c, h.status, h.why);
        return true;
    }
    if (is_judged(c, &h))
        return true;
    http_body_begin(&c->body, &h);
    if (!body_has_room(c))
        return true;
    if (!open_server(c)) {
        conn_refuse(c, 503, "there is no room for it now");
        return true;
    }
    c->phase = HTTP_READS_BODY;
    c->deadline_ms = c->begun_ms + c->o->request_ms;
    c->passed = h.bytes;
    return true;
}

static bool take_body(struct http_conn *c)
{
    size_t used = 0;
    enum http_frame f = http_body_follow(&c->body, slice_from(buf_slice(&c->in), c->passed), &used);
    c->passed += used;
    if (f == HTTP_BAD)
        conn_refuse(c, 400, "its body is not chunked as it should be");
    if (f == HTTP_BAD || !body_has_room(c))
        return true;
    if (f == HTTP_READY) {
        c->phase = HTTP_AWAITS_ANSWER;
        c->deadline_ms = NEVER;
    }
    return f == HTTP_READY || used > 0;
}

/* Takes a step in what has come. The next request waits until the answer to this one has begun. */
static bool take_request(struct http_conn *c)
{
    if (c->phase == HTTP_WAITS && c->in.n > 0 && c->passed == 0) {
        if (c->begun_ms == 0) { /* of the first one: when the connection came */
            c->begun_ms = c->now_ms;
            c->deadline_ms = c->now_ms + c->o->head_ms;
        }
        if (!take_head(c))
            return false;
        if (c->phase == HTTP_READS_BODY) /* before its answer may come, which ends it */
            (void)take_body(c);
        return true;
    }
    return c->phase == HTTP_READS_BODY && take_body(c);
}

static bool pull_request(struct http_conn *c)
{
    if (c->phase == HTTP_LINGERS) {
        bool came = conn_fill(c, &c->peer, &c->in, PIECE_BYTES);
        c->thrown += c->in.n;
        c->in.n = 0;
        c->dead = c->dead || c->peer.is_over || c->thrown > THROWN_MAX;
        return came;
    }
    bool wanted = c->phase == HTTP_WAITS || c->phase == HTTP_READS_BODY;
    return wanted && conn_fill(c, &c->peer, &c->in, HEAD_MAX - c->in.n);
}

static bool push_request(struct http_conn *c)
{
    bool failed = false;
    if (c->passed == 0 || c->server.fd < 0)
        return false;
    size_t n = conn_drain(c, &c->server, &c->in, c->passed, &failed);
    c->passed -= n;
    if (failed)
        conn_end(c); /* what it said before goes out all the same */
    return n > 0;
}

/* ---- an answer's way out ---- */

/* The answer has begun, so the request is over: the next one may come. */
static void next_request(struct http_conn *c)
{
    c->phase = HTTP_WAITS;
    c->begun_ms = 0;
    c->seen = 0;
    c->blank = false;
    c->deadline_ms = c->now_ms + c->o->idle_ms;
    http_crowd_answered(c);
}

/* The web server will say no more, or was never told of a request. */
static bool server_is_done(const struct http_conn *c)
{
    return c->server.fd < 0 || c->server.is_over;
}

/* "100 Continue" and the like, and nothing behind it: the answer is still to come (RFC 9110
 * 15.2). */
static bool is_interim(struct slice out)
{
    if (!slice_starts(out, SLICE("HTTP/1.1 1")))
        return false;
    const uint8_t *end = memmem(out.p, out.n, "\r\n\r\n", 4);
    return end && end + 4 == out.p + out.n;
}

static bool pull_answer(struct http_conn *c)
{
    bool is_first = c->out.n == 0;
    if (server_is_done(c))
        return false;
    if (!conn_fill(c, &c->server, &c->out, PIECE_BYTES - c->out.n))
        return false;
    if (c->out_deadline_ms == NEVER)
        c->out_deadline_ms = c->now_ms + c->o->request_ms;

    bool answer_begins = c->out.n > 0;
    if (is_first && is_interim(buf_slice(&c->out)))
        answer_begins = false;
    if (answer_begins && c->phase == HTTP_AWAITS_ANSWER)
        next_request(c);
    if (c->server.is_over && c->phase != HTTP_ENDING)
        conn_end(c);
    return true;
}

static bool flush_answer(struct http_conn *c)
{
    bool failed = false;
    size_t sent = 0;
    if (c->out.n > 0)
        sent = conn_drain(c, &c->peer, &c->out, c->out.n, &failed);
    else if (c->phase == HTTP_ENDING && server_is_done(c))
        sent = conn_drain(c, &c->peer, &c->refusal, c->refusal.n, &failed);

    if (c->out.n == 0)
        c->out_deadline_ms = NEVER;
    if (failed)
        c->dead = true;
    return sent > 0;
}

/* The peer has said its last, or all is said to it. */
static void conn_settle(struct http_conn *c)
{
    if (c->peer.is_over && c->phase == HTTP_READS_BODY)
        c->dead = true; /* nobody waits for the answer to half a request */
    if (c->peer.is_over && c->phase == HTTP_WAITS) {
        if (c->server.fd < 0)
            c->dead = true;
        else
            conn_end(c);
    }
    if (c->in.n == 0)
        buf_release(&c->in);
    if (c->out.n == 0)
        buf_release(&c->out);

    bool all_is_out = c->out.n == 0 && c->refusal.n == 0 && server_is_done(c);
    if (c->phase != HTTP_ENDING || !all_is_out)
        return;
    enum tls_came came = c->tls ? tls_end(c->tls, &c->tls_error) : TLS_DONE;
    c->wants_write = came == TLS_WANT_WRITE;
    if (c->wants_write)
        return;
    (void)shutdown(c->peer.fd, SHUT_WR);
    c->phase = HTTP_LINGERS;
    c->deadline_ms = c->now_ms + LINGER_MS;
}

/* ---- for the loop ---- */

void http_conn_go(struct http_conn *c, int64_t now_ms)
{
    c->now_ms = now_ms;
    for (bool more = true; more && !c->dead;) {
        more = pull_request(c);
        more = take_request(c) || more;
        more = push_request(c) || more;
        more = pull_answer(c) || more;
        more = flush_answer(c) || more;
        enum http_phase before = c->phase;
        conn_settle(c);
        more = more || c->phase != before;
        if (!buf_ok(&c->in) || !buf_ok(&c->out))
            c->dead = true;
    }
}

bool http_conn_is_late(struct http_conn *c, int64_t now_ms)
{
    c->now_ms = now_ms;
    bool request_is_late = c->deadline_ms <= now_ms;
    bool answer_is_late = c->out_deadline_ms <= now_ms;
    if (!request_is_late && !answer_is_late)
        return false;
    if (answer_is_late)
        c->dead = true;
    else if (c->phase == HTTP_WAITS && c->in.n > 0)
        conn_refuse(c, 408, "its head did not come in time");
    else if (c->phase == HTTP_READS_BODY)
        conn_refuse(c, 408, "it did not come in time");
    else
        c->dead = true;
    return true;
}

static uint32_t events_of(bool reads, bool writes)
{
    uint32_t events = 0;
    if (reads)
        events |= (uint32_t)EPOLLIN;
    if (writes)
        events |= (uint32_t)EPOLLOUT;
    return events;
}

/* Whether bytes of the peer are wanted now: of a request, or to throw them away. */
static bool takes_of_peer(const struct http_conn *c)
{
    if (c->peer.is_over)
        return false;
    if (c->phase == HTTP_WAITS || c->phase == HTTP_READS_BODY)
        return c->in.n < HEAD_MAX;
    return c->phase == HTTP_LINGERS;
}

uint32_t http_conn_wants_peer(const struct http_conn *c)
{
    bool reads = takes_of_peer(c);
    bool writes = c->out.n > 0;
    if (c->refusal.n > 0 && server_is_done(c))
        writes = true;
    if (c->phase == HTTP_LINGERS || c->peer.is_over)
        return events_of(reads, writes);

    if (c->wants_read) { /* TLS reads before it can write */
        reads = true;
        writes = false;
    }
    if (c->wants_write)
        writes = true;
    return events_of(reads, writes);
}

uint32_t http_conn_wants_server(const struct http_conn *c)
{
    bool reads = !c->server.is_over && c->out.n < PIECE_BYTES;
    return events_of(reads, c->passed > 0);
}

struct http_conn *http_conn_new(const struct http_door_options *o, int fd,
                                const struct sockaddr_storage *from, socklen_t from_n,
                                int64_t now_ms)
{
    struct err ignored = { .fate = ERR_NONE };
    struct http_conn *c = mem_alloc(sizeof *c);
    if (!c || (o->tls && !tls_start(o->tls, fd, &c->tls, &ignored))) {
        mem_free(c);
        close(fd);
        return NULL;
    }
    c->o = o;
    c->peer = (struct http_end){ .conn = c, .fd = fd };
    c->server = (struct http_end){ .conn = c, .fd = -1 };
    c->from = *from;
    c->from_n = from_n;
    buf_init(&c->in, 2 * HEAD_MAX);
    buf_init(&c->out, 2 * PIECE_BYTES);
    buf_init(&c->refusal, REFUSAL_MAX);
    c->begun_ms = now_ms;
    c->deadline_ms = now_ms + o->head_ms;
    c->out_deadline_ms = NEVER;
    return c;
}
