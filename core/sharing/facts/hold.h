/* hold.h - what waits for people, or for a doubt to end. */
#ifndef CONCORDAT_SHARING_FACTS_HOLD_H
#define CONCORDAT_SHARING_FACTS_HOLD_H

#include "sharing/facts/facts.h"

/* Whether it is held because a claim is in doubt or words are in conflict, and not because its own
 * number is unverified: facts may end that. */
bool hold_is_of_facts(const struct hold *h);

#endif
