/* owner_use.h - who has used the id of an event before, and what an event may not touch. */
#ifndef CONCORDAT_SHARING_FACTS_OWNER_USE_H
#define CONCORDAT_SHARING_FACTS_OWNER_USE_H

#include "sharing/facts/owner.h"

/* Who has used the id of ev before, by all that is kept. */
enum owner_use { USED_BY_NOBODY, USED_BY_ITS_OWN, USED_BY_ANOTHER };
/* Whether ev takes back or replaces something by a name that is known, and is not its to use. */
bool owner_oversteps(const struct draft *d, const struct event *ev);

#endif
