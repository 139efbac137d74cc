/* spool.h - a feed's durable state: one SQLite file, one commit a turn.
 *
 * Holds messages whose records wait for the bus, the dedup keys and answers of what was sent
 * before, the quarantine, what was last seen for each `changed` key, links of local ids, where the
 * transport goes on, and the sums of law 2. What a turn writes is gathered and stored as few rows:
 * one of its messages, one of its answers, one of what is to be remembered. Counting happens in
 * s->turn between spool_begin and spool_commit; a rollback forgets it. Row numbers are numbers of
 * messages (totals.counts.taken), which never go back, also not when rows are deleted: a row of
 * messages has its last one's. Threads: the caller's lock. Errors: db.*; a turn that fails has left
 * nothing behind. */
#ifndef CONCORDAT_INTAKE_SPOOL_SPOOL_H
#define CONCORDAT_INTAKE_SPOOL_SPOOL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/ids.h"
#include "bus/bus.h"
#include "host/crypto.h"
#include "host/db.h"
#include "contract/transport.h"
#include "intake/spool/feed_counts.h"
#include "intake/spool/lines.h"
#include "intake/spool/recall.h"

/* Statements compiled at opening; their texts stand in spool.c. */
enum spool_query {
    SPOOL_MESSAGES,
    SPOOL_ANSWERS,
    SPOOL_ANSWER_ONE,
    SPOOL_OLDEST_ANSWERS,
    SPOOL_DROP_ANSWERS,
    SPOOL_LINK_GET,
    SPOOL_LINK_PUT,
    SPOOL_TALLY,
    SPOOL_TALLY_ADD,
    SPOOL_TALLY_COUNT,
    SPOOL_TOTALS,
    SPOOL_BATCH,
    SPOOL_FORGET,
    SPOOL_SENT,
    SPOOL_SENT_BEFORE,
    SPOOL_SENT_OLDEST,
    SPOOL_SENT_DROP,
    SPOOL_SENT_DELETE,
    SPOOL_SENT_AGED,
    SPOOL_SENT_CUT,
    SPOOL_GAP,
    SPOOL_SIZES,
    SPOOL_CURSOR,
    SPOOL_DOUBT_PUT,
    SPOOL_DOUBT_FIRST,
    SPOOL_DOUBT_ROW,
    SPOOL_DOUBT_SETTLE,
    SPOOL_DOUBT_EMPTY,
    SPOOL_DOUBT_END,
    SPOOL_FETCH,
    SPOOL_QUERY_COUNT
};

/* A turn's row is written when it has grown to this, and another begun. */
#define SPOOL_ROW_BYTES ((size_t)256 * 1024)
#define SPOOL_HEAD 0x80000000u

struct totals {
    struct feed_counts counts; /* without `waiting`, which is counted */
    int64_t feed_seq;          /* the last one given; after opening, the first but one */
};

struct spool {
    struct db *db;
    struct db_query *q[SPOOL_QUERY_COUNT];
    struct recall recall;
    struct lines lines;       /* whose memory is believed */
    struct totals kept, turn; /* as on disk; as the open turn will leave them */
    int64_t waiting_bytes; /* of messages that the bus has not confirmed; the publisher takes off */
    int64_t turn_bytes;
    int64_t kept_bytes; /* of those that it has, and that are kept in case it loses them */
    int64_t sent;       /* the bus has all up to that number, as on disk */
    int64_t dropped;    /* all up to that number may be deleted */
    int64_t dropped_ms, noted_ms; /* when that was sent; the last of those whose ends are kept */
    int64_t first;                /* when opened: number of the first message there is */
    int64_t oldest_answer_ms;     /* INT64_MAX when there is none */
    struct buf raws, records; /* gathered messages: each raw with its length before it. What a unit
                               * says once stands before the first of its messages in a row,
                               * SPOOL_HEAD in its length */
    const uint8_t *head;      /* of what was put last; borrowed, only compared */
    int64_t messages;         /* of these, without notices */
    bool has_doubts;          /* some of their records wait for what the bus will say; doubts.h */
    struct buf answers;       /* gathered answers; spool_answers.c */
    int64_t answers_row, answers_ms;
    int64_t answers_max_bytes; /* beyond it the oldest go, whatever their age; 0: never */
    int64_t answers_bytes,
        answers_turn;           /* of rows on disk; what the open turn adds or takes away */
    int64_t answers_rows;       /* written since the last prune */
    uint8_t cursor[CURSOR_MAX]; /* of the transport, as it was when the file was opened */
    size_t cursor_bytes;        /* 0: there was none */
};

MUST_CHECK bool spool_open(const char *path, struct spool *s, struct err *e);
void spool_close(struct spool *s);

MUST_CHECK bool spool_begin(struct spool *s, struct err *e);
/* Writes the sums and commits: one fsync. On failure it has rolled back. */
MUST_CHECK bool spool_commit(struct spool *s, struct err *e);
void spool_rollback(struct spool *s);

/* A message that waits for the bus. kind tells records of a message from a notice of quarantine. */
enum spool_kind { SPOOL_EVENTS, SPOOL_NOTICE };
/* Gathers a message, which is written with the turn. head: what its unit says once for all its
 * messages, the same bytes in memory for each; empty: nothing. Copies all three. */
MUST_CHECK bool spool_put(struct spool *s, enum spool_kind kind, struct slice head,
                          struct slice raw, struct slice records, struct err *e);
/* Counts one more under that name: "not_carried" by type, "quarantined" by code. A name that is no
 * code may be payload, and counts as "(no code)". Past a thousand names a new one counts as
 * "(others)". */
MUST_CHECK bool spool_tally(struct spool *s, const char *what, struct slice name, struct err *e);

/* Reads waiting messages in order, those after number `after`: at most max, and as many as fit in
 * a. Error memory.limit: not even one fits. */
struct spool_row {
    int64_t n;
    struct slice records;
    int64_t bytes;
};
MUST_CHECK bool spool_batch(struct spool *s, int64_t after, struct arena *a, struct spool_row *rows,
                            size_t max, size_t *n, struct err *e);
/* Deletes messages up to number n, which the bus has, within the open turn. */
MUST_CHECK bool spool_forget(struct spool *s, int64_t n, struct err *e);

/* ---- spool_cursor.c: where the transport goes on (transport.h) */

/* Within the open turn. Error: spool.cursor (ERR_FATAL): it is too long. */
MUST_CHECK bool spool_put_cursor(struct spool *s, struct slice cursor, struct err *e);
/* Into s->cursor. */
MUST_CHECK bool spool_read_cursor(struct spool *s, struct err *e);

/* ---- spool_fetch.c: why the transport cannot fetch; tries 0: it can. put: a commit of its own,
 * never within a turn */

MUST_CHECK bool spool_put_fetch(struct spool *s, const struct spool_fetch *f, struct err *e);
MUST_CHECK bool spool_read_fetch(struct db *d, struct spool_fetch *out, struct err *e);

/* ---- spool_kept.c: what the bus has is kept a while, with how far its lanes were when it had
 * it */

struct lane_end {
    int partition;
    struct bus_end end;
};
/* Notes that the bus has all up to n, and where the lanes end that this went to. Within the open
 * turn. */
MUST_CHECK bool spool_sent(struct spool *s, int64_t n, int64_t now_ms, const struct lane_end *ends,
                           size_t count, struct err *e);
/* Gives up what was sent before that time, and the oldest while waiting and kept bytes together are
 * over max_bytes. It moves s->dropped: spool_forget deletes up to there. Within the open turn. */
MUST_CHECK bool spool_drop(struct spool *s, int64_t before_ms, int64_t max_bytes, struct err *e);
/* Reads the newest note of spool_sent with a number below `before`; INT64_MAX: the newest of all.
 */
#define LANES_NOTED_MAX 1024
struct sent_note {
    int64_t n;
    size_t count;
    struct lane_end ends[LANES_NOTED_MAX];
};
MUST_CHECK bool spool_sent_before(struct spool *s, int64_t before, struct sent_note *out,
                                  bool *found, struct err *e);
/* The bus no longer has what came after number n. What is kept of it waits again. The rest is noted
 * as a gap, from *first to *last; 0: there is none. A commit of its own. */
MUST_CHECK bool spool_go_back(struct spool *s, int64_t n, int64_t now_ms, int64_t *first,
                              int64_t *last, struct err *e);

/* ---- spool_known.c, spool_answers.c: what was seen before */

/* The key by which a message sent again is known: 8 bytes of the hash of its id, then 8 of the
 * body's, so that all messages of one id lie together. Without an id it is 16 bytes of the body's
 * hash. */
struct dedup_key {
    uint8_t key[ID_BYTES];
    bool has_id;
};
void dedup_key_of(struct slice id, const uint8_t body[HASH_BYTES], struct dedup_key *out);

#define DEDUP_KEPT_MS ((int64_t)14 * 24 * 3600 * 1000)

struct seen {
    bool again;            /* same id, same body, within 14 days */
    bool other_body;       /* same id, another body */
    enum answer_fate fate; /* again: what was answered; reply in the arena */
    struct slice reply;
};
MUST_CHECK bool spool_seen(struct spool *s, const struct dedup_key *m, int64_t now_ms,
                           struct arena *a, struct seen *out, struct err *e);
/* Remembers the answer under the current message's number. */
MUST_CHECK bool spool_remember(struct spool *s, const struct dedup_key *m, int64_t now_ms,
                               const struct answer *given, struct err *e);
/* Writes the answers gathered so far. */
MUST_CHECK bool spool_put_answers(struct spool *s, struct err *e);
/* Forgets a few answers older than 14 days, or beyond their share; costs nothing when there are
 * none. */
MUST_CHECK bool spool_prune(struct spool *s, int64_t now_ms, struct err *e);

/* What was last seen for a `changed` key. revision counts what was told or noted of it, from 1; 0
 * = never seen. line: under which it was written (lines.h); 0 by programs that knew
 * none. */
struct change {
    uint8_t key[ID_BYTES], of[ID_BYTES];
    int64_t revision;
    uint32_t line;
};
/* Fills revision and line with those of the stored value; *changed tells whether `of` differs
 * from it. */
MUST_CHECK bool spool_change_get(struct spool *s, struct change *c, bool *changed, struct err *e);
/* Under the line of now. */
MUST_CHECK bool spool_change_put(struct spool *s, const struct change *c, struct err *e);

/* What a local id of this agency means. */
enum link_kind { LINK_PERSON, LINK_PSEUDONYM };
struct link {
    uint8_t
        local[ID_BYTES]; /* SHA-256(agency | 0 | local id), first 16 bytes: as on links.<agency> */
    enum link_kind kind;
    uint8_t subject[ID_BYTES]; /* person key or pseudonym */
    int route;                 /* LINK_PSEUDONYM */
    char reference_of[128];    /* "AGENCY/SERVICE" whose pseudonym it is */
    bool own;                  /* made here, not read from links.<agency> */
};
void link_key(struct slice agency, struct slice local_id, uint8_t out[ID_BYTES]);
MUST_CHECK bool spool_link_get(struct spool *s, const uint8_t local[ID_BYTES], struct link *out,
                               bool *found, struct err *e);
MUST_CHECK bool spool_link_put(struct spool *s, const struct link *l, struct err *e);

#endif
