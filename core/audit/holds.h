/* holds.h - what waits for a human, as the audit tells it: since when, and until when it may wait.
 *
 * A decision to hold opens a hold; a later decision on the same event for the same recipient ends
 * it, unless it holds again. Each hold has a deadline by its reason (region.yaml, holds). Refused
 * holds are kept as well, until people reopen them. To take an entry costs the same however much
 * waits. Owns its memory. Threads: one. */
#ifndef CONCORDAT_AUDIT_HOLDS_H
#define CONCORDAT_AUDIT_HOLDS_H

#include "audit/unread.h"

#define HOLD_NAME_MAX 256

struct held {
    struct chain_link by_name;          /* must be first */
    struct held *next, *before;         /* the older come first */
    char hold[HOLD_NAME_MAX];           /* "eventid:agency/service" */
    char what[160], source[160];        /* "HospitalStay.admitted"; "agency/service" */
    char reason[48], clause[224];       /* clause: empty when none would permit it */
    char first[128];                    /* who said something of it first, where two must */
    char first_act[24];                 /* what: "release", "settle-yes", "reopen" */
    int64_t since_ms, due_ms, paged_ms; /* paged_ms: for whoever pages, 0 at first */
    uint8_t subject[ID_BYTES];
    int partition;
    /* Of one that was refused: */
    char refused_by[128];
    int64_t refused_ms, refused_at; /* at: number of that entry: what was refused by one word */
    bool is_refused, is_whole_episode;
};

struct holds {
    const struct bundle *bundle;
    struct held *first, *last, *refused; /* refused, and not reopened */
    struct chains by_name;               /* of both */
    struct unread_list unread; /* what could not be read, and whose events wait because of it */
    bool lost;                 /* memory ended: the list is not whole */
};

void holds_init(struct holds *h, const struct bundle *b);
/* One entry more; for audit_each and audit_follow_read. False when memory has ended. */
bool holds_take(void *holds, int partition, const struct audit_read *r);
/* NULL when nothing is held by that name. */
const struct held *holds_find(const struct holds *h, struct slice hold);
/* NULL when nothing was refused by that name, or it was reopened. */
const struct held *holds_find_refused(const struct holds *h, struct slice hold);
/* Whether entry r keeps that hold back because its episode was refused. *by: the refusal, when it
 * still stands; else left as it is. */
bool holds_kept_back(const struct holds *h, struct slice hold, const struct audit_read *r,
                     const struct held **by);

struct holds_count {
    uint64_t open, overdue;
    int64_t oldest_ms; /* since; 0: none */
};
void holds_count(const struct holds *h, int64_t now_ms, struct holds_count *out);
/* Counts one more into out. */
void holds_count_one(const struct held *x, int64_t now_ms, struct holds_count *out);
void holds_release(struct holds *h);

#endif
