/* hold.h - what waits for people, or for a doubt to end. */
#ifndef CONCORDAT_SHARING_FACTS_HOLD_H
#define CONCORDAT_SHARING_FACTS_HOLD_H

#include "sharing/facts/facts.h"

/* Whether it is held because a claim is in doubt, words are in conflict or a message could not be read,
 * and not because its own number is unverified: facts may end that. */
bool hold_is_of_facts(const struct hold *h);

/* Somebody has released this hold of a restricted person first: the same facts, who is noted. */
MUST_CHECK bool hold_note_first(struct arena *a, const struct person *p, const struct event_id *event,
                                 uint16_t service, struct slice who, struct person *out, struct err *e);

#endif
