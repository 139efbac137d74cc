/* mllp_client.c - sending: one connection, one message, one answer at a time.
 *
 * Everything is done against one deadline, and stop() ends every wait. A connection on which
 * anything went wrong is closed, so that a late answer cannot be taken for the next message's. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "transport/mllp_frame.h"
#include "transport/mllp_state.h"

#define READ_LEAST ((size_t)4 * 1024)
#define KEEP_MAX ((size_t)256 * 1024)

static void hang_up(struct mllp *s)
{
    mllp_link_close(&s->link);
}

/* Waits until fd is ready for what is wanted, the time is over, or stop() was called. */
static bool wait_for_socket(struct mllp *s, int fd, short wanted, int64_t until_ns, struct err *e)
{
    switch (waker_wait(&s->wake, fd, wanted, until_ns)) {
    case WAITED_AWAKE:
        return err_set(e, ERR_RETRY, "mllp.stopped", 0, "sending was stopped");
    case WAITED_END:
        return err_set(e, ERR_RETRY, "mllp.timeout", 0, "no answer from '%.80s' in time",
                       s->connect);
    default:
        return true;
    }
}

static bool refuse_broken(const struct mllp *s, int number, struct err *e)
{
    return err_errno(e, ERR_RETRY, "mllp.closed", number, "connection lost to", s->connect);
}

static bool connect_socket(struct mllp *s, int fd, const struct addrinfo *a, int64_t until_ns,
                           struct err *e)
{
    int why = 0;
    socklen_t n = sizeof why;
    if (connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
        if (errno != EINPROGRESS)
            why = errno;
        else if (!wait_for_socket(s, fd, POLLOUT, until_ns, e))
            return false;
        else
            (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &n);
    }
    mllp_socket_tune(fd);
    return !why || err_errno(e, ERR_RETRY, "mllp.connect", why, "cannot connect to", s->connect);
}

/* Waits for what a step wants; false when it cannot come any more. */
static bool wait_on(struct mllp *s, enum tls_came came, int64_t until_ns, struct err *e)
{
    if (came == TLS_WANT_READ)
        return wait_for_socket(s, s->link.fd, POLLIN, until_ns, e);
    if (came == TLS_WANT_WRITE)
        return wait_for_socket(s, s->link.fd, POLLOUT, until_ns, e);
    return came == TLS_CLOSED ? refuse_broken(s, ECONNRESET, e) : false;
}

static bool client_shake(struct mllp *s, int64_t until_ns, struct err *e)
{
    enum tls_came came = mllp_link_shake(&s->link, e);
    while (came != TLS_DONE) {
        if (!wait_on(s, came, until_ns, e))
            return false;
        came = mllp_link_shake(&s->link, e);
    }
    struct tls_shown shown;
    if (s->link.tls && tls_shown(s->link.tls, &shown))
        s->shown_until_ms = shown.until_ms;
    return true;
}

static bool connect_one(struct mllp *s, const struct addrinfo *a, int64_t until_ns, struct err *e)
{
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_errno(e, ERR_RETRY, "mllp.connect", errno, "cannot connect to", s->connect);
    if (!connect_socket(s, fd, a, until_ns, e)) {
        close(fd);
        return false;
    }
    return mllp_link_open(&s->link, fd, s->tls, e) && client_shake(s, until_ns, e);
}

static bool connect_any(struct mllp *s, int64_t until_ns, struct err *e)
{
    struct addrinfo *list = NULL;
    if (!mllp_resolve(s->connect, false, &list, e))
        return false;
    bool done = false;
    for (const struct addrinfo *a = list; a && !done; a = a->ai_next) {
        struct err why = { .fate = ERR_NONE };
        done = connect_one(s, a, until_ns, &why);
        if (!done) {
            hang_up(s);
            if (!a->ai_next)
                *e = why;
        }
    }
    freeaddrinfo(list);
    return done;
}

/* Throws away what came after the last answer; false when the peer has closed meanwhile. */
static bool drop_stale(struct mllp *s)
{
    uint8_t stale[4096];
    struct err unused = { .fate = ERR_NONE };
    enum tls_came came;
    size_t n;
    do
        came = mllp_link_read(&s->link, stale, sizeof stale, &n, &unused);
    while (came == TLS_DONE);
    return came == TLS_WANT_READ;
}

static bool write_frame(struct mllp *s, int64_t until_ns, struct err *e)
{
    for (size_t at = 0, n = 0; at < s->work.n; at += n) {
        enum tls_came came = mllp_link_write(&s->link, s->work.p + at, s->work.n - at, &n, e);
        if (came != TLS_DONE && !wait_on(s, came, until_ns, e))
            return false;
    }
    return true;
}

/* Adds what has come to the buffer, waiting for it. */
static bool read_answer(struct mllp *s, int64_t until_ns, struct err *e)
{
    uint8_t *to = buf_reserve(&s->work, READ_LEAST);
    if (!to)
        return err_memory(e);
    for (;;) {
        size_t n = 0;
        enum tls_came came = mllp_link_read(&s->link, to, s->work.room - s->work.n, &n, e);
        s->work.n += n;
        if (came == TLS_DONE)
            return true;
        if (!wait_on(s, came, until_ns, e))
            return false;
    }
}

/* What was read while waiting. */
struct reading {
    size_t at; /* in the work buffer: the next byte */
    struct mllp_seen seen;
    size_t junk, passed; /* bytes that are no frame; frames that answer another message */
};

/* Frames that were looked at need not be kept. */
static void forget_read(struct mllp *s, struct reading *r)
{
    struct slice rest = slice_from(buf_slice(&s->work), r->at);
    if (r->at < READ_LEAST)
        return;
    memmove(s->work.p, rest.p, rest.n);
    s->work.n = rest.n;
    r->at = 0;
}

/* The first frame that is the answer to this message; an FS that was read last ends it. What
 * answers another one is passed over: a
 * partner that was slow, or that says more than once what became of a message. */
static bool read_frame(struct mllp *s, const struct outgoing *m, int64_t until_ns,
                       struct reading *r, struct buf *answer, struct err *e)
{
    buf_reset(&s->work);
    for (;;) {
        struct mllp_cut cut;
        struct slice rest = slice_from(buf_slice(&s->work), r->at);
        enum frame f = mllp_frame(rest, &r->seen, true, (size_t)s->frame_max, &cut);
        r->at += cut.used;
        r->junk += cut.junk;
        if (f == FRAME_BAD)
            return err_set(e, ERR_RETRY, "mllp.frame", 0, "answer from '%.80s' is over 'frame_max'",
                           s->connect);
        if (f == FRAME_READY && cut.payload.n > 0) {
            if (!m->is_answer || m->is_answer(m->ctx, cut.payload)) {
                buf_put(answer, cut.payload);
                return buf_done(answer, e);
            }
            r->passed++;
        }
        if (f != FRAME_MORE)
            continue;
        forget_read(s, r);
        if (!read_answer(s, until_ns, e))
            return false;
    }
}

/* A wait that was in vain says what came instead of an answer: how much, never what. */
static void say_what_came(const struct mllp *s, const struct reading *r, struct err *e)
{
    size_t junk = r->junk + (s->work.n > r->at ? s->work.n - r->at : 0);
    if (junk == 0 && r->passed == 0)
        return;
    const char *code = junk ? "mllp.unframed" : "mllp.other_answer";
    struct err what = { .fate = ERR_NONE };
    err_set(&what, ERR_RETRY, code, 0,
            "no answer from '%.80s': %zu bytes came that are no frame (VT before, FS behind), %zu "
            "frames answer another message",
            s->connect, junk, r->passed);
    *e = what;
}

/* VT, payload, FS, CR in the work buffer. */
static bool make_frame(struct mllp *s, struct slice bytes, struct err *e)
{
    if (slice_find(bytes, MLLP_VT) < bytes.n || slice_find(bytes, MLLP_FS) < bytes.n)
        return err_set(e, ERR_REJECT, "mllp.payload", 0,
                       "the message holds VT or FS, by which MLLP marks its beginning and end");
    if (bytes.n == 0 || bytes.n > (size_t)s->frame_max)
        return err_set(e, ERR_REJECT, "mllp.payload", 0,
                       "the message is empty, or larger than 'frame_max'");
    buf_reset(&s->work);
    buf_byte(&s->work, MLLP_VT);
    buf_put(&s->work, bytes);
    buf_byte(&s->work, MLLP_FS);
    buf_byte(&s->work, '\r');
    return buf_done(&s->work, e);
}

/* A failure of TLS is mostly one of certificates, and true of every message. */
static enum handing_fate fate_of_failure(const struct err *e, enum handing_fate otherwise)
{
    static const char *const passing[] = { "tls.closed", "tls.broken", "tls.cut" };
    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++)
        if (strcmp(e->code, passing[i]) == 0)
            return otherwise;
    return strncmp(e->code, "tls.", 4) == 0 ? HANDING_SITE : otherwise;
}

/* The frame stands in the work buffer. Until hands are shaken no byte of it has left. */
static void send_and_hear(struct mllp *s, const struct outgoing *m, struct buf *answer,
                          struct handing *out)
{
    int64_t until_ns = clock_mono_ns() + s->timeout_ms * 1000000;
    struct reading r = { .at = 0 };
    struct err *e = &out->why;
    if (s->link.fd >= 0 && !drop_stale(s))
        hang_up(s);
    if (s->link.fd < 0 && !connect_any(s, until_ns, e)) {
        out->fate = fate_of_failure(e, HANDING_NOT_SENT);
        return;
    }
    out->left = true;
    bool answered = write_frame(s, until_ns, e);
    answered = answered && read_frame(s, m, until_ns, &r, answer, e);
    if (answered) {
        out->fate = HANDING_TAKEN;
        return;
    }
    out->fate = fate_of_failure(e, HANDING_UNKNOWN);
    if (strcmp(e->code, "mllp.timeout") == 0 || strcmp(e->code, "mllp.closed") == 0)
        say_what_came(s, &r, e);
}

void mllp_client_send(struct mllp *s, const struct outgoing *m, struct buf *answer,
                      struct handing *out)
{
    out->fate = HANDING_REFUSED;
    if (!make_frame(s, m->bytes, &out->why))
        return;
    send_and_hear(s, m, answer, out);
    if (out->fate != HANDING_TAKEN)
        hang_up(s);
    if (s->work.room > KEEP_MAX)
        buf_release(&s->work);
}
