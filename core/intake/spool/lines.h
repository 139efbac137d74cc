/* lines.h - whether what a spool remembers of `changed` is still the last that was said.
 *
 * A file cannot tell by itself that it was restored, or that another host took for its feed
 * meanwhile. So each memory carries the number of a line: the line's first opening, or a number
 * drawn later. The feed reads on the bus, from where it last came to, what its topic got
 * (publisher_hear.c). Where openings of this file numbered all that is of this feed, the memories
 * of their lines are believed. Where another spool has spoken, no memory of before is believed ever
 * again; a new line begins, and the spool keeps of whom the other spoke.
 *
 * Until the bus was asked the spool is in doubt: only what was written since is believed. Nothing
 * is published before that. So all that others are then heard to have said stands before what was
 * taken in doubt: the lines of openings that have published nothing are believed all the same.
 * Threads: the caller's lock; whatever writes is called within the caller's transaction. Errors:
 * db.*. */
#ifndef CONCORDAT_INTAKE_SPOOL_LINES_H
#define CONCORDAT_INTAKE_SPOOL_LINES_H

#include "base/ids.h"
#include "host/db.h"

/* opening: each line under which something was stored, its number in `word`; believed 0: not asked
 * about, 1: yes, -1: never again, 2: not asked about, and nothing of it is published.
 * heard_to: how far the topic of events was read, and in `word` the stamp of the record that stood
 * there last. (Both columns are called so in files that there are.)
 * spoken_since: keys of subjects and local ids that another spool has spoken of, and the n of the
 * first line that knew it. */
#define LINES_SCHEMA                                                                               \
    "create table if not exists opening (n integer primary key, word integer not null,"            \
    " believed integer not null);"                                                                 \
    "create table if not exists heard_to (partition integer primary key, next integer not null,"   \
    " word integer not null);"                                                                     \
    "create index if not exists opening_word on opening (word);"                                   \
    "create table if not exists spoken_since (key blob primary key, n integer not null) without "  \
    "rowid;"

#define LINES_BELIEVED_MAX                                                                         \
    256 /* the newest lines; what was written under older ones is said again */

enum lines_query {
    LINES_PUT,
    LINES_ANY,
    LINES_OURS,
    LINES_BELIEVED,
    LINES_BELIEVE,
    LINES_BREAK,
    LINES_BREAK_BEFORE,
    LINES_HEARD,
    LINES_HEARD_PUT,
    LINES_SPOKEN,
    LINES_SPOKEN_PUT,
    LINES_SPOKEN_ANY,
    LINES_QUERY_COUNT
};

struct lines {
    struct db *db;
    struct db_query *q[LINES_QUERY_COUNT];
    uint32_t opening;
    uint32_t now; /* the line of all that is written; stored with the first of that */
    uint32_t believed[LINES_BELIEVED_MAX];
    size_t count;
    bool in_doubt;  /* the bus was not asked yet, or is away */
    bool is_stored; /* the line of now is stored and committed */
    bool storing;   /* it is stored in the open turn */
    bool spoken;    /* spoken_since has a row */
    bool is_old;    /* the file is of a program that knew no lines */
};

/* Prepares l on d, which it borrows, in doubt. has_taken: the file has taken something before. */
MUST_CHECK bool lines_open(struct lines *l, struct db *d, uint32_t opening, bool has_taken,
                           struct err *e);
/* Stores the line of now, unless it is stored: before each commit, and before what the bus says is
 * written. lines_stored: after that commit, or rollback. */
MUST_CHECK bool lines_store(struct lines *l, struct err *e);
void lines_stored(struct lines *l, bool committed);

/* The bus is away: until others were heard, nobody can tell whether they speak. */
void lines_doubt(struct lines *l);
/* Whether a memory of that line is the last that was said, as far as anybody can know. */
bool lines_believes(const struct lines *l, uint32_t line);
/* Whether an opening is one of this file. */
MUST_CHECK bool lines_is_ours(struct lines *l, uint32_t opening, bool *ours, struct err *e);
/* Whether another spool has spoken of that key since the line was begun; line 0: ever. */
MUST_CHECK bool lines_has_spoken(struct lines *l, const uint8_t key[ID_BYTES], uint32_t line,
                                 bool *yes, struct err *e);

/* How far a lane was read: next is the first offset that was not, -1: none was read. stamp: of the
 * record before that (bus_end), 0: it is not known. */
#define HEARD_NOTICES (-1) /* for a partition: the lane of notices of quarantine */
struct heard {
    int64_t next;
    uint64_t stamp;
};
MUST_CHECK bool lines_heard(struct lines *l, int partition, struct heard *out, struct err *e);
MUST_CHECK bool lines_put_heard(struct lines *l, int partition, const struct heard *to,
                                struct err *e);
/* Puts a key of which another spool has spoken; NULL: it may have spoken of anybody. Called between
 * lines_store and lines_others. */
MUST_CHECK bool lines_put_spoken(struct lines *l, const uint8_t *key, struct err *e);
/* Stores what the bus says: that nobody else has spoken, or that somebody has. */
MUST_CHECK bool lines_alone(struct lines *l, struct err *e);
MUST_CHECK bool lines_others(struct lines *l, struct err *e);
/* Reads what is believed; called once that is committed. After a rollback it reads what was
 * before. */
MUST_CHECK bool lines_read(struct lines *l, struct err *e);

#endif
