/* evidence.h - the consent that a decision rests on, where consent opened the gate. */
#ifndef CONCORDAT_SHARING_DECIDE_EVIDENCE_H
#define CONCORDAT_SHARING_DECIDE_EVIDENCE_H

#include "base/clock.h"
#include "sharing/decide/decide.h"

struct evidence {
    const struct consent_fact *consent; /* NULL: none */
    struct categories release;          /* what the clauses that it opened release */
};
/* Consent opened a clause that releases a field of header.consent and would not be true had the
 * person consented to nothing: the yes to its agreement's own purpose, else to the first of its
 * condition that stands. Of those behind several clauses of d it is the last that was given, the
 * first on file among those of one moment. What people released in spite of a conflict has none. */
struct evidence evidence_of(const struct question *q, const struct decision *d);

/* Whether the slot is a field of header.consent: what stands there in the event itself counts
 * nowhere. */
bool evidence_has_slot(const struct header_slots *h, size_t slot);

#define EVIDENCE_SLOTS 4
/* What travels in each slot of header.consent; text empty: nothing. The texts stand in the struct,
 * which must not move, and in the facts. */
struct evidence_told {
    size_t count; /* of slots: 0 in a schema of before they were there */
    size_t slots[EVIDENCE_SLOTS];
    struct slice texts[EVIDENCE_SLOTS];
    char days[2][TIME_TEXT_MAX];
};
/* What the consent's own clauses release, as far as it is released to the recipient as it is;
 * portions: of each slot of the event. */
void evidence_tell(const struct evidence *x, const struct header_slots *h, const uint8_t *portions,
                   const struct categories *released, const struct categories obliged[OBLIGE_COUNT],
                   struct evidence_told *out);

#endif
