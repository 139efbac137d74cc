/* hold.h - what waits for people, or for a doubt to end. */
#ifndef CONCORDAT_SHARING_FACTS_HOLD_H
#define CONCORDAT_SHARING_FACTS_HOLD_H

#include "sharing/facts/facts.h"

/* Whether facts may end the hold: a claim is in doubt, words are in conflict, or a message could
 * not be read. Not when the event's own number is unverified. */
bool hold_is_of_facts(const struct hold *h);

/* Notes who released this hold of a restricted person first. *out: the same facts with that
 * name. */
MUST_CHECK bool hold_note_first(struct arena *a, const struct person *p,
                                const struct event_id *event, uint16_t service, struct slice who,
                                struct person *out, struct err *e);

#endif
