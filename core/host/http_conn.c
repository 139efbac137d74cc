/* http_conn.c - reads, judges, passes on, answers; every step does what it can now and never waits. */
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

/* As recv() and send() say it. */
static ssize_t from_tls(enum tls_came came, size_t n)
{
    if (came == TLS_DONE)
        return (ssize_t)n;
    if (came == TLS_CLOSED)
        return 0;
    errno = came == TLS_FAILED ? EPIPE : EAGAIN;
    return -1;
}

static ssize_t receive(struct http_conn *c, const struct http_end *from, uint8_t *to, size_t room)
{
    size_t n = 0;
    if (!c->tls || from != &c->peer || c->phase == HTTP_LINGERS)
        return recv(from->fd, to, room, 0);
    enum tls_came came = tls_read(c->tls, to, room, &n, &c->tls_error);
    c->wants_write = came == TLS_WANT_WRITE;
    return from_tls(came, n);
}

static ssize_t deliver(struct http_conn *c, const struct http_end *to, struct slice bytes)
{
    size_t n = 0;
    if (!c->tls || to != &c->peer)
        return send(to->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
    enum tls_came came = tls_write(c->tls, bytes.p, bytes.n, &n, &c->tls_error);
    c->wants_read = came == TLS_WANT_READ;
    return from_tls(came == TLS_CLOSED ? TLS_FAILED : came, n);
}

/* What came, behind what is there, of at most room bytes; whether anything did. */
static bool fill(struct http_conn *c, struct http_end *from, struct buf *to, size_t room)
{
    uint8_t piece[PIECE_BYTES];
    if (room == 0 || from->is_over)
        return false;
    ssize_t n = receive(c, from, piece, room < sizeof piece ? room : sizeof piece);
    if (n > 0)
        buf_put(to, slice_of(piece, (size_t)n));
    from->is_over = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
    return n > 0 || from->is_over;
}

/* The first n bytes of from, as many as go; how many went. *failed: nobody takes them any more. */
static size_t drain(struct http_conn *c, struct http_end *to, struct buf *from, size_t n, bool *failed)
{
    ssize_t sent = n ? deliver(c, to, slice_of(from->p, n)) : 0;
    *failed = sent < 0 && errno != EAGAIN && errno != EINTR;
    if (sent <= 0)
        return 0;
    from->n -= (size_t)sent;
    memmove(from->p, from->p + sent, from->n);
    return (size_t)sent;
}

/* ---- answers of the door ---- */

static void put_field(struct buf *b, const char *name, const char *value)
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
    put_field(b, "Content-Type", a->type);
    put_field(b, "WWW-Authenticate", a->status == 401 ? "Bearer" : NULL);
    for (size_t i = 0; i < HTTP_ANSWER_FIELDS; i++)
        if (a->fields[i].name)
            put_field(b, a->fields[i].name, a->fields[i].value);
    if (a->retry_after_s > 0)
        buf_format(b, "Retry-After: %d\r\n", a->retry_after_s);
    buf_text(b, "\r\n");
    buf_put(b, buf_slice(a->body));
}

/* No more of this peer is taken; what the web server still says goes out first. */
static void end(struct http_conn *c)
{
    c->phase = HTTP_ENDING;
    c->in.n = c->passed = 0;
    c->deadline_ms = c->now_ms + c->o->request_ms;
    if (c->server.fd >= 0)
        (void)shutdown(c->server.fd, SHUT_WR);
}

static void answer(struct http_conn *c, const struct http_answer *a, const char *why)
{
    c->status = a->status;
    c->why = why;
    write_answer(c, a);
    if (!buf_ok(&c->refusal))
        buf_reset(&c->refusal);
    end(c);
}

/* In the form that the listener gives what it refuses (RFC 9457); why says nothing of the request. */
static void refuse(struct http_conn *c, int status, const char *why)
{
    struct buf body;
    buf_init(&body, 1024);
    buf_format(&body, "{\"type\":\"about:blank\",\"title\":\"the request is refused: %s\",\"status\":%d}", why,
               status);
    struct http_answer a = { .status = status, .type = "application/problem+json", .body = &body };
    a.retry_after_s = status == 503 ? RETRY_S : 0;
    answer(c, &a, why);
    buf_release(&body);
}

/* ---- a request's way in ---- */

/* Where the web server is told of it. */
static bool open_server(struct http_conn *c)
{
    int pair[2];
    if (c->server.fd >= 0)
        return true;
    while (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        if (!err_is_shortage(errno) || !http_crowd_make_file(c->door, c))
            return false;
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
        answer(c, &a, "its head");
    buf_release(&body);
    return answered;
}

/* Whether its body may come as far as it was announced. */
static bool has_room(struct http_conn *c)
{
    if (c->body.bytes > c->o->body_max)
        refuse(c, 413, "its body is too large");
    else if (!http_crowd_hold(c, (size_t)c->body.bytes))
        refuse(c, 503, "there is no room for it now");
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
        refuse(c, h.status, h.why);
        return true;
    }
    if (is_judged(c, &h))
        return true;
    http_body_begin(&c->body, &h);
    if (!has_room(c))
        return true;
    if (!open_server(c)) {
        refuse(c, 503, "there is no room for it now");
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
        refuse(c, 400, "its body is not chunked as it should be");
    if (f == HTTP_BAD || !has_room(c))
        return true;
    if (f == HTTP_READY) {
        c->phase = HTTP_AWAITS_ANSWER;
        c->deadline_ms = NEVER;
    }
    return f == HTTP_READY || used > 0;
}

/* Of what has come; the next request of a connection waits until this one's answer has begun. */
static bool take(struct http_conn *c)
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

static bool pull(struct http_conn *c)
{
    if (c->phase == HTTP_LINGERS) {
        bool came = fill(c, &c->peer, &c->in, PIECE_BYTES);
        c->thrown += c->in.n;
        c->in.n = 0;
        c->dead = c->dead || c->peer.is_over || c->thrown > THROWN_MAX;
        return came;
    }
    bool wanted = c->phase == HTTP_WAITS || c->phase == HTTP_READS_BODY;
    return wanted && fill(c, &c->peer, &c->in, HEAD_MAX - c->in.n);
}

static bool push(struct http_conn *c)
{
    bool failed = false;
    if (c->passed == 0 || c->server.fd < 0)
        return false;
    size_t n = drain(c, &c->server, &c->in, c->passed, &failed);
    c->passed -= n;
    if (failed)
        end(c); /* what it said before goes out all the same */
    return n > 0;
}

/* ---- an answer's way out ---- */

/* Its request is over when its answer begins: the next one may come. */
static void next_request(struct http_conn *c)
{
    c->phase = HTTP_WAITS;
    c->begun_ms = 0;
    c->seen = 0;
    c->blank = false;
    c->deadline_ms = c->now_ms + c->o->idle_ms;
    http_crowd_answered(c);
}

/* "100 Continue" and the like, and nothing behind it: the answer is still to come (RFC 9110 15.2). */
static bool is_interim(struct slice out)
{
    const uint8_t *end = slice_starts(out, SLICE("HTTP/1.1 1")) ? memmem(out.p, out.n, "\r\n\r\n", 4) : NULL;
    return end && end + 4 == out.p + out.n;
}

static bool pull_answer(struct http_conn *c)
{
    bool is_first = c->out.n == 0;
    if (c->server.fd < 0 || c->server.is_over || !fill(c, &c->server, &c->out, PIECE_BYTES - c->out.n))
        return false;
    if (c->out_deadline_ms == NEVER)
        c->out_deadline_ms = c->now_ms + c->o->request_ms;
    if (c->phase == HTTP_AWAITS_ANSWER && c->out.n > 0 && !(is_first && is_interim(buf_slice(&c->out))))
        next_request(c);
    if (c->server.is_over && c->phase != HTTP_ENDING)
        end(c);
    return true;
}

static bool flush(struct http_conn *c)
{
    bool failed = false;
    struct buf *from = c->out.n ? &c->out : &c->refusal;
    bool may = c->out.n || (c->phase == HTTP_ENDING && (c->server.fd < 0 || c->server.is_over));
    size_t n = may ? drain(c, &c->peer, from, from->n, &failed) : 0;
    if (c->out.n == 0)
        c->out_deadline_ms = NEVER;
    c->dead = c->dead || failed;
    return n > 0;
}

/* The peer has said its last, or all is said to it. */
static void settle(struct http_conn *c)
{
    if (c->peer.is_over && c->phase == HTTP_READS_BODY)
        c->dead = true; /* nobody waits for the answer to half a request */
    if (c->peer.is_over && c->phase == HTTP_WAITS) {
        if (c->server.fd < 0)
            c->dead = true;
        else
            end(c);
    }
    if (c->in.n == 0)
        buf_release(&c->in);
    if (c->out.n == 0)
        buf_release(&c->out);
    bool all_out = c->out.n == 0 && c->refusal.n == 0 && (c->server.fd < 0 || c->server.is_over);
    if (c->phase != HTTP_ENDING || !all_out)
        return;
    c->wants_write = c->tls && tls_end(c->tls, &c->tls_error) == TLS_WANT_WRITE;
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
        more = pull(c);
        more = take(c) || more;
        more = push(c) || more;
        more = pull_answer(c) || more;
        more = flush(c) || more;
        enum http_phase before = c->phase;
        settle(c);
        more = more || c->phase != before;
        c->dead = c->dead || !buf_ok(&c->in) || !buf_ok(&c->out);
    }
}

bool http_conn_is_late(struct http_conn *c, int64_t now_ms)
{
    c->now_ms = now_ms;
    bool in = c->deadline_ms <= now_ms, out = c->out_deadline_ms <= now_ms;
    if (!in && !out)
        return false;
    bool reads = (c->phase == HTTP_WAITS && c->in.n > 0) || c->phase == HTTP_READS_BODY;
    if (reads && !out)
        refuse(c, 408, c->phase == HTTP_WAITS ? "its head did not come in time" : "it did not come in time");
    else
        c->dead = true;
    return true;
}

uint32_t http_conn_wants_peer(const struct http_conn *c)
{
    bool reads = c->phase == HTTP_WAITS || c->phase == HTTP_READS_BODY;
    bool in = !c->peer.is_over && (c->phase == HTTP_LINGERS || (reads && c->in.n < HEAD_MAX));
    bool out = c->out.n || (c->refusal.n && (c->server.fd < 0 || c->server.is_over));
    if (c->phase != HTTP_LINGERS && !c->peer.is_over) {
        in = in || c->wants_read;
        out = c->wants_write || (out && !c->wants_read);
    }
    return (in ? (uint32_t)EPOLLIN : 0) | (out ? (uint32_t)EPOLLOUT : 0);
}

uint32_t http_conn_wants_server(const struct http_conn *c)
{
    bool in = !c->server.is_over && c->out.n < PIECE_BYTES;
    return (in ? (uint32_t)EPOLLIN : 0) | (c->passed ? (uint32_t)EPOLLOUT : 0);
}

struct http_conn *http_conn_new(const struct http_door_options *o, int fd, const struct sockaddr_storage *from,
                                socklen_t from_n, int64_t now_ms)
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
