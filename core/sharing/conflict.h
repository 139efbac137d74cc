/* conflict.h - words about sharing that different agencies wrote down, and a yes that would undo
 * another's no; for the room sharing only.
 *
 * Of each agency the last word counts (of several of one moment: a no before a yes that has run out or
 * may not be relied on, before a yes). When the last of all of them is a yes, and nobody's is a no, it
 * is a yes; when it is a yes and somebody else's is a no, that is a conflict: it cannot be told, until
 * who said no speaks again or named people settle it. Else it is a no. What people have overruled
 * counts no more; what was not on file then is a new word. */
#ifndef CONCORDAT_SHARING_CONFLICT_H
#define CONCORDAT_SHARING_CONFLICT_H

#include "sharing/decide.h"

/* What is asked of the words: may it be shared with that service, for that purpose or unless the
 * person objects. */
struct sharing_question {
    bool is_objection;
    struct slice purpose; /* of a consent */
    uint16_t who;
};

/* The questions in conflict that the decision rests on: those that the guards and conditions of its
 * clauses ask. *more is called for each, also for one twice. */
void conflict_each(const struct question *q, const struct decision *d,
                   void (*each)(void *ctx, const struct sharing_question *ask), void *ctx);
/* conflicting-consent before conflicting-objection; REASON_COUNT: no conflict. */
enum reason conflict_reason(const struct question *q, const struct decision *d);

/* Named people have said yes or no to that question: what says otherwise is overruled. */
MUST_CHECK bool conflict_settle(struct draft *d, const struct sharing_question *ask, bool yes,
                                struct slice people, int64_t at_ms, struct err *e);

#endif
