/* filter.h - whether a key may be in the table `known`: a Bloom filter over the keys' first 8
 * bytes.
 *
 * Most keys that a feed looks up were never seen, and a miss in a sorted table is the dearer half
 * of a look-up. "No" is certain, "perhaps" asks the table. 4 MiB: at a million keys one miss in
 * 4,600 is asked for nothing, at five million one in 24. After a start the table is read into it a
 * little in each turn, and until that is done every answer is "perhaps". Threads: the caller's
 * lock. */
#ifndef CONCORDAT_INTAKE_SPOOL_FILTER_H
#define CONCORDAT_INTAKE_SPOOL_FILTER_H

#include "base/ids.h"
#include "host/db.h"

struct filter {
    uint64_t *bits;         /* NULL: memory was short; every answer is "perhaps" */
    struct db_query *page;  /* the next keys of the table */
    uint8_t last[ID_BYTES]; /* the last key read */
    bool started, complete;
};

/* Prepares an empty filter of the table `known` in d, which it borrows. Fails: db.*. */
MUST_CHECK bool filter_open(struct filter *f, struct db *d, struct err *e);
/* Frees the bits. Closing d ends the statement. */
void filter_close(struct filter *f);
/* Adds a key that goes into the table. */
void filter_add(struct filter *f, const uint8_t key[ID_BYTES]);
/* False: the key is not in the table. */
bool filter_may_have(const struct filter *f, const uint8_t key[ID_BYTES]);
/* Fetches the line of memory that a later filter_may_have(key) reads. */
void filter_expect(const struct filter *f, const uint8_t key[ID_BYTES]);
/* Adds the next keys of the table, until all are in. Called within the caller's transaction. Fails:
 * db.*. */
MUST_CHECK bool filter_step(struct filter *f, struct err *e);

#endif
