/* transport.h - bytes in, bytes out: what an adapter's transport is.
 *
 * A transport moves bytes and knows nothing of their content. A whole turn (all that arrived in one
 * poll) goes up at once, so that one durable commit answers all of it.
 * Threads: run() has a thread of its own; stop() may come from any thread; send() is called by one
 * delivery thread. A transport's only way up is struct intake. */
#ifndef CONCORDAT_CONTRACT_TRANSPORT_H
#define CONCORDAT_CONTRACT_TRANSPORT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "contract/handing.h"
#include "contract/option.h"
#include "contract/secure.h"

/* A cursor says where a transport that fetches goes on: at most CURSOR_MAX bytes of the transport's
 * own. The transport hands a cursor up with the arrival that stands before it, and gets it back
 * when it runs again. Arrival and cursor are committed in one durable turn, so neither is kept
 * without the other. A cursor begins with what tells it from cursors of other transports and other
 * sources, since a site may change its configuration. The transport ignores a cursor that is not
 * its own. A restored state goes on from its own, older cursor. What then comes again is
 * recognised. */
#define CURSOR_MAX 4096

/* name: file name, Idempotency-Key, MESH id; may be empty. sender: the peer, for logs: never
 * payload. cursor: where to go on behind this one; empty: where it was. Of a turn that of the last
 * counts before the first that is answered "later" (answers_passed), which so comes again. broken:
 * why the transport could not take all of it (ERR_RETRY): bytes are its beginning, which is
 * answered "later" and kept nowhere; NULL: it is whole. */
struct arrival {
    struct slice bytes, name, sender, cursor;
    const struct err *broken;
};

enum answer_fate {
    ANSWER_KEPT,    /* durable: rename to done/, 202, send reply */
    ANSWER_REFUSED, /* cannot be read, or of the wrong environment: its bytes are quarantined or
                       counted; rename to refused/, 400 or 422, send reply (AE, AR) */
    ANSWER_LATER    /* cannot be kept now: leave the file, 503, send reply (AR) */
};
/* reply borrows from the intake until the next prepare() or take(); empty for formats that answer
 * nothing. why: of what was not kept, as long as reply; NULL when it is not known (a duplicate of
 * what was refused). id: what its sender tells the message from others by (a control id), as
 * long as reply, for logs, masked (id_masked); empty: it does not, or it could not be read. */
struct answer {
    enum answer_fate fate;
    struct slice reply;
    const struct err *why;
    struct slice id;
};

/* How many of n arrivals stand before the first that is to come again. */
static inline size_t answers_passed(const struct answer *out, size_t n)
{
    size_t passed = 0;
    while (passed < n && out[passed].fate != ANSWER_LATER)
        passed++;
    return passed;
}

struct intake {
    /* Returns when every answer is settled; borrows in, fills out[0..n). */
    void (*take)(void *ctx, const struct arrival *in, struct answer *out, size_t n);
    void *ctx;
    /* For a transport that waits for more before it hands a turn up: `one` arrival of the next
     * take() is complete, and what can be done with it alone is done now. Calls come in the order
     * of that take(), whose first arrivals they are, from its thread; the bytes stay where they are
     * until it returns. Nothing is promised by it: take() does whatever was not prepared. NULL:
     * there is nothing to do ahead. */
    void (*prepare)(void *ctx, const struct arrival *one);
    /* Where nothing came and the cursor moves all the same: a durable turn of its own. False: it
     * could not be kept, and the cursor is where it was; why is in the intake's log. */
    bool (*go_on)(void *ctx, struct slice cursor);
    /* Whether what fetches can: intake_fetched, below. */
    void (*fetched)(void *ctx, const struct err *why, int64_t again_ms);
    /* As committed last before the intake was opened; empty: none yet. Lives as long as the
     * intake. */
    struct slice cursor;
};

/* Tells the intake whether a transport that fetches could. The transport calls it at each try, from
 * run()'s thread, since nobody outside would notice that it cannot. The intake tells it in the log,
 * in `status`, in metrics and health, with since when and how often.
 * why: what keeps the transport from fetching, a code and a sentence without payload; ERR_RETRY: it
 * may pass by itself, else somebody has to mend it. NULL: it could fetch. again_ms: until the next
 * try. */
static inline void intake_fetched(const struct intake *up, const struct err *why, int64_t again_ms)
{
    if (up->fetched)
        up->fetched(up->ctx, why, again_ms);
}

/* What is sent. bytes: the message. id: the same for ever, the recipient's idempotency key. name: a
 * safe file name stem made of it. is_answer: whether what came is the answer to this message; what
 * is none is passed over, and the transport waits for more. NULL: the first that comes is the
 * answer. */
struct outgoing {
    struct slice bytes, id, name;
    bool (*is_answer)(void *ctx, struct slice came);
    void *ctx; /* of is_answer */
};

/* Where a function may be NULL, that says what its comment says behind "NULL". */
struct transport {
    const char *name;
    const struct cfg_option *options; /* read into state before open() */
    bool fetches;                     /* it asks by itself, and says so: intake_fetched */
    size_t state_size;                /* the caller allocates the state, zeroes it and frees it */
    /* Checks what the options, once read, mean together, and touches nothing outside. So a wrong
     * configuration is refused before anything starts. receives: for a feed, else for a delivery.
     * Fails with ERR_FATAL. NULL: there is nothing to check. */
    bool (*check)(const void *state, bool receives, struct err *e);
    /* Reads the files that the options name beside those of secure.h, and lets them go. Fails with
     * ERR_FATAL. NULL: there are none. */
    bool (*try)(const void *state, struct err *e);
    /* Binds or checks what it needs. Fails with ERR_FATAL, and then leaves nothing to close. */
    bool (*open)(void *state, struct err *e);
    /* Hands turns up until stop(); blocks. False: it cannot go on, for the reason in e. NULL: it
     * sends only. */
    bool (*run)(void *state, struct intake up, struct err *e);
    /* Sends a message, and blocks until the partner has answered. out: what came of it. answer is
     * reset first and then has the answer's bytes: none where the partner gives none, and no more
     * than answer takes. Borrows m. NULL: it receives only. */
    void (*send)(void *state, const struct outgoing *m, struct buf *answer, struct handing *out);
    /* Ends run() and send() for good: nothing is run or sent until the next open(). It may come
     * from any thread, and waits for nobody. run() returns within a second, or as soon as the
     * intake has what is under way. send() does too, and its message is to go again. */
    void (*stop)(void *state);
    /* Undoes open(). */
    void (*close)(void *state);
    /* Where it listens ("127.0.0.1:41234"), for the log and for tests with port 0. The text lives
     * in state. NULL: it listens nowhere. */
    const char *(*where)(void *state);
    /* Fills out (secure.h; zeroed first) with how it stands to the world by its options: a site is
     * held to that. NULL: nobody can tell, so a demo site, whose rules nobody has signed, may not
     * have it. */
    void (*stand)(const void *state, bool receives, struct secure_stand *out);
    /* When the certificate ends that the other side showed last; TLS_NO_END: it has shown none yet.
     * It may come from any thread. NULL: the other side shows none, or there are many. */
    int64_t (*shown_until_ms)(const void *state);
    /* How many files are taken by the connections that the site allows; 0: the site does not say.
     * NULL: none to speak of. */
    size_t (*files)(const void *state);
    /* Says, before open(), how many files there are for it, where the site does not say. NULL where
     * files is NULL. */
    void (*may_open)(void *state, size_t files);
};

#endif
