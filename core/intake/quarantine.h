/* quarantine.h - the messages that could not be read or mapped, and their share of the spool's limit.
 *
 * Beyond its share, or older than its age, goes what its sender was never told to be kept (AE, 422), the
 * oldest first; what was answered AA goes by a named person's word only, and is an alarm when it is old.
 * Where only such is left there is no room: what cannot be mapped is answered "later".
 * Threads: the caller's lock, within its transaction. Errors: db.*. */
#ifndef CONCORDAT_INTAKE_QUARANTINE_H
#define CONCORDAT_INTAKE_QUARANTINE_H

#include "contract/way_back.h"
#include "host/db.h"

/* The tables, for the spool's schema. unanswered: those of which no sender was told that they are kept.
 * retake: those to be taken again when the feed opens. */
#define QUARANTINE_SCHEMA                                                                          \
    "create table if not exists quarantine (n integer primary key, at integer not null,"           \
    " code text not null, place integer not null, sentence text not null, raw blob not null);"     \
    "create table if not exists unanswered (n integer primary key);"                               \
    "create table if not exists retake (n integer primary key);"                                   \
    "create table if not exists quarantine_limit (one integer primary key check (one = 1),"        \
    " age_ms integer not null, max_bytes integer not null, is_full integer not null);"             \
    "insert or ignore into quarantine_limit values (1, 0, 0, 0);"

enum quarantine_query {
    QUARANTINE_PUT,
    QUARANTINE_PUT_UNANSWERED,
    QUARANTINE_OLDEST_UNANSWERED,
    QUARANTINE_OLDEST,
    QUARANTINE_SIZE,
    QUARANTINE_NEXT,
    QUARANTINE_RAW,
    QUARANTINE_DELETE,
    QUARANTINE_DELETE_UNANSWERED,
    QUARANTINE_DELETE_RETAKE,
    QUARANTINE_SET_AGE,
    QUARANTINE_FULL,
    QUARANTINE_NOT_FULL,
    QUARANTINE_QUERY_COUNT
};

struct quarantine {
    struct db *db;
    struct db_query *q[QUARANTINE_QUERY_COUNT];
    int64_t max_bytes, age_ms;
    int64_t bytes;       /* -1: to be counted again, as after a rollback */
    int64_t let_go;      /* by room() and age() since opening */
    bool is_full, is_old; /* said once */
};

/* The statements alone, for whoever only selects. */
MUST_CHECK bool quarantine_prepare(struct quarantine *s, struct db *d, struct err *e);
MUST_CHECK bool quarantine_open(struct quarantine *s, struct db *d, int64_t max_bytes,
                                int64_t age_ms, struct err *e);
struct quarantined {
    int64_t n, at_ms;
    const struct err *why;
    struct slice raw;
    bool answered; /* its sender was told that it is kept */
};
/* Makes room for so many bytes; *room false: there is none. */
MUST_CHECK bool quarantine_room(struct quarantine *s, size_t bytes, bool *room, struct err *e);
MUST_CHECK bool quarantine_put(struct quarantine *s, const struct quarantined *m, struct err *e);
/* Lets go what is older than its age and was never answered; *oldest_ms: of what is left, 0: nothing. */
MUST_CHECK bool quarantine_age(struct quarantine *s, int64_t now_ms, int64_t *oldest_ms,
                               struct err *e);
/* The next row after number *n that is selected, its id made with the feed's name; *n 0: none. ordered:
 * of those to be taken again. */
MUST_CHECK bool quarantine_next(struct quarantine *s, const char *name,
                                const struct selection *which, bool ordered, int64_t *n,
                                struct err *e);
/* Its bytes, until the next call. */
MUST_CHECK bool quarantine_get(struct quarantine *s, int64_t n, struct slice *raw, int64_t *at_ms,
                               bool *answered, struct err *e);
MUST_CHECK bool quarantine_delete(struct quarantine *s, int64_t n, struct err *e);
/* A row that took the place of an older one is as old as that, and was answered as that was. */
MUST_CHECK bool quarantine_inherit(struct quarantine *s, int64_t n, int64_t at_ms, bool answered,
                                   struct err *e);
/* After a rollback. */
void quarantine_forget(struct quarantine *s);

#endif
