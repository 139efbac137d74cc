/* decision.h - what was decided of one event for one recipient. */
#ifndef CONCORDAT_SHARING_DECIDE_DECISION_H
#define CONCORDAT_SHARING_DECIDE_DECISION_H

#include "sharing/facts/facts.h"
#include "sharing/rules/obligation.h"

enum outcome { OUTCOME_DISCLOSE, OUTCOME_WITHHOLD, OUTCOME_HOLD };
const char *decision_outcome_name(enum outcome o); /* "disclose" "withhold" "hold" */

struct decision {
    struct event_id event; /* the event decided, or the earlier one caught up */
    struct recipient_id to;
    enum outcome outcome;
    bool caught_up;
    struct categories released, withheld; /* portions (bundle.h) */
    const uint32_t *clauses;
    size_t clause_count; /* those that permitted (or would, if held) */
    const uint32_t *prohibitions;
    size_t prohibition_count; /* those that took something */
    const char *reason;       /* code of reasons.def; "disclosed" when disclosed */
    int32_t disclosure;       /* index in judged.disclosures, -1 none */
    struct categories
        obliged[OBLIGE_COUNT]; /* portions of released that travel changed; disjoint */
    uint16_t schema;           /* of the event's type: its index in the catalogue */
    struct slice kind,
        source; /* of that event; source "agency/service"; empty: it cannot be told */
    const struct refusal
        *refused; /* the person's no that keeps it back; NULL: none. Lives in the arena */
};
/* Whether what it released tells of a protected prohibition that acted (prohibitions_hide). */
bool decision_hides(const struct bundle *b, const struct decision *d);

#endif
