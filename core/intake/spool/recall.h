/* recall.h - what a feed remembers by 16-byte keys: dedup keys, last values, whose a local id is.
 *
 * The keys are hashes. Written one by one into a sorted table, each would dirty a page of its own,
 * which would be the dearest part of a commit. So a new entry is appended to the table `recent`,
 * and kept in memory. When there are some ten thousand, they are merged into the table `known` in
 * the order of their keys, a few in each turn, and then deleted from `recent`. The newest entry of
 * a key counts.
 *
 * Everything happens inside the caller's transaction: recall_begin, then recall_step before its
 * commit, then recall_committed or recall_rolled_back. Threads: the caller's lock. Errors: db.*,
 * memory.limit. */
#ifndef CONCORDAT_INTAKE_SPOOL_RECALL_H
#define CONCORDAT_INTAKE_SPOOL_RECALL_H

#include "base/buf.h"
#include "base/ids.h"
#include "host/db.h"
#include "intake/spool/filter.h"

enum recall_kind { RECALL_DEDUP, RECALL_CHANGE, RECALL_LINK };

#define RECALL_VALUE_MAX 24
struct recall_value {
    uint8_t b[RECALL_VALUE_MAX];
};

struct recall_entry {
    uint8_t key[ID_BYTES];
    struct recall_value value;
    uint32_t kind, next; /* next of its chain: index + 1, 0 = none */
};

/* Entries in the order in which they came, found by chains of equal buckets. A table that is full
 * is frozen, and merged into `known`. */
struct memtable {
    struct recall_entry *entries;
    uint32_t *heads;          /* by bucket: index + 1 of the first entry of its chain, 0 = none */
    uint32_t *order;          /* once frozen: indices of the entries by key */
    size_t count, room, mask; /* entries; room for so many; mask of a bucket's number */
    size_t merged;            /* once frozen: how many of `order` are in `known` */
    int64_t last_row;         /* once frozen: its last row of `recent` */
};

struct recall {
    struct db_query *append, *merge, *merge_rows, *sweep, *get, *range, *drop;
    struct buf gathered; /* this turn's entries, one row of `recent` */
    struct memtable now, frozen;
    size_t full;             /* entries of a memtable that is merged; a test wants fewer */
    struct filter filter;    /* of the keys in `known` */
    int64_t row;             /* last number in `recent` */
    int64_t swept, sweep_to; /* rows up to swept are deleted; up to sweep_to they may be */
    int64_t pruned;          /* dedup keys of answers up to this number are forgotten */
    struct {
        size_t count, merged;
        int64_t row, swept;
    } saved; /* what a rollback goes back to */
};

/* Prepares the statements, and reads `recent` back into memory. Borrows d. On failure
 * recall_close ends it. */
MUST_CHECK bool recall_open(struct recall *r, struct db *d, struct err *e);
void recall_close(struct recall *r);

/* Begins a turn. Fails: memory.limit. */
MUST_CHECK bool recall_begin(struct recall *r, struct err *e);
/* Writes this turn's entries, merges some of the frozen table, and deletes some merged rows of
 * `recent`. */
MUST_CHECK bool recall_step(struct recall *r, struct err *e);
void recall_committed(struct recall *r);
/* Goes back to the last commit. Also when nothing was begun. */
void recall_rolled_back(struct recall *r);

/* Remembers a value for a key. */
MUST_CHECK bool recall_put(struct recall *r, enum recall_kind kind, const uint8_t key[ID_BYTES],
                           const struct recall_value *value, struct err *e);
/* Finds the newest value of a key; *found: there is one. */
MUST_CHECK bool recall_get(struct recall *r, enum recall_kind kind, const uint8_t key[ID_BYTES],
                           struct recall_value *value, bool *found, struct err *e);
/* Deletes an entry that has exactly this value, if it was merged. */
MUST_CHECK bool recall_drop(struct recall *r, enum recall_kind kind, const uint8_t key[ID_BYTES],
                            const struct recall_value *value, struct err *e);
/* Fetches the lines of memory that a later recall_get(key) reads. */
void recall_expect(const struct recall *r, const uint8_t key[ID_BYTES]);
/* Whether another dedup key begins with the same 8 bytes as key. */
MUST_CHECK bool recall_has_prefix(struct recall *r, const uint8_t key[ID_BYTES], bool *found,
                                  struct err *e);

#endif
