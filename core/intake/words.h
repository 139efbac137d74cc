/* words.h - words about sharing (restrictions, consents) as they were published, by the local id that they
 * named: so that one said before its agency linked that id counts under every key that the id leads to.
 *
 * What allows (a yes, a restriction lifted) goes only from where it was said under the local id itself, to
 * whom that leads for sure, and to one number: where it was said under a person's key, or went to one, a
 * mistyped local id would give it to another.
 *
 * Of a local id WORDS_MAX are kept, for as long as the spool is, and stand in none of its limits: what
 * allows goes before what restricts, the oldest first. Of a record each has its bytes once for each key that
 * it was said under, and some 80 bytes for each that it was carried to. Threads: the caller's lock; what
 * writes, within its transaction. Errors: db.*. */
#ifndef CONCORDAT_INTAKE_WORDS_H
#define CONCORDAT_INTAKE_WORDS_H

#include "base/arena.h"
#include "base/ids.h"
#include "host/db.h"

#define WORDS_MAX 64
#define WORDS_SCHEMA                                                                               \
    "create table if not exists word (n integer primary key, local blob not null,"                 \
    " id blob not null, key blob not null, restricts integer not null, under integer not null,"    \
    " record blob not null, unique (local, id, key));"

enum words_query {
    WORDS_PUT,
    WORDS_LEFT,
    WORDS_CARRY,
    WORDS_TRIM,
    WORDS_ANY,
    WORDS_LAST,
    WORDS_QUERY_COUNT
};

struct words {
    struct db_query *q[WORDS_QUERY_COUNT];
    int some; /* whether there is any; -1: to be asked again, as after a rollback */
};

MUST_CHECK bool words_open(struct words *w, struct db *d, struct err *e);
/* Whether there is any: all below costs nothing where there is not. */
MUST_CHECK bool words_any(struct words *w, bool *any, struct err *e);

/* What a key is to the local id beside it; on disk. */
enum word_under { WORD_OTHER, WORD_LOCAL, WORD_NUMBER }; /* its own key; that of a verified number */
struct word_to {
    uint8_t local[ID_BYTES], key[ID_BYTES]; /* link_key of the local id; whom it leads to */
    enum word_under under;
    bool is_sure; /* the key is its person's for sure: what allows goes there too */
};
struct word {
    struct word_to to; /* under which it went */
    struct event_id id;
    bool restricts;      /* it only ever lessens what is shared */
    struct slice record; /* framed */
};
MUST_CHECK bool words_put(struct words *w, const struct word *x, struct err *e);
/* Number of the last one, 0 where there is none: what is put later has a higher one. */
MUST_CHECK bool words_last(struct words *w, int64_t *n, struct err *e);
/* Those that may go there and did not yet, each once, in order; records in a. */
MUST_CHECK bool words_left(struct words *w, const struct word_to *to, struct arena *a,
                           struct slice **records, size_t *n, struct err *e);
/* Now they did, those up to that number. */
MUST_CHECK bool words_carry(struct words *w, const struct word_to *to, int64_t upto, struct err *e);
/* After a rollback. */
void words_forget(struct words *w);

#endif
