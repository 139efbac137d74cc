/* decide.h - one event against all clauses at once, for all recipients at once; for the room
 * sharing only. */
#ifndef CONCORDAT_SHARING_DECIDE_DECIDE_H
#define CONCORDAT_SHARING_DECIDE_DECIDE_H

#include "sharing/facts/draft.h"
#include "sharing/decide/decision.h"
#include "sharing/facts/facts_query.h"
#include "sharing/rules/compiled.h"
#include "sharing/rules/when.h"

struct truths;

/* What clauses say to one service. */
struct verdict {
    uint8_t weight; /* the greatest of all clauses (weight.h) */
    uint32_t last;  /* of its permits, counted from 1; 0: none */
};
/* A clause that permits, or perhaps does, for one service. */
struct permit {
    uint32_t clause;
    uint32_t before; /* the one before for the same service, counted from 1; 0: none */
    uint8_t weight;
};

struct question {
    const struct bundle *bundle;
    const struct event *event;
    const struct person *facts;
    struct arena *arena;
    bool unknown_is_true; /* a human has released it */
    enum facts_doubt doubt;
    /* Found by decide_begin. */
    struct categories all; /* that this type has and agreements can release */
    struct categories had; /* of those, what this event has */
    struct services candidates;
    size_t candidate_count;
    struct truths *truths;
    struct verdict *verdicts; /* by service */
    struct permit *permits;
    size_t permit_count, permit_room;
    /* Where a claim is in doubt: the same question with such claims counting, and with none of
     * them. */
    struct question *with, *without;
};

/* Asks every clause for the event's kind and source about every service it names. */
MUST_CHECK bool decide_begin(struct question *q, struct err *e);
/* Decides for one candidate. tell: of the first prohibition that took something and says so. */
MUST_CHECK bool decide_for(const struct question *q, uint16_t recipient, struct decision *out,
                           struct slice *tell, struct err *e);
/* Takes away what prohibitions withhold from d->to; each is asked about all that d releases. When
 * nothing is left, and something would be without the prohibitions that have a reason of their own,
 * d gets the first such reason. */
MUST_CHECK bool decide_prohibit(const struct question *q, struct decision *d, struct slice *tell,
                                struct err *e);
/* Whether the agreement's own confidentiality basis lets anything go from one service to another;
 * unknown: the words are in conflict. why: when false. */
enum truth decide_guard(const struct bundle *b, const struct agreement *g,
                        const struct person *facts, uint16_t source, uint16_t recipient,
                        int64_t at_ms, enum reason *why);

#endif
