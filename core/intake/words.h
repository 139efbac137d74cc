/* words.h - words about sharing (restrictions, consents) as they were published, by the local id that they
 * named: so that one said before its agency linked that id counts under every key that the id leads to.
 *
 * Of a local id the last WORDS_MAX are kept, for as long as the spool is. Threads: the caller's lock, within
 * its transaction. Errors: db.*. */
#ifndef CONCORDAT_INTAKE_WORDS_H
#define CONCORDAT_INTAKE_WORDS_H

#include "base/arena.h"
#include "base/ids.h"
#include "host/db.h"

#define WORDS_MAX 64
#define WORDS_SCHEMA                                                                               \
    "create table if not exists word (n integer primary key, local blob not null,"                 \
    " id blob not null, key blob not null, restricts integer not null, record blob not null,"      \
    " unique (local, id, key));"

enum words_query { WORDS_PUT, WORDS_LEFT, WORDS_CARRY, WORDS_TRIM, WORDS_ANY, WORDS_QUERY_COUNT };

struct words {
    struct db_query *q[WORDS_QUERY_COUNT];
    int some; /* whether there is any; -1: to be asked again, as after a rollback */
};

MUST_CHECK bool words_open(struct words *w, struct db *d, struct err *e);
/* Whether there is any: all below costs nothing where there is not. */
MUST_CHECK bool words_any(struct words *w, bool *any, struct err *e);

struct word {
    uint8_t local[ID_BYTES], key[ID_BYTES]; /* link_key of its local id; the key it went under */
    struct event_id id;
    bool restricts;      /* it only ever lessens what is shared */
    struct slice record; /* framed */
};
MUST_CHECK bool words_put(struct words *w, const struct word *x, struct err *e);
/* Those about local that did not go under key yet, in order, of all or of those that restrict; records
 * in a. */
MUST_CHECK bool words_left(struct words *w, const uint8_t local[ID_BYTES],
                           const uint8_t key[ID_BYTES], bool all, struct arena *a,
                           struct slice **records, size_t *n, struct err *e);
/* Now they did; *n: how many. */
MUST_CHECK bool words_carry(struct words *w, const uint8_t local[ID_BYTES],
                            const uint8_t key[ID_BYTES], bool all, struct arena *a, size_t *n,
                            struct err *e);
/* After a rollback. */
void words_forget(struct words *w);

#endif
