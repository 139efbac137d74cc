/* lasting.h - how long a clause goes on after an end ("lasting: discharged + 14 days"); for the
 * room sharing only. */
#ifndef CONCORDAT_SHARING_FACTS_LASTING_H
#define CONCORDAT_SHARING_FACTS_LASTING_H

#include "sharing/facts/draft.h"

/* Whether that time is over for ev's episode, when ev is decided. */
bool lasting_is_over(const struct bundle *b, const struct person *facts, const struct event *ev,
                     const struct end *end);
/* Whether x must be kept for some clause's days: it is an end that stands, or it undoes an end that
 * is on file. Without it a late event would find its episode open again. */
bool lasting_needs(const struct bundle *b, const struct draft *d, const struct episode_event *x);

#endif
