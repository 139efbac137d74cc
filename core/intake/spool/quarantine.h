/* quarantine.h - the messages that could not be read or mapped, and their share of the spool's
 * limit.
 *
 * Beyond its share, or older than its age, goes what its sender was never told to be kept (AE,
 * 422), the oldest first; what was answered AA goes by a named person's word only, and is an alarm
 * when it is old. Where only such is left there is no room: what cannot be mapped is answered
 * "later". Threads: the caller's lock, within its transaction. Errors: db.*. */
#ifndef CONCORDAT_INTAKE_SPOOL_QUARANTINE_H
#define CONCORDAT_INTAKE_SPOOL_QUARANTINE_H

#include "base/arena.h"
#include "base/ids.h"
#include "contract/way_back.h"
#include "host/crypto.h"
#include "host/db.h"
#include "intake/spool/noticed.h"

/* What a row takes beside its bytes: many small ones would else fill a disk within their share. */
#define QUARANTINE_ROW_BYTES 256
#define QUARANTINE_ROWS_SIZE "coalesce(sum(length(raw) + 256), 0)"

/* The tables, for the spool's schema. head: what units say once for their messages, each once
 * whatever units it stood in, as long as a row (headed) has it. unanswered: those of which no
 * sender was told that they are kept. retake: those to be taken again when the feed opens. unread:
 * signs that something of a row could not be read, by local id, and each key that they were
 * published under. */
#define QUARANTINE_SCHEMA                                                                          \
    "create table if not exists quarantine (n integer primary key, at integer not null,"           \
    " code text not null, place integer not null, sentence text not null, raw blob not null);"     \
    "create table if not exists unanswered (n integer primary key);"                               \
    "create table if not exists retake (n integer primary key);"                                   \
    "create table if not exists unread (local blob not null, key blob not null,"                   \
    " n integer not null, code text not null, at integer not null,"                                \
    " primary key (local, key, n)) without rowid;"                                                 \
    "create table if not exists quarantine_limit (one integer primary key check (one = 1),"        \
    " age_ms integer not null, max_bytes integer not null, is_full integer not null);"             \
    "insert or ignore into quarantine_limit values (1, 0, 0, 0);"
/* What came later, behind all tables of the file: busy pages side by side cost SQLite's WAL more to
 * find. */
#define QUARANTINE_SCHEMA_LATER                                                                    \
    "create table if not exists head (n integer primary key, hash blob not null unique,"           \
    " bytes blob not null);"                                                                       \
    "create table if not exists headed (n integer primary key, head integer not null);"            \
    "create index if not exists headed_head on headed (head);"                                     \
    "create index if not exists unread_n on unread (n);" NOTICED_SCHEMA

enum quarantine_query {
    QUARANTINE_PUT,
    QUARANTINE_PUT_UNANSWERED,
    QUARANTINE_OLDEST_UNANSWERED,
    QUARANTINE_OLDEST,
    QUARANTINE_SIZE,
    QUARANTINE_NEXT,
    QUARANTINE_RAW,
    QUARANTINE_LENGTH,
    QUARANTINE_DELETE,
    QUARANTINE_DELETE_HEADED,
    QUARANTINE_DELETE_UNANSWERED,
    QUARANTINE_DELETE_RETAKE,
    QUARANTINE_HEAD_FIND,
    QUARANTINE_HEAD_PUT,
    QUARANTINE_HEADED_PUT,
    QUARANTINE_HEAD_UNUSED,
    QUARANTINE_HEAD_DELETE,
    QUARANTINE_SET_AGE,
    QUARANTINE_FULL,
    QUARANTINE_WANTED,
    QUARANTINE_SET_WANTED,
    QUARANTINE_LOOSE,
    QUARANTINE_SIGN_PUT,
    QUARANTINE_SIGNS_LEFT,
    QUARANTINE_SIGNS_CARRY,
    QUARANTINE_SIGNS_ANY,
    QUARANTINE_SIGNS_LAST,
    QUARANTINE_SIGNS_DELETE,
    QUARANTINE_QUERY_COUNT
};

struct quarantine {
    struct db *db;
    struct db_query *q[QUARANTINE_QUERY_COUNT];
    struct noticed noticed; /* by the bus */
    int64_t max_bytes, age_ms;
    int64_t wanted; /* bytes of the largest that was refused for want of room, until as much would
                       fit (is_full of the table); 0: none was, -1: to be read again */
    int64_t loose;  /* bytes of rows that go to make room; -1: to be counted again */
    int64_t bytes,
        signs; /* whether there are signs; -1: to be counted again, as after a rollback */
    int64_t last_sign_ms; /* time of the last sign; -1: to be read */
    int64_t head;         /* number of the head that was last used, 0: none; and its hash */
    uint8_t head_hash[HASH_BYTES];
    int64_t let_go; /* by room() and age() since opening */
    bool is_old;    /* said once */
};

/* Whether the file has heads at all: one of an older program has none until a feed opens it. */
MUST_CHECK bool quarantine_has_heads(struct db *d, bool *has, struct err *e);
/* The statements alone, for whoever only selects. */
MUST_CHECK bool quarantine_prepare(struct quarantine *s, struct db *d, struct err *e);
MUST_CHECK bool quarantine_open(struct quarantine *s, struct db *d, int64_t max_bytes,
                                int64_t age_ms, struct err *e);
struct quarantined {
    int64_t n, at_ms;
    const struct err *why;
    struct slice head, raw;   /* head: what its unit says for it, empty: nothing */
    const uint8_t *head_hash; /* HASH_BYTES */
    bool answered;            /* its sender was told that it is kept */
};
/* Makes room for it; *room false: there is none. That is an alarm until there is room for as much,
 * or for the whole share where it is more: a smaller one that fits does not end it. */
MUST_CHECK bool quarantine_room(struct quarantine *s, const struct quarantined *m, bool *room,
                                struct err *e);
MUST_CHECK bool quarantine_put(struct quarantine *s, const struct quarantined *m, struct err *e);
/* Lets go what is older than its age and was never answered; *oldest_ms: of what is left, 0:
 * nothing. */
MUST_CHECK bool quarantine_age(struct quarantine *s, int64_t now_ms, int64_t *oldest_ms,
                               struct err *e);
/* The next row after number *n that is selected, its id made with the feed's name; *n 0: none.
 * ordered: of those to be taken again. */
MUST_CHECK bool quarantine_next(struct quarantine *s, const char *name,
                                const struct selection *which, bool ordered, int64_t *n,
                                struct err *e);
/* Its bytes in a, behind those of its head, and its age. */
MUST_CHECK bool quarantine_get(struct quarantine *s, int64_t n, struct arena *a, struct slice *raw,
                               int64_t *at_ms, bool *answered, struct err *e);
/* A row of which column i is the head's bytes, or null, and the next one its own: both in a. */
struct slice quarantine_joined(struct arena *a, struct db_query *q, int i);
MUST_CHECK bool quarantine_delete(struct quarantine *s, int64_t n, struct err *e);
/* A row that took the place of an older one is as old as that, and was answered as that was. */
MUST_CHECK bool quarantine_inherit(struct quarantine *s, int64_t n, int64_t at_ms, bool answered,
                                   struct err *e);

/* A sign of row n about a local id (link_key), published under that key. */
struct unread_sign {
    uint8_t local[ID_BYTES], key[ID_BYTES];
    int64_t n, at_ms;
    struct slice code;
};
MUST_CHECK bool quarantine_put_sign(struct quarantine *s, const struct unread_sign *x,
                                    struct err *e);
/* The time of a new sign, which no other of this feed has: now, or the next that is free. */
MUST_CHECK bool quarantine_sign_time(struct quarantine *s, int64_t now_ms, int64_t *at_ms,
                                     struct err *e);
/* The signs about local that were not yet published under key, by row; of more than SIGNS_MAX the
 * last of each code, and the last of all. code in a. Costs nothing where there are no signs. */
MUST_CHECK bool quarantine_signs(struct quarantine *s, const uint8_t local[ID_BYTES],
                                 const uint8_t key[ID_BYTES], struct arena *a,
                                 struct unread_sign **out, size_t *n, struct err *e);
/* Now they were, those of rows up to n. */
MUST_CHECK bool quarantine_carry_signs(struct quarantine *s, const uint8_t local[ID_BYTES],
                                       const uint8_t key[ID_BYTES], int64_t n, struct err *e);

/* After a rollback. */
void quarantine_forget(struct quarantine *s);

#endif
