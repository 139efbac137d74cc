/* step.h - what becomes of one input: the one step that the router takes and a replay takes
 * again.
 *
 * step_decide computes all that follows from a record and the state of its partition, and
 * changes nothing but room; step_accept then moves the state on and cannot fail. So a step
 * happens wholly or not at all. A record that cannot be decided becomes an entry of kind
 * refused: only ERR_RETRY and ERR_FATAL come out; feed.unknown (ERR_FATAL) of an event of which it
 * cannot be told whether it was decided before. Pure: no clock, no bus. Threads: one a
 * partition. */
#ifndef CONCORDAT_STEP_STEP_H
#define CONCORDAT_STEP_STEP_H

#include "audit/audit.h"
#include "step/input.h"
#include "step/marks.h"

/* What a partition's owner knows. */
struct partition {
    struct memory memory;
    struct audit_chain chain;
};

struct step {
    enum audit_kind kind;
    struct subject_key subject; /* zeros when there is none */
    struct judged judged;       /* empty unless something was judged */
    struct slice entry;         /* framed, in the arena */
    struct err refusal;         /* of AUDIT_REFUSED */
    struct audit_chain chain;   /* after it */
    bool goes_on;               /* a person said that a lane goes on: fetch it again */
    enum mark_says mark;        /* of an event: whether it was decided before */
    struct memory_change facts, acts, marks[MARK_CHANGES]; /* owned until accepted or dropped */
};

/* The decision time of a record, by which the bundle is chosen: its time of acceptance, or that of
 * the record before it in the partition, whichever is later. */
int64_t step_time(const struct partition *p, const struct bus_record *in);

/* Decides one input. out lives in a but for its changes, which the caller accepts or drops; after a
 * failure there are none. Fails: memory.limit (ERR_RETRY), feed.unknown, facts.*, audit.*
 * (ERR_FATAL). */
MUST_CHECK bool step_decide(const struct input_rules *r, struct partition *p,
                            const struct bus_record *in, struct arena *a, struct step *out,
                            struct err *e);
/* Moves the partition on: memory takes the changes, the chain goes behind the entry. */
void step_accept(struct partition *p, struct step *s);
/* Frees the changes instead. */
void step_drop(struct step *s);

#endif
