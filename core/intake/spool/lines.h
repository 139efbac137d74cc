/* lines.h - whether what a spool remembers of `changed` is still the last that was said.
 *
 * A file cannot tell by itself that it was restored, or that another host took for its feed
 * meanwhile. So each memory carries a word: that of the opening that wrote it, or one drawn later.
 * The feed reads on the bus, from where it last came to, what its topic got (publisher_hear.c).
 * Where all that is of this feed was numbered by openings of this file, their words are believed;
 * where another spool has spoken, none of before ever is again, a new word is drawn, and of whom it
 * spoke is kept. Until the bus was asked only what was written since is believed: it is in doubt.
 * Nothing is published before that, so of what others are then heard to have said, all stands
 * before what was taken in doubt: openings that have published nothing are believed all the same.
 * Threads: the caller's lock; what writes, within its transaction. Errors: db.*. */
#ifndef CONCORDAT_INTAKE_SPOOL_LINES_H
#define CONCORDAT_INTAKE_SPOOL_LINES_H

#include "base/ids.h"
#include "host/db.h"

/* opening: each that has stored something; believed 0: not asked about, 1: yes, -1: never again,
 * 2: not asked about, and nothing of it is published.
 * heard_to: how far the topic of events was read, and a word of what stood there last.
 * spoken_since: keys of subjects and local ids that another spool has spoken of, and the n of the
 * first opening that knew it. */
#define LINES_SCHEMA                                                                               \
    "create table if not exists opening (n integer primary key, word integer not null,"            \
    " believed integer not null);"                                                                 \
    "create table if not exists heard_to (partition integer primary key, next integer not null,"   \
    " word integer not null);"                                                                     \
    "create index if not exists opening_word on opening (word);"                                   \
    "create table if not exists spoken_since (key blob primary key, n integer not null) without "  \
    "rowid;"

#define LINES_BELIEVED_MAX 256 /* the newest; what older ones wrote is said once more */

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
    uint32_t opening,
        now; /* of this opening; what is written carries, stored with the first of it */
    uint32_t believed[LINES_BELIEVED_MAX];
    size_t count;
    bool in_doubt;  /* the bus was not asked yet, or is away */
    bool is_stored; /* now is */
    bool storing;   /* in the open turn */
    bool spoken;    /* there is anything in it */
    bool is_old;    /* the file is of a program that knew no lines */
};

/* has_taken: the file has taken something before. */
MUST_CHECK bool lines_open(struct lines *l, struct db *d, uint32_t opening, bool has_taken,
                           struct err *e);
/* Before each commit and before what the bus says is written, and after the commit: the first
 * stores the opening. */
MUST_CHECK bool lines_store(struct lines *l, struct err *e);
void lines_stored(struct lines *l, bool committed);

/* The bus is away: whether others speak nobody can tell, until they were heard. */
void lines_doubt(struct lines *l);
/* Whether what carries that word is the last that was said, as far as anybody can know. */
bool lines_believes(const struct lines *l, uint32_t word);
/* Whether an opening is one of this file. */
MUST_CHECK bool lines_is_ours(struct lines *l, uint32_t opening, bool *ours, struct err *e);
/* Whether another spool has spoken of that key since what carries that word was written; 0:
 * ever. */
MUST_CHECK bool lines_has_spoken(struct lines *l, const uint8_t key[ID_BYTES], uint32_t word,
                                 bool *yes, struct err *e);

/* How far a lane was read, and a word of the record before that, 0: none is known. next -1:
 * never. */
#define HEARD_NOTICES (-1) /* for a partition: the lane of notices of quarantine */
struct heard {
    int64_t next;
    uint64_t word;
};
MUST_CHECK bool lines_heard(struct lines *l, int partition, struct heard *out, struct err *e);
MUST_CHECK bool lines_put_heard(struct lines *l, int partition, const struct heard *to,
                                struct err *e);
/* Between lines_store and lines_others. key NULL: it may have spoken of anybody. */
MUST_CHECK bool lines_put_spoken(struct lines *l, const uint8_t *key, struct err *e);
/* What the bus says: nobody else has spoken, or somebody has. */
MUST_CHECK bool lines_alone(struct lines *l, struct err *e);
MUST_CHECK bool lines_others(struct lines *l, struct err *e);
/* Once that is committed; also after a rollback, with what was before. */
MUST_CHECK bool lines_read(struct lines *l, struct err *e);

#endif
