/* snapshot.h - which rows a feed's last complete snapshot had, and which of them are gone since.
 *
 * A row that is gone ends nothing: a person is asked, who ends it in the partner's system or finds
 * the extract wrong. A snapshot is one unit (a file) of a mapping that says `vanished: ask`; one
 * with a row that cannot be understood is not complete and is compared with nothing. A snapshot
 * that has not come for longer than stale_after is an alarm; what rests on the last one stands,
 * since facts end by what somebody says and not by silence. Kept in the spool, within the caller's
 * transaction. Threads: the caller's lock. Errors: db.*. */
#ifndef CONCORDAT_INTAKE_SPOOL_SNAPSHOT_H
#define CONCORDAT_INTAKE_SPOOL_SNAPSHOT_H

#include "base/ids.h"
#include "host/db.h"

enum snapshot_query {
    SNAPSHOT_CLEAR,
    SNAPSHOT_NOTE,
    SNAPSHOT_BACK,
    SNAPSHOT_ENDED,
    SNAPSHOT_GONE,
    SNAPSHOT_NEW,
    SNAPSHOT_COUNT_GONE,
    SNAPSHOT_DONE,
    SNAPSHOT_QUERY_COUNT
};

struct snapshot {
    bool on; /* the feed's mapping keeps a snapshot */
    struct db *db;
    struct db_query *q[SNAPSHOT_QUERY_COUNT];
    bool begun, broken;             /* the unit at hand */
    int64_t stale_after_ms, due_ms; /* 0: no limit; when the next must have come */
    bool is_late;                   /* said once */
};

/* The tables, for the spool's schema. */
#define SNAPSHOT_SCHEMA                                                                            \
    "create table if not exists expected (key blob primary key, row text not null,"                \
    " gone integer not null) without rowid;"                                                       \
    "create table if not exists snapshot (one integer primary key check (one = 1),"                \
    " complete integer not null, stale_after integer not null);"                                   \
    "insert or ignore into snapshot values (1, 0, 0);"

/* Borrows d. */
MUST_CHECK bool snapshot_open(struct snapshot *s, struct db *d, int64_t stale_after_ms,
                              int64_t now_ms, struct err *e);
/* A new unit begins; what was noted of one that failed is forgotten. */
MUST_CHECK bool snapshot_begin(struct snapshot *s, struct err *e);
/* The unit has that row. asks: if it is gone from the next one, somebody is asked. */
MUST_CHECK bool snapshot_note(struct snapshot *s, const uint8_t key[ID_BYTES], struct slice row,
                              bool asks, struct err *e);
struct snapshot_found {
    int64_t gone_now, gone; /* since this one; in all */
};
/* The unit is complete: compares it with what was expected. */
MUST_CHECK bool snapshot_end(struct snapshot *s, int64_t now_ms, struct snapshot_found *out,
                             struct err *e);
/* True once when the next snapshot is overdue. */
bool snapshot_turns_late(struct snapshot *s, int64_t now_ms);

#endif
