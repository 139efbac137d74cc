/* decide.h - one event against all clauses at once, then each recipient; for the room sharing only.
 */
#ifndef CONCORDAT_SHARING_DECIDE_H
#define CONCORDAT_SHARING_DECIDE_H

#include "sharing/draft.h"
#include "sharing/judge.h"

struct question {
    const struct bundle *bundle;
    const struct event *event;
    const struct person *facts;
    struct arena *arena;
    struct categories all; /* that this type has and agreements can release */
    const uint64_t *match; /* clauses for this kind and source */
    struct services candidates;
    bool unknown_is_true; /* a human has released it */
    struct when_input when;
};

/* Finds the clauses and candidate recipients of an event. */
MUST_CHECK bool decide_begin(struct question *q, struct err *e);
/* Decides for one candidate. tell: of the first prohibition that took something and says so. */
MUST_CHECK bool decide_for(const struct question *q, uint16_t recipient, struct decision *out,
                           struct slice *tell, struct err *e);
/* Takes away what prohibitions withhold from d->to; each is asked about all that d releases. */
MUST_CHECK bool decide_prohibit(const struct question *q, struct decision *d, struct slice *tell,
                                struct err *e);
/* Whether the agreement's own confidentiality basis lets anything go from one service to another.
 */
bool decide_guard(const struct agreement *g, const struct person *facts, uint16_t source,
                  uint16_t recipient, int64_t at_ms, enum reason *why);

#endif
