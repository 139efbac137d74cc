/* router.h - the worker: fetch, judge, commit.
 *
 * Owns all partitions of every events.*, receipts.* topic and `control`; keeps each person's
 * facts in memory, restored from `facts` at start; writes disclosures, notices, links, facts and
 * audit with the input positions in one bus transaction (law 3). Commits as soon as its input
 * queue is empty, else at 50 ms, 5,000 records or 100 distinct partitions.
 * Threads: one thread runs it; router_stop may come from any. */
#ifndef CONCORDAT_ROUTER_ROUTER_H
#define CONCORDAT_ROUTER_ROUTER_H

#include "bus/bus.h"
#include "sharing/judge/judge.h"
#include "sharing/change/editions.h"

struct router;

/* A lane (a partition of a topic) that waits for a human at that record, and why. */
struct router_stand {
    const char *topic;
    int partition;
    int64_t offset, since_ms;
    struct err why;
};

struct router_options {
    struct bus *bus;
    const struct bundle *bundle;
    const struct judge_keys *keys;
    const char *worker; /* stable id: "router-0" */
    bool demo;          /* its rules are unsigned, and so are the orders that change them */
    bool live;          /* environment; an event of the other one is refused (wrong-environment) */
    /* What it goes by, each record by its decision time; all of bundle's shape (editions_differ).
     * NULL: by bundle alone. */
    const struct editions *rules;
    /* Gets all lanes that stand, when they may have changed and nothing is left to decide; in the
     * router's thread. NULL: nobody wants to know. */
    void (*stands)(void *ctx, const struct router_stand *list, size_t n);
    /* All waits for that, or (NULL) goes on: when it changes, in its own thread. NULL: nobody wants
     * to know. */
    void (*waits)(void *ctx, const struct err *why);
    void *ctx; /* of both */
};

/* Topics every host makes before it starts: names and partitions follow the bundle. In a. */
MUST_CHECK bool region_topics(const struct bundle *b, struct arena *a, const struct bus_topic **out,
                              size_t *n, struct err *e);

/* Joins, restores facts to their end. Errors: bus.*, facts.*, audit.chain (ERR_FATAL). */
MUST_CHECK bool router_open(const struct router_options *o, struct router **out, struct err *e);
/* Until router_stop: true; false when it must not go on (ERR_FATAL). */
MUST_CHECK bool router_run(struct router *r, struct err *e);
/* One fetch, judge, commit: for tests. *done: records taken. */
MUST_CHECK bool router_step(struct router *r, int wait_ms, size_t *done, struct err *e);
void router_stop(struct router *r);
void router_close(struct router **r);

/* What it did since it started: for status. Any thread. */
struct router_counts {
    uint64_t events, disclosed, withheld, held, duplicates, refused, receipts, commits;
};
void router_counts(const struct router *r, struct router_counts *out);
/* What it fetches, NULL-terminated. In a. */
MUST_CHECK bool router_topics(const struct bundle *b, struct arena *a, const char ***out,
                              struct err *e);

/* Positions of the router that lie before the first record that there still is. router_find_gaps
 * joins by the router's id, so a router that runs ends. */
struct router_gap {
    const char *topic;
    int partition;
    int64_t from, to; /* at most to - from records are gone */
};
struct router_gaps {
    struct bus_worker *worker;
    struct router_gap *list; /* in the arena */
    size_t count;
};
MUST_CHECK bool router_find_gaps(const struct router_options *o, struct arena *a,
                                 struct router_gaps *out, struct err *e);
/* Moves those positions on. The caller has noted before who decided that. */
MUST_CHECK bool router_skip_gaps(struct router_gaps *g, struct err *e);
void router_leave_gaps(struct router_gaps *g);

/* How many lanes (a partition of a topic) wait for a human, because it cannot be told of their next
 * event whether it was decided before. Any thread. */
size_t router_standing(const struct router *r);
/* The newest generation that every transaction from now on goes by; 0: none yet. Any thread. */
uint64_t router_generation(const struct router *r);
/* How long ago it last had nothing left to decide: small when it is in step. Any thread. */
int64_t router_lag_ms(const struct router *r);

#endif
