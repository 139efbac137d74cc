/* walk.h - a partition of a topic read record by record to its end, and inputs found again by
 * position.
 *
 * Threads: one. Errors: bus.*. */
#ifndef CONCORDAT_AUDIT_WALK_H
#define CONCORDAT_AUDIT_WALK_H

#include "bus/bus.h"
#include "bus/topics.h"

#define WALK_ARENA_BYTES ((size_t)256 * 1024 * 1024)

struct walk {
    struct bus_reader *reader;
    const struct bus_record *batch;
    size_t n, at;
    bool end;
};

MUST_CHECK bool walk_open(struct walk *w, struct bus *b, const char *topic, int partition,
                          int64_t from, struct err *e);
/* The next record, NULL at the end. Borrowed until the next call. */
MUST_CHECK bool walk_next(struct walk *w, const struct bus_record **out, struct err *e);
/* The same record again, without moving on; NULL at the end. */
MUST_CHECK bool walk_peek(struct walk *w, const struct bus_record **out, struct err *e);
void walk_close(struct walk *w);

struct walk_input {
    char *topic;
    struct walk walk;
    int64_t first;  /* offset that is left, when last asked */
    int64_t asked;  /* the largest offset that was asked for; -1: none */
    bool was_asked; /* the last one asked for was at or below one before */
};
/* The inputs of one partition, of every topic that its audit names, each read once and forward. */
struct walk_inputs {
    struct bus *bus;
    int partition;
    struct walk_input *list;
    size_t count, room;
};
void walk_inputs_init(struct walk_inputs *w, struct bus *b, int partition);
/* The record at that offset; NULL when it is not there. *passed: records before it that nobody
 * asked for. Borrowed until the next call for the same topic. */
MUST_CHECK bool walk_inputs_at(struct walk_inputs *w, struct slice topic, int64_t offset,
                               const struct bus_record **out, uint64_t *passed, struct err *e);
/* Whether the one just asked for lies before the first record that its topic still keeps. Not where
 * it was asked for before, nor of a topic that keeps its records for ever. */
MUST_CHECK bool walk_inputs_expired(struct walk_inputs *w, struct slice topic, int64_t offset,
                                    bool *out, struct err *e);
void walk_inputs_release(struct walk_inputs *w);

#endif
