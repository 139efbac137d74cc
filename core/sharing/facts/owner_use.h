/* owner_use.h - who has used the id of an event before, and what an event may not touch. */
#ifndef CONCORDAT_SHARING_FACTS_OWNER_USE_H
#define CONCORDAT_SHARING_FACTS_OWNER_USE_H

#include "sharing/facts/owner.h"

enum owner_use { USED_BY_NOBODY, USED_BY_ITS_OWN, USED_BY_ANOTHER };
/* Who has used the id of ev before, by all that is kept. */
enum owner_use owner_use(const struct draft *d, const struct event *ev);
/* Whether ev takes back or replaces a known event by its id, and does not own it. */
bool owner_oversteps(const struct draft *d, const struct event *ev);

#endif
