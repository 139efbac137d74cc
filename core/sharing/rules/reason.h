/* reason.h - the reason codes of reasons.def as an enum, with their texts. */
#ifndef CONCORDAT_SHARING_RULES_REASON_H
#define CONCORDAT_SHARING_RULES_REASON_H

#include "base/slice.h"

enum reason {
#define X(name, code, rank, visibility, sentence) REASON_##name,
#include "sharing/rules/reasons.def"
#undef X
    REASON_COUNT
};

/* Ranks by name: how far a clause came before this stopped it; 0: not a gate. */
enum rank {
#define X(name, code, rank, visibility, sentence) RANK_##name = (rank),
#include "sharing/rules/reasons.def"
#undef X
};

/* Who may be told it. */
enum visibility { VISIBILITY_OPEN, VISIBILITY_PROTECTED };

const char *reason_code(enum reason r);
int reason_rank(enum reason r);
/* The protected reason of that code; false when there is none. */
bool reason_protected(struct slice code, enum reason *out);
/* The gate of that rank; REASON_NO_CLAUSE for 0. */
enum reason reason_of_rank(unsigned rank);

/* Words about sharing are in conflict (decide/conflict.h). */
bool reason_is_of_conflict(struct slice code);

/* The sentence of a reason code for people. */
const char *reason_sentence(struct slice code);
/* What may be shown of a reason. A protected one reads "prohibited" unless the reader asked for
 * protected ones; so does a code that this version does not know, because it may be protected.
 * Audits hold the true code. Shown without that right, the text is a constant of reasons.def. */
struct slice reason_shown(struct slice code, bool may_see_protected);

#endif
