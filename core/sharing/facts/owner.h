/* owner.h - whose an event is: nobody takes back, replaces or reuses what another said (law 12).
 *
 * An event may take back or replace one of its own agency, type, kind and episode; where it is a
 * word about sharing (an event's is_word), of its own service too. Ways for an episode to end count
 * as one kind: who takes back the end of a stay need not know which was said. For the room sharing
 * only. */
#ifndef CONCORDAT_SHARING_FACTS_OWNER_H
#define CONCORDAT_SHARING_FACTS_OWNER_H

#include "sharing/facts/draft.h"

/* Whether ev may take back or replace x. */
bool owner_is_same(const struct episode_event *x, const struct event *ev);
/* The same of a retraction that waits and an event that comes. */
bool owner_waits_for(const struct early_retraction *r, const struct event *ev);

#endif
