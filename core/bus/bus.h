/* bus.h - the bus: one interface, two backends (kafka.c, embedded.c) that pass one conformance
 * suite.
 *
 * A publisher sends records and returns when they are durable. A worker fetches a batch, and
 * commits its outputs and its input positions in one transaction. A reader reads one lane (one
 * partition of one topic) to its end. The bus keeps a note with each position: audit sequence,
 * chain head, owner.
 *
 * Topic names here are without the region's prefix: the backend adds it. Offsets count from 0.
 * Threads: bus_publish, bus_answers and bus_hurry may be called from any thread; a worker and a
 * reader each belong to one thread.
 * Errors: bus.down, bus.full, bus.limit (ERR_RETRY); bus.size (ERR_REJECT); bus.fenced, bus.fatal,
 * bus.locked, bus.topic, bus.aged, bus.position, bus.settings, bus.dated, bus.note, bus.worker,
 * bus.url, bus.folder (ERR_FATAL). */
#ifndef CONCORDAT_BUS_BUS_H
#define CONCORDAT_BUS_BUS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

/* Key and value together. A larger record is refused: bus.size (ERR_REJECT). */
#define BUS_RECORD_MAX_BYTES ((size_t)4 * 1024 * 1024)
/* A note is text without NUL, since librdkafka 2.0.2 cuts it at the first zero byte. */
#define BUS_NOTE_MAX_BYTES ((size_t)4096)

struct bus;
struct bus_worker;
struct bus_reader;

struct bus_record {
    const char *topic;
    int partition;
    struct slice key, value;
    int64_t offset, accepted_ms; /* filled when read: the bus gives both (log append time) */
    bool sender_dated;           /* accepted_ms was set by the sender: no decision may rest on it */
};
struct bus_position {
    const char *topic;
    int partition;
    int64_t next; /* the offset to be read next */
    struct slice note;
    /* When the bus accepted the record before `next`; 0: not known. By it a worker notices that a
     * topic was deleted and made anew. */
    int64_t at_ms;
};

struct bus_topic {
    const char *name;
    int partitions;
    bool compacted; /* the bus keeps the last value of each key alone; there are no tombstones */
};

struct bus_options {
    const char *url;    /* "embedded:/path/bus.db", "kafka://host:port,host:port[?name=value&..]" */
    const char *prefix; /* of every topic name; may be "" */
    const char *client; /* short name, shown in the broker's logs; NULL: "concordat" */
    bool read_only;     /* for tools beside a running daemon: the embedded file is opened to read */
};

/* Checks an address without connecting. A Kafka address must be understood, its secret files be
 * readable, and the library must accept the settings: else bus.url. The folder of an embedded bus
 * must be writable by its owner alone: else bus.folder. */
MUST_CHECK bool bus_url_check(const char *url, struct err *e);
/* Borrows o for the call. *out is ended by bus_close. Fails with bus.locked when another process
 * writes the embedded file, and with bus.folder where others may write it. */
MUST_CHECK bool bus_open(const struct bus_options *o, struct bus **out, struct err *e);
/* Workers and readers must be gone. Takes NULL. Sets *b to NULL. */
void bus_close(struct bus **b);
/* Makes the topics that do not exist. Fails with bus.topic when a topic exists with another number
 * of partitions. Fails with bus.settings when the broker lets senders date a topic's records,
 * deletes records that must stay, or refuses large ones. */
MUST_CHECK bool bus_topics(struct bus *b, const struct bus_topic *t, size_t n, struct err *e);

/* Publishes n records, in order within each lane, and returns when all are durable. Borrows r.
 * After a failure some may have been published: publish all n again. Readers drop duplicates by
 * feed_seq or id. */
MUST_CHECK bool bus_publish(struct bus *b, const struct bus_record *r, size_t n, struct err *e);
/* Publishes one record. *at_ms is when the bus accepted it. If an equal record was published at the
 * same moment, *at_ms is that of the first of the two. */
MUST_CHECK bool bus_publish_at(struct bus *b, const struct bus_record *r, int64_t *at_ms,
                               struct err *e);

/* A worker owns partitions 0 to partitions-1 of every topic listed. Its id is its transactional
 * identity and stays the same over restarts: a second worker that joins by it fences the first
 * (bus.fenced). Positions belong to the group, which is the id without its last "-<number>":
 * "router-0" and "router-1" share them. */
struct bus_join {
    const char *id;            /* "router-0" */
    const char *const *topics; /* what is fetched; NULL-terminated */
    int partitions;
    bool past_gaps; /* a position whose records have aged moves on to the first that is left */
};
/* Borrows j for the call. *out is ended by bus_leave.
 * A committed position before the first record that is left fails with bus.aged (ERR_FATAL), unless
 * past_gaps. A position beyond the end, or one whose last record was accepted at another time than
 * the one that stands there now, shows that the topic was lost and made anew: the worker begins at
 * its first record, and the log says so. */
MUST_CHECK bool bus_join(struct bus *b, const struct bus_join *j, struct bus_worker **out,
                         struct err *e);
/* The committed position of a lane, with its note in a. Without one, next is 0 and the note empty.
 * The topic need not be among those fetched: the position of `audit` counts its entries. */
MUST_CHECK bool bus_committed(struct bus_worker *w, const char *topic, int partition,
                              struct arena *a, struct bus_position *out, struct err *e);
/* Fetches the next records, those of each lane in order. Waits at most wait_ms for the first; *n 0:
 * nothing came. Slices live until the next fetch. A topic of topic_is_timed must not have a record
 * dated by its sender: the records before it are handed out first, then one fetch brings nothing,
 * and the next fails with bus.dated (ERR_FATAL). */
MUST_CHECK bool bus_fetch(struct bus_worker *w, int wait_ms, const struct bus_record **in,
                          size_t *n, struct err *e);
/* Commits n outputs and m positions in one transaction. Borrows both. After ERR_RETRY nothing was
 * committed: the worker is back at its committed positions, and fetches the same records again. */
MUST_CHECK bool bus_commit(struct bus_worker *w, const struct bus_record *out, size_t n,
                           const struct bus_position *done, size_t m, struct err *e);
/* Takes NULL. Sets *w to NULL. */
void bus_leave(struct bus_worker **w);

/* Opens a reader of one lane's committed records, from the offset `from` on; ended by
 * bus_reader_close. From 0 it begins at the first record that is left. Any other offset must still
 * be there: bus.aged when the lane begins behind it, bus.position when the lane ends before it
 * (ERR_FATAL). */
MUST_CHECK bool bus_reader_open(struct bus *b, const char *topic, int partition, int64_t from,
                                struct bus_reader **out, struct err *e);
/* The next records; their slices live until the next call. *end: the reader has reached what was
 * the lane's end (high watermark) when this call began. The first time at the end it returns at
 * once; after that it waits for more, at most wait_ms. Of a compacted topic the last value of each
 * key is always read, and earlier values may be. */
MUST_CHECK bool bus_reader_next(struct bus_reader *r, int wait_ms, const struct bus_record **out,
                                size_t *n, bool *end, struct err *e);
/* Takes NULL. Sets *r to NULL. */
void bus_reader_close(struct bus_reader **r);

/* Where a lane begins and ends, uncommitted records included. It is kept to find out later whether
 * the lane has been lost and made anew (bus_still_has). */
struct bus_end {
    int64_t first, next; /* the first offset that is left; the offset of the next record */
    /* Tells the last record from any other that could stand in its place: its hash on the embedded
     * bus, when it was accepted on Kafka. 0: not known. */
    uint64_t stamp;
};
/* The lane's end now. On Kafka without a stamp, for which a consumer would have to be started. */
MUST_CHECK bool bus_end(struct bus *b, const char *topic, int partition, struct bus_end *out,
                        struct err *e);
/* The end just behind the last record that this process published there, with its stamp, which the
 * broker's confirmation tells. next 0: it has published nothing there. */
MUST_CHECK bool bus_published(struct bus *b, const char *topic, int partition, struct bus_end *out,
                              struct err *e);
/* The end just behind r, a record that was read there. */
void bus_end_behind(struct bus *b, const struct bus_record *r, struct bus_end *out);
/* *yes: the lane reaches as far as it did then, and the record with that stamp still stands there
 * or has aged since. */
MUST_CHECK bool bus_still_has(struct bus *b, const char *topic, int partition,
                              const struct bus_end *then, bool *yes, struct err *e);

/* The position that the workers of a group ("router") have committed, with its note in a. Without
 * one, next is 0 and the note empty. It may be asked of a bus opened read-only, and beside a
 * running worker. */
MUST_CHECK bool bus_group_committed(struct bus *b, const char *group, const char *topic,
                                    int partition, struct arena *a, struct bus_position *out,
                                    struct err *e);

/* Whether the bus answers a question within wait_ms. From any thread. */
bool bus_answers(struct bus *b, int wait_ms);

/* Says that a stop was asked for. From now on a call waits about a second for a broker that does
 * not answer, and bus_publish two. Then it fails with bus.down; a commit whose outcome is not known
 * fails with bus.fatal. Calls that are answered go on as before. From any thread. */
void bus_hurry(struct bus *b);

/* The topics that exist under the prefix, named without it. The list lives in a. */
MUST_CHECK bool bus_list(struct bus *b, struct arena *a, const struct bus_topic **out, size_t *n,
                         struct err *e);

#endif
