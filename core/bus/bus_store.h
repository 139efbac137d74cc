/* bus_store.h - what the embedded bus keeps on disk: topics, records, positions.
 *
 * A lane is one partition of one topic. A record is a row of the file. Its row number is the lane's
 * number and the record's offset in one integer, so appending and reading in order touch
 * neighbouring pages. The last record of a lane is never deleted: its offset tells where the lane
 * goes on.
 *
 * Threads: the caller holds its mutex for every call. The table of topics grows under both mutexes
 * of the caller, so it may be read under either.
 * Errors: bus.full, bus.down (ERR_RETRY), bus.locked, bus.topic, bus.fatal (ERR_FATAL). */
#ifndef CONCORDAT_BUS_BUS_STORE_H
#define CONCORDAT_BUS_BUS_STORE_H

#include "bus/batch.h"
#include "bus/bus.h"
#include "host/db.h"

struct lane {
    int64_t number;           /* topic and partition, as the upper bits of a row number */
    int64_t next, last_ms;    /* as committed; not kept up when the store is read-only */
    int64_t new_next, new_ms; /* as the open transaction has them */
    struct lane *changed;     /* links the lanes that the open transaction has changed */
    bool is_changed;
};

struct bus_store_topic {
    char *name; /* without the prefix */
    int partitions;
    bool compacted;
    struct lane *lanes;
};

struct bus_store {
    struct db *db;
    const char *prefix;              /* borrows */
    struct bus_store_topic **topics; /* sorted by name; the topics pointed to never move */
    size_t count, room;
    struct lane *changed; /* the first lane that the open transaction has changed */
    int64_t now_ms;       /* when the open transaction began */
    struct db_query *put, *get, *head, *latest, *keep, *drop, *position, *set_position, *add, *all;
};

/* Borrows prefix. Release also after a failed open. */
MUST_CHECK bool bus_store_open(struct bus_store *s, const char *path, const char *prefix,
                               bool read_only, struct err *e);
void bus_store_release(struct bus_store *s);

/* Adds to the table the topics of the file that it lacks. */
MUST_CHECK bool bus_store_load(struct bus_store *s, struct err *e);
/* NULL when the table has no topic of that name. */
struct bus_store_topic *bus_store_find(const struct bus_store *s, const char *name);
/* Finds a topic that has that partition; else bus.topic. */
MUST_CHECK bool bus_store_want(const struct bus_store *s, const char *name, int partition,
                               struct bus_store_topic **out, struct err *e);
/* Writes a topic to the file, in the caller's transaction. bus_store_load then adds it to the
 * table.
 */
MUST_CHECK bool bus_store_add(struct bus_store *s, const struct bus_topic *t, struct err *e);

MUST_CHECK bool bus_store_begin(struct bus_store *s, struct err *e);
/* Appends r to its lane, in the open transaction. bus.topic when there is no such lane. */
MUST_CHECK bool bus_store_put(struct bus_store *s, const struct bus_record *r, struct err *e);
/* Sets the group's position in p's lane, in the open transaction. */
MUST_CHECK bool bus_store_set_position(struct bus_store *s, struct slice group,
                                       const struct bus_position *p, struct err *e);
/* A commit that fails has rolled all of it back. */
MUST_CHECK bool bus_store_commit(struct bus_store *s, struct err *e);
void bus_store_rollback(struct bus_store *s);

/* Appends the records of a lane to b, from offset *at on, until b is full or the lane ends. Moves
 * *at behind the last record appended, also when it fails. */
MUST_CHECK bool bus_store_read(struct bus_store *s, const struct bus_store_topic *t, int partition,
                               int64_t *at, struct batch *b, struct err *e);
/* Asks the file for the offset of the lane's next record, and when its last one was accepted. */
MUST_CHECK bool bus_store_head(struct bus_store *s, const struct lane *l, int64_t *next,
                               int64_t *last_ms, struct err *e);
/* Fills first and next of out. In a lane without records both are the next offset. */
MUST_CHECK bool bus_store_ends(struct bus_store *s, const struct lane *l, struct bus_end *out,
                               struct err *e);
/* The group's position in a lane, with its note in a. Without one, next is 0 and the note empty. */
MUST_CHECK bool bus_store_position(struct bus_store *s, struct slice group, const struct lane *l,
                                   struct arena *a, struct bus_position *out, struct err *e);

#endif
