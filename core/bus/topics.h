/* topics.h - makes the names of the region's topics (core/ARCHITECTURE.md, Topics). */
#ifndef CONCORDAT_BUS_TOPICS_H
#define CONCORDAT_BUS_TOPICS_H

#include "base/arena.h"

#define TOPIC_FACTS "facts"
#define TOPIC_AUDIT "audit"
#define TOPIC_SCHEMAS "schemas"
#define TOPIC_CONTROL "control"

/* Each name is NUL-terminated and lives in a; NULL when the arena is full. A service is given as
 * "AGENCY/SERVICE", which becomes "AGENCY.SERVICE" in the name. */
const char *topic_events(struct arena *a, struct slice agency);
const char *topic_receipts(struct arena *a, struct slice agency);
const char *topic_quarantine(struct arena *a, struct slice agency);
/* What the parts of an agency's sites say. An empty agency gives the router's own, "states". */
const char *topic_states(struct arena *a, struct slice agency);
const char *topic_links(struct arena *a, struct slice agency);
const char *topic_disclosures(struct arena *a, struct slice service);
const char *topic_restrictions(struct arena *a, struct slice service);

/* True of `audit` and `control`: no broker may delete their records by age, which is the default of
 * a new topic. */
bool topic_is_for_ever(const char *name);

/* True of events, receipts and `control`: decisions about their records go by the time at which the
 * bus accepted them. */
bool topic_is_timed(const char *name);

#endif
