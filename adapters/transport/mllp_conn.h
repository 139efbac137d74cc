/* mllp_conn.h - one peer of the MLLP server: its buffers and what is still owed to it.
 *
 * Times are the loop's (server_their_ns), which stand still while a turn is stored.
 * Bytes come in, frames are cut off, answers go out; the loop (mllp_server.c) decides when. The
 * input buffer grows with a large frame up to frame_max and shrinks after it. */
#ifndef CONCORDAT_TRANSPORT_MLLP_CONN_H
#define CONCORDAT_TRANSPORT_MLLP_CONN_H

#include "contract/transport.h"
#include "transport/mllp_frame.h"
#include "transport/mllp_link.h"
#include "transport/mllp_state.h"

struct mllp_conn {
    struct mllp_conn *next, *prev;           /* of all */
    struct mllp_conn *next_in_turn;          /* of those touched in this turn */
    struct mllp_conn *peer_next, *peer_prev; /* of its peer, the longest idle first */
    struct peer *peer;
    struct mllp *s;
    struct mllp_link link;
    uint32_t interest; /* what epoll watches */
    bool in_turn;      /* stands in the turn's list */
    uint64_t answered; /* the turn that answered it last; 0: it has sent again since */
    bool handed;       /* frames in the buffer belong to this turn: it must not move */
    bool more;         /* whole frames may still be in the buffer */
    bool eof;          /* the peer sends no more */
    bool bad;     /* broke the rules: no frame of it counts any more, what comes is dropped; it is
                   * closed when it has its answers, and has seen that no more come */
    bool shut;    /* it was told so */
    bool dead;    /* close now */
    bool useful;  /* a whole frame came */
    bool shaking; /* the handshake is under way: nothing else is */
    bool unread;  /* bytes may have come that no poll tells of, as TLS reads ahead */
    bool read_writes; /* what is read next waits until the socket takes bytes */
    bool write_reads; /* what is written next waits until bytes come */
    struct buf in, out;
    size_t in_at, out_at;
    struct mllp_seen seen; /* of the frame under way */
    size_t held, dropped;  /* bytes: counted to its peer; thrown away of a bad one */
    int64_t active_ns; /* when it came, or last sent a whole frame, kept alive, or took an answer */
    int64_t listed_ns; /* active_ns as its place among its peer's tells */
    int64_t frame_ns;  /* since when a frame is under way; 0: none is */
    int64_t maybe_ns;  /* since when nothing has come behind what may be its end; 0: no such */
    struct mllp_conn *maybe_next, *maybe_prev; /* of those, the longest first */
    bool maybe_listed;
    bool ends;       /* no more came in time: what may be its end is */
    int64_t junk_ns; /* when bytes outside a frame were last told of; 0: never */
    size_t owed;     /* frames handed out in this turn that have no answer yet */
    size_t junk_in;  /* told of when so many more have one; 0: nothing is to be told */
    char before[16]; /* the last message that was answered, as its sender names it, masked */
    char sender[MLLP_ADDRESS_MAX];
};

/* Takes fd, also when it gives NULL: out of memory. */
struct mllp_conn *mllp_conn_new(struct mllp *s, int fd, int64_t now_ns);
/* Closes its socket and gives its memory back; of it itself: mllp_conn_free. */
void mllp_conn_close(struct mllp_conn *c);
void mllp_conn_free(struct mllp_conn *c);

/* What its buffers take. */
size_t mllp_conn_bytes(const struct mllp_conn *c);
/* Gives back buffers with nothing in them; false when there was nothing to give. */
bool mllp_conn_release(struct mllp_conn *c);
/* Nothing of it counts any more: it is dead, and empty. Not while frames are handed out. */
void mllp_conn_kill(struct mllp_conn *c);

/* Shakes hands, reads what is there, up to a turn's share. Not while frames are handed out. */
void mllp_conn_read(struct mllp_conn *c, int64_t now_ns);
/* Whether it is to be read without being told. */
bool mllp_conn_is_unread(const struct mllp_conn *c);
/* The next payload, borrowed until mllp_conn_tidy(); or the beginning of one that is too large, as
 * broken. False when there is none yet. */
bool mllp_conn_next(struct mllp_conn *c, int64_t now_ns, struct arrival *out);
/* Queues an answer in a frame; an empty one is none. */
void mllp_conn_answer(struct mllp_conn *c, const struct answer *a);
/* Sends what is queued, as far as the peer takes it. */
void mllp_conn_flush(struct mllp_conn *c, int64_t now_ns);
/* Drops the frames that were handed out; gives back the memory of a large one. */
void mllp_conn_tidy(struct mllp_conn *c);

/* What is to be watched for now: EPOLLIN, EPOLLOUT. */
uint32_t mllp_conn_wants(const struct mllp_conn *c);
bool mllp_conn_is_done(const struct mllp_conn *c);

#endif
