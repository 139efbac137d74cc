/* bus.h - the bus: one interface, two backends (kafka.c, embedded.c) that pass one conformance
 * suite.
 *
 * Three faces: publisher (send, return when durable), worker (fetch a batch, commit outputs and
 * input positions as one), reader (a topic to its end). note rides with a position: audit
 * sequence, chain head, owner; text without NUL, at most 4,096 bytes (librdkafka 2.0.2 cuts at
 * zero). Topic names here are without the region's prefix; the backend adds it. Threads:
 * bus_publish from any thread; a worker, a reader: one thread each. Errors: bus.down, bus.full,
 * bus.limit (ERR_RETRY); bus.fenced, bus.fatal, bus.locked, bus.topic, bus.aged, bus.position,
 * bus.settings, bus.dated (ERR_FATAL). */
#ifndef CONCORDAT_BUS_BUS_H
#define CONCORDAT_BUS_BUS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

/* Larger records are refused: bus.size (ERR_REJECT). Key and value together. */
#define BUS_RECORD_MAX_BYTES ((size_t)4 * 1024 * 1024)
#define BUS_NOTE_MAX_BYTES ((size_t)4096)

struct bus;
struct bus_worker;
struct bus_reader;

struct bus_record {
    const char *topic;
    int partition;
    struct slice key, value;
    int64_t offset, accepted_ms; /* given by the bus: log append time; filled when read */
    bool sender_dated;           /* accepted_ms is its sender's word: no decision may rest on it */
};
/* at_ms: when the bus accepted the record before next, so that a topic which was lost and has grown
 * again is noticed; 0: not known. */
struct bus_position {
    const char *topic;
    int partition;
    int64_t next;
    struct slice note;
    int64_t at_ms;
};

struct bus_topic {
    const char *name;
    int partitions;
    bool compacted; /* keeps the last value of each key (explicit values only) */
};

struct bus_options {
    const char *url;    /* "embedded:/path/bus.db", "kafka://host:port,host:port[?name=value&..]" */
    const char *prefix; /* of every topic name; may be "" */
    const char *client; /* name in the broker's logs; short */
    bool read_only;     /* tools beside a running daemon: embedded opens read-only */
};

/* Whether its address can be understood, the files of its secrets be read, and a client be made of
 * it that goes nowhere: bus.url; and whether nobody else may write where an embedded one lies:
 * bus.folder. */
MUST_CHECK bool bus_url_check(const char *url, struct err *e);
/* bus.locked when another process writes the embedded file; bus.folder where others may. */
MUST_CHECK bool bus_open(const struct bus_options *o, struct bus **out, struct err *e);
void bus_close(struct bus **b);
/* Makes the topics that do not exist; bus.topic when one exists with another number of partitions,
 * bus.settings when one is kept so that a sender dates its records, records are lost or large ones
 * are refused. */
MUST_CHECK bool bus_topics(struct bus *b, const struct bus_topic *t, size_t n, struct err *e);

/* Publishes all n, in order per (topic, partition); returns when all are durable. Borrows. On
 * failure some may have been published: publish the same again (readers drop what they have seen by
 * feed_seq or id). */
MUST_CHECK bool bus_publish(struct bus *b, const struct bus_record *r, size_t n, struct err *e);
/* The same of one; *at_ms: when the bus accepted it (of two that are equal the first). */
MUST_CHECK bool bus_publish_at(struct bus *b, const struct bus_record *r, int64_t *at_ms,
                               struct err *e);

/* A worker owns the partitions given, of every topic given; id is its stable transactional
 * identity. A second worker of the same id fences the first (bus.fenced). Positions belong to the
 * group: the id without its last "-<number>", so "router-0" and "router-1" share them. A position
 * behind the first record that there is: bus.aged (ERR_FATAL), with both in the sentence. One
 * beyond the end, or behind a record that was accepted at another time, is of a topic that was
 * lost: it begins anew at the start, and the log says so. */
struct bus_join {
    const char *id;            /* "router-0" */
    const char *const *topics; /* NULL-terminated: what is fetched */
    int partitions;            /* 0 .. partitions-1 are owned */
    bool past_gaps;            /* positions behind the first record there is move on to it */
};
MUST_CHECK bool bus_join(struct bus *b, const struct bus_join *j, struct bus_worker **out,
                         struct err *e);
/* The committed position of (topic, partition) with its note; next 0 and empty note when there is
 * none. Any topic, also one that is not fetched (`audit`: its next is the sequence number). Note
 * lives in a. */
MUST_CHECK bool bus_committed(struct bus_worker *w, const char *topic, int partition,
                              struct arena *a, struct bus_position *out, struct err *e);
/* The next records, each (topic, partition) in order; waits at most wait_ms for the first. Slices
 * live until the next fetch. *n 0: nothing new. Before a record of topic_is_timed that its sender
 * dated it ends: bus.dated (ERR_FATAL), once what stands before was handed out and nothing. */
MUST_CHECK bool bus_fetch(struct bus_worker *w, int wait_ms, const struct bus_record **in,
                          size_t *n, struct err *e);
/* Outputs and positions in one transaction: all or nothing. After a failure (ERR_RETRY) nothing was
 * committed: the worker has gone back to the committed positions and will fetch the same again. */
MUST_CHECK bool bus_commit(struct bus_worker *w, const struct bus_record *out, size_t n,
                           const struct bus_position *done, size_t m, struct err *e);
void bus_leave(struct bus_worker **w);

/* Reads committed records of one partition from an offset on. A batch's slices live until the next
 * call. *end: the position has reached what was the end (high watermark) when this call began. Of a
 * compacted topic the last value of a key is always among what is read; earlier ones may be. The
 * first time that it is at the end it says so at once; from then on it waits for more, at most
 * wait_ms. From 0: whatever there is. From anywhere else it must be there still: bus.aged when the
 * topic begins behind it, bus.position when it ends before it (ERR_FATAL). */
MUST_CHECK bool bus_reader_open(struct bus *b, const char *topic, int partition, int64_t from,
                                struct bus_reader **out, struct err *e);
MUST_CHECK bool bus_reader_next(struct bus_reader *r, int wait_ms, const struct bus_record **out,
                                size_t *n, bool *end, struct err *e);
void bus_reader_close(struct bus_reader **r);

/* Where a lane begins and ends, uncommitted records counted; and a word of the record that stands
 * last, 0 where asking for it is dear (it costs nothing of what one has published oneself). Kept by
 * whoever must know later whether the lane still is what it was. */
struct bus_end {
    int64_t first, next;
    uint64_t word;
};
MUST_CHECK bool bus_end(struct bus *b, const char *topic, int partition, struct bus_end *out,
                        struct err *e);
/* The same up to the last record that this process has published there; next 0: none. */
MUST_CHECK bool bus_published(struct bus *b, const char *topic, int partition, struct bus_end *out,
                              struct err *e);
/* The end as it was when r, which was read there, stood last. */
void bus_end_behind(struct bus *b, const struct bus_record *r, struct bus_end *out);
/* *yes: the lane still has what it had then, or had it and let it age. */
MUST_CHECK bool bus_still_has(struct bus *b, const char *topic, int partition,
                              const struct bus_end *then, bool *yes, struct err *e);

/* What the workers of a group ("router") have committed; also on a bus opened read-only and beside
 * a running worker. next 0 and an empty note when there is nothing. Note lives in a. */
MUST_CHECK bool bus_group_committed(struct bus *b, const char *group, const char *topic,
                                    int partition, struct arena *a, struct bus_position *out,
                                    struct err *e);

/* Whether the bus is there: it answers a question within wait_ms. From any thread. */
bool bus_answers(struct bus *b, int wait_ms);

/* A stop was asked for: from now on no call waits for a broker that does not answer for much more
 * than a second (what was published may be confirmed for two); it fails with bus.down, a commit
 * whose end is not known with bus.fatal. What answers goes on as ever. From any thread. */
void bus_hurry(struct bus *b);

/* Topics that exist, with the prefix taken off (in a). */
MUST_CHECK bool bus_list(struct bus *b, struct arena *a, const struct bus_topic **out, size_t *n,
                         struct err *e);

#endif
