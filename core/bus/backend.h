/* backend.h - what a backend of the bus provides. Included by the bus*.c files, the backends and
 * tests alone.
 *
 * Before bus.c calls a backend, it checks sizes, names and read_only. The backend checks what only
 * it can know: whether a topic exists and has that partition. Each call keeps the promise of the
 * function of bus.h that has its name. */
#ifndef CONCORDAT_BUS_BACKEND_H
#define CONCORDAT_BUS_BACKEND_H

#include "bus/bus.h"

struct bus_ops {
    void (*close)(struct bus *b);
    bool (*topics)(struct bus *b, const struct bus_topic *t, size_t n, struct err *e);
    bool (*list)(struct bus *b, struct arena *a, const struct bus_topic **out, size_t *n,
                 struct err *e);
    bool (*publish)(struct bus *b, const struct bus_record *r, size_t n, struct err *e);

    bool (*join)(struct bus *b, const struct bus_join *j, struct bus_worker **out, struct err *e);
    bool (*committed)(struct bus_worker *w, const char *topic, int partition, struct arena *a,
                      struct bus_position *out, struct err *e);
    bool (*fetch)(struct bus_worker *w, int wait_ms, const struct bus_record **in, size_t *n,
                  struct err *e);
    bool (*commit)(struct bus_worker *w, const struct bus_record *out, size_t n,
                   const struct bus_position *done, size_t m, struct err *e);
    void (*leave)(struct bus_worker *w);

    bool (*reader_open)(struct bus *b, const char *topic, int partition, int64_t from,
                        struct bus_reader **out, struct err *e);
    bool (*reader_next)(struct bus_reader *r, int wait_ms, const struct bus_record **out, size_t *n,
                        bool *end, struct err *e);
    void (*reader_close)(struct bus_reader *r);

    bool (*group_committed)(struct bus *b, const char *group, const char *topic, int partition,
                            struct arena *a, struct bus_position *out, struct err *e);

    /* Fills first and next of out. */
    bool (*end)(struct bus *b, const char *topic, int partition, struct bus_end *out,
                struct err *e);
    /* A reader of one record costs no connection. Then a stamp is the record's hash; else it is the
     * time at which the record was accepted. */
    bool reads_cheaply;
    /* Fills next and stamp of out. NULL: bus_published answers as bus_end. */
    void (*published)(struct bus *b, const char *topic, int partition, struct bus_end *out);

    bool (*answers)(struct bus *b, int wait_ms); /* NULL: it always answers */
    void (*hurry)(struct bus *b);                /* NULL: its calls wait for no broker */
};

/* Each of these three is the first member of the backend's own struct. */
struct bus {
    const struct bus_ops *ops;
    bool read_only;
};
struct bus_worker {
    const struct bus_ops *ops;
};
struct bus_reader {
    const struct bus_ops *ops;
};

bool embedded_open(const struct bus_options *o, const char *path, struct bus **out, struct err *e);
bool kafka_open(const struct bus_options *o, const char *address, struct bus **out, struct err *e);

/* bus_lane.c. Whether a reader may begin at `from` in a lane that begins and ends as `end` says:
 * else bus.aged or bus.position (ERR_FATAL). */
MUST_CHECK bool bus_lane_may_read(const char *topic, int partition, int64_t from,
                                  const struct bus_end *end, struct err *e);
/* Whether a worker may go on at p (next -1: it has no position yet). Moves p to the lane's first
 * record where bus_join says so; else bus.aged (ERR_FATAL). */
MUST_CHECK bool bus_lane_may_go_on(const struct bus_join *j, struct bus_position *p,
                                   const struct bus_end *end, struct err *e);
/* Sets p to the first record of a lane that was lost and made anew, and says so in the log. */
void bus_lane_begin_anew(const struct bus_join *j, struct bus_position *p,
                         const struct bus_end *end);

/* bus_name.c. Whether a topic, a worker or a prefix can have that name. */
bool bus_name_is_one(const char *name);
/* How many bytes of a worker's id name its group: 6 of "router-0" and of "router-12". */
size_t bus_name_group_length(const char *id);

/* What one fetch, or one call of a reader, hands out at most. */
#define BUS_BATCH_COUNT 1000
#define BUS_BATCH_BYTES ((size_t)8 * 1024 * 1024)

#endif
