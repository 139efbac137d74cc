/* told_aside.h - what was told of messages that were set aside.
 *
 * A message that cannot be mapped restricts its person all the same (law 14). What was told of it
 * is remembered by an id and the subject key that it went under, so that the same message tells it
 * once. A row is remembered for 90 days, and as long as its message lies in the quarantine.
 *
 * Threads: the caller's lock, within its transaction. Errors: db.*. */
#ifndef CONCORDAT_INTAKE_SPOOL_TOLD_ASIDE_H
#define CONCORDAT_INTAKE_SPOOL_TOLD_ASIDE_H

#include "base/ids.h"
#include "host/db.h"

/* kind: enum told_kind. n: the message's number. line: whose memory it is (intake/spool/lines.h).
 * The table of an older program, `restricted`, has neither kind nor line: told_aside_open moves its
 * rows. */
#define TOLD_ASIDE_SCHEMA                                                                          \
    "create table if not exists told_aside (kind integer not null, id blob not null,"              \
    " key blob not null, n integer not null, at integer not null, line integer not null,"          \
    " primary key (kind, id, key)) without rowid;"                                                 \
    "create index if not exists told_aside_loose on told_aside (key) where kind = 2;"

enum told_kind {
    TOLD_EVENT, /* an event of a message: its id */
    TOLD_SIGN,  /* the sign of a message that is kept: the first bytes of the hash of its body */
    TOLD_LOOSE  /* the sign of one that is not kept, or is kept already: likewise */
};

enum told_aside_query {
    TOLD_ASIDE_PUT,
    TOLD_ASIDE_GET,
    TOLD_ASIDE_AGED,
    TOLD_ASIDE_ANY_LOOSE,
    TOLD_ASIDE_FORGET,
    TOLD_ASIDE_QUERY_COUNT
};

struct told_aside {
    struct db_query *q[TOLD_ASIDE_QUERY_COUNT];
    int64_t loose; /* whether there are signs TOLD_LOOSE; -1: to be counted again */
};

struct told_row {
    enum told_kind kind;
    struct event_id id;
    struct subject_key key;
    int64_t n, at_ms;
    uint32_t line;
};

/* Prepares the statements, and moves what an older program remembered. Outside a transaction. */
MUST_CHECK bool told_aside_open(struct told_aside *t, struct db *d, struct err *e);
MUST_CHECK bool told_aside_put(struct told_aside *t, const struct told_row *x, struct err *e);
/* Finds the row with x's kind, id and key. Sets *told, and of x what that row has else. */
MUST_CHECK bool told_aside_get(struct told_aside *t, struct told_row *x, bool *told, struct err *e);
/* Whether there is any sign to forget. Costs nothing once it is known. */
MUST_CHECK bool told_aside_has_loose(struct told_aside *t, bool *has, struct err *e);
/* Forgets the signs TOLD_LOOSE of that key: the same message is told anew. */
MUST_CHECK bool told_aside_forget(struct told_aside *t, const struct subject_key *key,
                                  struct err *e);
/* Deletes what is older than its 90 days, and whose message lies here no more. */
MUST_CHECK bool told_aside_age(struct told_aside *t, int64_t now_ms, struct err *e);
/* After a rollback. */
void told_aside_rolled_back(struct told_aside *t);

#endif
