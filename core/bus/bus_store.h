/* bus_store.h - what the embedded bus keeps on disk: topics, records, positions.
 *
 * A lane is one partition of one topic; its records are rows whose number is lane and offset in one
 * integer, so appending and reading in order touch neighbouring pages. The last record of a lane is
 * never deleted: its offset tells where the lane goes on.
 *
 * Threads: none of its own; the caller's mutex. The table of topics may be read under either of the
 * caller's two mutexes, because it only grows under both.
 * Errors: bus.full, bus.down (ERR_RETRY), bus.locked, bus.topic, bus.fatal (ERR_FATAL). */
#ifndef CONCORDAT_BUS_BUS_STORE_H
#define CONCORDAT_BUS_BUS_STORE_H

#include "bus/batch.h"
#include "bus/bus.h"
#include "host/db.h"

struct lane {
    int64_t number;           /* topic and partition, in the upper bits of a row's number */
    int64_t next, last_ms;    /* committed; of no meaning when the store is read-only */
    int64_t new_next, new_ms; /* within the open transaction */
    struct lane *changed;     /* the next lane that the open transaction changed */
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
    struct bus_store_topic **topics; /* sorted by name; the things pointed to never move */
    size_t count, room;
    struct lane *changed;
    int64_t now_ms; /* of the open transaction */
    struct db_query *put, *get, *head, *latest, *keep, *drop, *position, *set_position, *add, *all;
};

/* Release also after a failed open. */
MUST_CHECK bool bus_store_open(struct bus_store *s, const char *path, const char *prefix,
                               bool read_only, struct err *e);
void bus_store_release(struct bus_store *s);

/* Reads the topics that the file has and the table has not. */
MUST_CHECK bool bus_store_load(struct bus_store *s, struct err *e);
/* NULL when there is none. */
struct bus_store_topic *bus_store_find(const struct bus_store *s, const char *name);
/* The same, and that it has such a partition; bus.topic otherwise. */
MUST_CHECK bool bus_store_want(const struct bus_store *s, const char *name, int partition,
                               struct bus_store_topic **out, struct err *e);
/* Writes the topic to the file (in a transaction of the caller's); bus_store_load then knows it. */
MUST_CHECK bool bus_store_add(struct bus_store *s, const struct bus_topic *t, struct err *e);

MUST_CHECK bool bus_store_begin(struct bus_store *s, struct err *e);
/* The topic must exist. */
MUST_CHECK bool bus_store_put(struct bus_store *s, const struct bus_record *r, struct err *e);
MUST_CHECK bool bus_store_set_position(struct bus_store *s, struct slice group,
                                       const struct bus_position *p, struct err *e);
/* On failure all is rolled back. */
MUST_CHECK bool bus_store_commit(struct bus_store *s, struct err *e);
void bus_store_rollback(struct bus_store *s);

/* Appends to b the records of a lane from *at on, until b is full or there are no more; moves *at
 * behind the last one. */
MUST_CHECK bool bus_store_read(struct bus_store *s, const struct bus_store_topic *t, int partition,
                               int64_t *at, struct batch *b, struct err *e);
/* The offset that the next record of a lane will have, as the file says. */
MUST_CHECK bool bus_store_head(struct bus_store *s, const struct lane *l, int64_t *next,
                               int64_t *last_ms, struct err *e);
/* The first offset of a lane that there is, and the head; of a lane without records both. */
MUST_CHECK bool bus_store_ends(struct bus_store *s, const struct lane *l, struct bus_end *out,
                               struct err *e);
/* next 0 and an empty note when there is none; the note lives in a. */
MUST_CHECK bool bus_store_position(struct bus_store *s, struct slice group, const struct lane *l,
                                   struct arena *a, struct bus_position *out, struct err *e);

#endif
