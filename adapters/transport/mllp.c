/* mllp.c - the options of the MLLP transport, and what server and client share of its life. */
#include "transport/mllp.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "base/arena.h"
#include "transport/mllp_state.h"

#define FRAME_MAX_LEAST 64
#define FRAME_MAX_MOST ((int64_t)1024 * 1024 * 1024)
#define BUFFERS_BESIDE ((int64_t)1024 * 1024) /* what one connection holds beside a frame */
#define AT(field) offsetof(struct mllp, field)

static const struct cfg_option mllp_options[] = {
    { "listen", CFG_TEXT, AT(listen), "", "address and port to receive on, as 0.0.0.0:2575" },
    { "connect", CFG_TEXT, AT(connect), "", "host and port to send to, as board.example:2576" },
    { "peers", CFG_LIST, AT(peers), "",
      "address blocks that may connect, as 10.1.2.0/24; unless set: all" },
    { "frame_max", CFG_BYTES, AT(frame_max), "16MiB",
      "a larger message is answered AR, and its connection closed" },
    { "idle", CFG_MS, AT(idle_ms), "10m",
      "a connection without a whole message for this long is closed; 0: never" },
    { "message_time", CFG_MS, AT(message_ms), "2m",
      "a message must be whole this long after its first byte; else its connection is closed" },
    { "connections_max", CFG_COUNT, AT(connections_max), "0",
      "connections at one time; 0: 1000, or fewer where the limit of open files is low" },
    { "peer_connections_max", CFG_COUNT, AT(peer_connections_max), "0",
      "the same for one address (IPv6: for its first 64 bits); 0: half of connections_max" },
    { "buffers_max", CFG_BYTES, AT(buffers_max), "0",
      "memory for all messages being received; 0: sixteen times frame_max, and at least 256MiB" },
    { "peer_buffers_max", CFG_BYTES, AT(peer_buffers_max), "0",
      "the same for one address; 0: a quarter of buffers_max" },
    { "timeout", CFG_MS, AT(timeout_ms), "30s", "how long sending waits for the answer" },
    SECURE_TLS(AT(secure)),
    SECURE_CLEARTEXT(AT(secure)),
    SECURE_ANYONE(AT(secure)),
    { .type = CFG_END },
};

static bool check_peers(const struct mllp *s, struct err *e)
{
    struct mllp_block unused;
    for (const char **peer = s->peers; peer && *peer; peer++)
        if (!mllp_block_read(*peer, &unused, e))
            return false;
    return true;
}

static bool check_mllp_limits(const struct mllp *s, bool receives, struct err *e)
{
    if (s->frame_max < FRAME_MAX_LEAST || s->frame_max > FRAME_MAX_MOST)
        return err_set(e, ERR_FATAL, "mllp.option", 0,
                       "'frame_max' must be from 64 bytes to 1 GiB");
    if (s->idle_ms < 0 || s->timeout_ms <= 0 || s->connections_max < 0)
        return err_set(e, ERR_FATAL, "mllp.option", 0,
                       "'timeout' must be over 0, 'connections_max' and 'idle' at least 0");
    if (s->message_ms <= 0 || s->peer_connections_max < 0 || s->buffers_max < 0 ||
        s->peer_buffers_max < 0)
        return err_set(e, ERR_FATAL, "mllp.option", 0,
                       "'message_time' must be over 0, 'peer_connections_max', 'buffers_max' and "
                       "'peer_buffers_max' at least 0");
    int64_t least = s->frame_max + BUFFERS_BESIDE;
    bool holds_frame = mllp_buffers_max(s) >= least && mllp_peer_buffers_max(s) >= least;
    if (receives && !holds_frame)
        return err_set(e, ERR_FATAL, "mllp.option", 0,
                       "'buffers_max' and 'peer_buffers_max' must be 1 MiB over 'frame_max'");
    return true;
}

static bool mllp_check(const void *state, bool receives, struct err *e)
{
    const struct mllp *s = state;
    const char *where = receives ? s->listen : s->connect;
    struct address at;
    if (!cfg_is_set(where))
        return err_set(e, ERR_FATAL, "mllp.option", 0, "the option %s",
                       receives
                           ? "'listen' is missing: a feed needs an address to listen on"
                           : "'connect' is missing: a delivery needs an address to connect to");
    if (cfg_is_set(s->listen) && cfg_is_set(s->connect))
        return err_set(e, ERR_FATAL, "mllp.option", 0,
                       "'listen' and 'connect' exclude each other: want one of them");
    if (!mllp_address_check(where, &at, e))
        return false;
    if (!receives && !at.host[0])
        return err_set(e, ERR_FATAL, "mllp.option", 0, "'connect' names no host: want HOST:PORT");
    return check_mllp_limits(s, receives, e) && check_peers(s, e);
}

#define PEERS_READ_MAX 1000

/* Whether 'peers' names whom the site means. More blocks than anybody can look through name
 * nobody. */
static bool names_peers(const struct mllp *s)
{
    struct mllp_block blocks[PEERS_READ_MAX];
    size_t n = 0;
    for (const char **peer = s->peers; peer && *peer; peer++) {
        if (n == PEERS_READ_MAX)
            return false;
        n += mllp_block_parse(*peer, &blocks[n]); /* else it is refused elsewhere */
    }
    return n > 0 && !mllp_block_is_anybody(blocks, n);
}

static void mllp_stand(const void *state, bool receives, struct secure_stand *out)
{
    const struct mllp *s = state;
    out->secure = &s->secure;
    out->listens = receives;
    out->address = receives ? s->listen : s->connect;
    out->name = s->host;
    out->encrypted = s->secure.tls.at != NULL;
    out->local = address_is_local(slice_text(out->address));
    out->knows_whom = names_peers(s);
}

static int64_t mllp_shown_until_ms(const void *state)
{
    const struct mllp *s = state;
    int64_t until_ms = s->shown_until_ms;
    return until_ms ? until_ms : TLS_NO_END;
}

static bool open_tls(struct mllp *s, bool receives, struct err *e)
{
    struct secure_stand stand = { .secure = NULL };
    struct address at;
    if (!mllp_address_check(receives ? s->listen : s->connect, &at, e))
        return false;
    memcpy(s->host, at.host, sizeof s->host);
    mllp_stand(s, receives, &stand);
    return secure_open(&stand, &s->tls, e);
}

static void mllp_close(void *state)
{
    struct mllp *s = state;
    if (s->listener >= 0)
        close(s->listener);
    mllp_link_close(&s->link);
    waker_close(&s->wake);
    s->listener = -1;
    tls_close(&s->tls);
    buf_release(&s->work);
    mem_free(s->blocks);
    s->blocks = NULL;
}

static bool mllp_open(void *state, struct err *e)
{
    struct mllp *s = state;
    bool receives = cfg_is_set(s->listen);
    s->listener = -1;
    s->link = (struct mllp_link){ .fd = -1 };
    s->where[0] = '\0';
    if (!mllp_check(s, receives, e) || !open_tls(s, receives, e))
        return false;
    buf_init(&s->work, (size_t)s->frame_max + 64 * 1024);
    bool done = waker_open(&s->wake, e);
    if (done && cfg_is_set(s->listen))
        done = mllp_server_open(s, e);
    if (!done)
        mllp_close(s);
    return done;
}

static bool mllp_run(void *state, struct intake up, struct err *e)
{
    struct mllp *s = state;
    if (s->listener < 0)
        return err_set(e, ERR_FATAL, "mllp.option", 0,
                       "the option 'listen' is missing: a feed needs an address to listen on");
    return mllp_server_run(s, up, e);
}

static void mllp_send(void *state, const struct outgoing *m, struct buf *answer,
                      struct handing *out)
{
    struct mllp *s = state;
    buf_reset(answer);
    *out = (struct handing){ .fate = HANDING_SITE };
    if (cfg_is_set(s->connect))
        mllp_client_send(s, m, answer, out);
    else
        err_set(&out->why, ERR_RETRY, "mllp.option", 0,
                "the option 'connect' is missing: a delivery needs an address to connect to");
}

static void mllp_stop(void *state)
{
    const struct mllp *s = state;
    waker_wake(&s->wake);
}

static const char *mllp_where(void *state)
{
    struct mllp *s = state;
    return s->where[0] ? s->where : NULL;
}

struct mllp_counts mllp_counts(const void *state)
{
    const struct mllp *s = state;
    return (struct mllp_counts){ s->connections, s->refused,   s->frames, s->empty, s->junk_bytes,
                                 s->too_large,   s->cut_short, s->shed,   s->slow,  s->tls_failed };
}

static size_t mllp_files(const void *state)
{
    const struct mllp *s = state;
    return cfg_is_set(s->listen) ? (size_t)s->connections_max : 1;
}

static void mllp_may_open(void *state, size_t files)
{
    ((struct mllp *)state)->files = files;
}

const struct transport transport_mllp = {
    .name = "mllp",
    .options = mllp_options,
    .state_size = sizeof(struct mllp),
    .check = mllp_check,
    .open = mllp_open,
    .run = mllp_run,
    .send = mllp_send,
    .stop = mllp_stop,
    .close = mllp_close,
    .where = mllp_where,
    .stand = mllp_stand,
    .shown_until_ms = mllp_shown_until_ms,
    .files = mllp_files,
    .may_open = mllp_may_open,
};
