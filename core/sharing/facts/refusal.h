/* refusal.h - a named person's no, kept with the facts: what it covers. */
#ifndef CONCORDAT_SHARING_FACTS_REFUSAL_H
#define CONCORDAT_SHARING_FACTS_REFUSAL_H

#include "sharing/facts/draft.h"

/* Taken back, and on file so that nobody says it again. */
bool refusal_is_over(const struct refusal *x);
/* What then is on file of it. */
struct refusal refusal_over(const struct refusal *x, struct slice by, bool by_two);
/* Whether that is a version of what was refused. */
bool refusal_has(const struct refusal *x, const struct event_id *id);
/* The refusal that keeps this event from that service: by the id of any of its versions; else, for
 * an event on file that the service has not got, the refusal of its whole episode. NULL: none. */
const struct refusal *refusal_find(const struct bundle *b, const struct person *p,
                                   const struct event_id *event, struct slice service);
/* Whether whoever reopens x takes back y too: the same, or the no to the same whole episode. */
bool refusal_reopens(const struct refusal *x, const struct refusal *y);
/* Whether it was one no of the same people's: that of an episode is one for each event that
 * waited. */
bool refusal_is_one_act(const struct refusal *x, const struct refusal *y);
/* Somebody has reopened this refusal first, where two must: the same facts, who is noted. */
MUST_CHECK bool refusal_note_first(struct arena *a, const struct person *p,
                                   const struct refusal *refusal, struct slice who,
                                   struct person *out, struct err *e);

/* The refusal that keeps ev from that service, whatever any rule says: of it, of what it corrects,
 * or of its episode. Retractions are never kept. NULL: none. */
const struct refusal *refusal_against(const struct bundle *b, const struct person *p,
                                      const struct event *ev, uint16_t service);
/* Adds ev to the refusals whose event it corrects. original: the event it replaces; zeros: none. */
MUST_CHECK bool refusal_follow(struct draft *d, const struct bundle *b, const struct event *ev,
                               const struct event_id *original, struct err *e);

/* Whether the event's agency is the one whose event was refused. */
bool refusal_is_of_agency(const struct bundle *b, const struct refusal *x, const struct event *ev);
/* Whether all of that episode was refused. */
bool refusal_covers_episode(const struct refusal *x, struct slice episode);
/* One more id of the same event; copies what was there. */
MUST_CHECK bool refusal_add_version(struct arena *a, struct refusal *x, const struct event_id *id,
                                    struct err *e);

#endif
