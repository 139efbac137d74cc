/* recall.h - what a feed remembers by 16-byte keys: dedup keys, last values, whose a local id is.
 *
 * Such keys are hashes: written one by one into a sorted table each would dirty a page of its own,
 * and that would be the dearest part of a commit. So a new entry is appended to the table `recent`
 * and kept in memory; when there are some thousand they are merged into the table `known` in the
 * order of their keys, a few in each turn, and dropped from `recent`. The newest entry of a key
 * counts. Everything happens inside the caller's transaction: recall_begin after its begin,
 * recall_step before its commit, then recall_committed or recall_rolled_back. Threads: the caller's
 * lock. Errors: db.*, memory.limit. */
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

/* Entries in the order they came, found by chains; order: their indices by key, once frozen. */
struct memtable {
    struct recall_entry *entries;
    uint32_t *heads, *order;
    size_t count, room, mask;
    size_t merged;
    int64_t last_row;
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
    } saved;
};

/* Reads `recent` back. */
MUST_CHECK bool recall_open(struct recall *r, struct db *d, struct err *e);
void recall_close(struct recall *r);

MUST_CHECK bool recall_begin(struct recall *r, struct err *e);
/* Merges and sweeps a little. */
MUST_CHECK bool recall_step(struct recall *r, struct err *e);
void recall_committed(struct recall *r);
/* Also when nothing was begun. */
void recall_rolled_back(struct recall *r);

MUST_CHECK bool recall_put(struct recall *r, enum recall_kind kind, const uint8_t key[ID_BYTES],
                           const struct recall_value *value, struct err *e);
MUST_CHECK bool recall_get(struct recall *r, enum recall_kind kind, const uint8_t key[ID_BYTES],
                           struct recall_value *value, bool *found, struct err *e);
/* Deletes an entry that has exactly this value, if it was merged. */
MUST_CHECK bool recall_drop(struct recall *r, enum recall_kind kind, const uint8_t key[ID_BYTES],
                            const struct recall_value *value, struct err *e);
/* key is looked up soon: what holds it is brought near. */
void recall_expect(const struct recall *r, const uint8_t key[ID_BYTES]);
/* Whether another dedup key begins with the same 8 bytes as key. */
MUST_CHECK bool recall_has_prefix(struct recall *r, const uint8_t key[ID_BYTES], bool *found,
                                  struct err *e);

#endif
