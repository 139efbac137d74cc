/* transaction.h - what one commit carries: outputs, input positions, the partitions they touch.
 *
 * Outputs borrow bytes of the transaction's arena; transaction_reset ends them all.
 * Threads: the router's. */
#ifndef CONCORDAT_ROUTER_TRANSACTION_H
#define CONCORDAT_ROUTER_TRANSACTION_H

#include "step/step.h"
#include "bus/bus.h"

/* Beyond these a commit costs more than it saves (core/ARCHITECTURE.md, Topics). */
#define TRANSACTION_MAX_RECORDS 5000
#define TRANSACTION_MAX_PARTITIONS 100
#define TRANSACTION_MAX_NS ((int64_t)50 * 1000 * 1000)
/* Beyond this a transaction is committed early. */
#define TRANSACTION_FULL_BYTES ((size_t)64 * 1024 * 1024)
#define TRANSACTION_ARENA_BYTES ((size_t)512 * 1024 * 1024)

struct transaction_input {
    const char *topic;
    int64_t *next;  /* by partition; -1: nothing taken */
    int64_t *at_ms; /* when the bus accepted the record before it */
};
struct transaction {
    const struct bundle *bundle;
    const char **disclosures, **restrictions, **links; /* topics by service and by agency */
    struct transaction_input *inputs;                  /* sorted by topic */
    size_t input_count;
    struct arena arena; /* of this transaction */
    struct bus_record *outputs;
    size_t output_count, output_room;
    struct bus_position *positions; /* of transaction_prepare */
    size_t position_count;
    bool *touched; /* which of all the partitions an output goes to */
    size_t touched_count;
    size_t taken; /* input records */
    int64_t started_ns;
};

/* Names and tables live in a. topics: what is fetched, NULL-terminated. */
MUST_CHECK bool transaction_init(struct transaction *t, const struct bundle *b,
                                 const char *const *topics, struct arena *a, struct err *e);
void transaction_release(struct transaction *t);
void transaction_reset(struct transaction *t);
bool transaction_is_full(const struct transaction *t);

/* Room for all that follows from a step, so that transaction_add cannot fail. */
MUST_CHECK bool transaction_room(struct transaction *t, const struct step *s, struct err *e);
/* Adds what a step led to, which must live in the arena; its facts follow at the commit, once a
 * person. */
void transaction_add(struct transaction *t, const struct bus_record *in, const struct step *s);
/* Adds the facts and the positions with their chains: all that is left is bus_commit. On failure
 * nothing has been tried and more may be added still. */
MUST_CHECK bool transaction_prepare(struct transaction *t, const struct partition *p,
                                    struct err *e);

#endif
