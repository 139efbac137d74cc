/* topics.h - the names of the region's topics, in one place (core/ARCHITECTURE.md, Topics). */
#ifndef CONCORDAT_BUS_TOPICS_H
#define CONCORDAT_BUS_TOPICS_H

#include "base/arena.h"

#define TOPIC_FACTS "facts"
#define TOPIC_AUDIT "audit"
#define TOPIC_SCHEMAS "schemas"
#define TOPIC_CONTROL "control"

/* NUL-terminated, in a; NULL when the arena is full. service is "AGENCY/SERVICE" (->
 * AGENCY.SERVICE). */
const char *topic_events(struct arena *a, struct slice agency);
const char *topic_receipts(struct arena *a, struct slice agency);
const char *topic_quarantine(struct arena *a, struct slice agency);
/* What an agency's parts say; agency empty: the region's own, "states". */
const char *topic_states(struct arena *a, struct slice agency);
const char *topic_links(struct arena *a, struct slice agency);
const char *topic_disclosures(struct arena *a, struct slice service);
const char *topic_restrictions(struct arena *a, struct slice service);

/* True of topics whose records no broker may delete by age: a new topic's default would (audit,
 * control). */
bool topic_is_for_ever(const char *name);

/* True of topics whose records are judged by when the bus took them (events, receipts, control). */
bool topic_is_timed(const char *name);

#endif
