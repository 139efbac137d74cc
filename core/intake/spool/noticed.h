/* noticed.h - which of the notices on quarantine.<agency> this file knows, and what it lacks.
 *
 * A notice is known by its number and its time, which no two have in common: not those of a file
 * that came back and counts on from an older number, nor those of two hosts. What the bus tells of
 * this feed's quarantine and the file has never known lies elsewhere, or nowhere: it is kept as
 * lost until a named person gives it up, or its end is heard. An end (NOTICE_ENDED) is told on the
 * bus for each row that goes, so that an older file which comes back does not miss it. Threads: the
 * caller's lock, within its transaction. Errors: db.*. */
#ifndef CONCORDAT_INTAKE_SPOOL_NOTICED_H
#define CONCORDAT_INTAKE_SPOOL_NOTICED_H

#include "contract/way_back.h"
#include "host/db.h"

#define NOTICE_ENDED "quarantine.ended" /* the code of a notice that takes back another */
#define NOTICE_LOST "quarantine.lost"   /* the code under which a lost one is listed and chosen */

/* noticed: notices made here (own) or heard. notice_floor: what is as old as that, by number and
 * time, counts as known. aside_lost: heard, and not known. aside_ended: ends to be told. */
#define NOTICED_SCHEMA                                                                             \
    "create table if not exists noticed (n integer not null, at integer not null,"                 \
    " own integer not null, primary key (n, at)) without rowid;"                                   \
    "create table if not exists notice_floor (one integer primary key check (one = 1),"            \
    " n integer not null, at integer not null);"                                                   \
    "create table if not exists aside_lost (n integer not null, at integer not null,"              \
    " code text not null, primary key (n, at)) without rowid;"                                     \
    "create table if not exists aside_ended (n integer not null, at integer not null,"             \
    " primary key (n, at)) without rowid;"

enum noticed_query {
    NOTICED_PUT,
    NOTICED_FLOOR_PUT,
    NOTICED_FLOOR_RAISE,
    NOTICED_FLOOR,
    NOTICED_KNOWN,
    NOTICED_AGED,
    NOTICED_LOST_PUT,
    NOTICED_LOST_NEXT,
    NOTICED_LOST_DELETE,
    NOTICED_LOST_SUM,
    NOTICED_END_OF_ROW,
    NOTICED_END_PUT,
    NOTICED_END_NEXT,
    NOTICED_END_DELETE,
    NOTICED_QUERY_COUNT
};

struct noticed {
    struct db_query *q[NOTICED_QUERY_COUNT];
    bool has_ends; /* there may be ends to be told */
};

struct notice {
    int64_t n, at_ms;
    bool is_end;
    char code[48];
};

/* What the file lacks: how many, the lowest and the highest number, the times of the oldest and the
 * newest. */
struct notices_lost {
    int64_t count, first, last, from_ms, to_ms;
};

MUST_CHECK bool noticed_prepare(struct noticed *s, struct db *d, struct err *e);
/* A file that has taken before it knew notices has them all up to its last number and
 * now. */
MUST_CHECK bool noticed_begin(struct noticed *s, int64_t taken, int64_t now_ms, struct err *e);
/* Whether it is one that has not heard any since. */
MUST_CHECK bool noticed_is_old(struct noticed *s, bool *old, struct err *e);
/* One made here. */
MUST_CHECK bool noticed_put(struct noticed *s, int64_t n, int64_t at_ms, struct err *e);
/* Row n goes: its end is to be told. */
MUST_CHECK bool noticed_end(struct noticed *s, int64_t n, struct err *e);
MUST_CHECK bool noticed_is_known(struct noticed *s, const struct notice *x, bool *known,
                                 struct err *e);
/* One off the bus that is not known, or an end. */
MUST_CHECK bool noticed_hear(struct noticed *s, const struct notice *x, struct err *e);
MUST_CHECK bool noticed_lost(struct noticed *s, struct notices_lost *out, struct err *e);
/* A named person gives up those that are selected: their ends are to be told. *done counts on. */
MUST_CHECK bool noticed_drop(struct noticed *s, const char *name, const struct selection *which,
                             uint64_t *done, struct err *e);
/* The end to be told after that one, NULL: the first; *some false: there is none. */
MUST_CHECK bool noticed_next_end(struct noticed *s, const struct notice *after, struct notice *out,
                                 bool *some, struct err *e);
MUST_CHECK bool noticed_told(struct noticed *s, const struct notice *x, struct err *e);
/* Forgets notices from before that time whose rows have gone. */
MUST_CHECK bool noticed_age(struct noticed *s, int64_t before_ms, struct err *e);

/* The id of one that is lost, "FEED:NUMBER@MILLISECONDS": a file that came back gives its number
 * anew. */
#define LOST_ID_MAX 128
struct slice noticed_id(const char *name, int64_t n, int64_t at_ms, char text[LOST_ID_MAX]);

#endif
