/* draft.h - a person's facts while one event changes them; for the room sharing only.
 *
 * Copies of the lists in the arena of the call, so that the facts before stay as they are. */
#ifndef CONCORDAT_SHARING_FACTS_DRAFT_H
#define CONCORDAT_SHARING_FACTS_DRAFT_H

#include "base/list.h"
#include "sharing/facts/event.h"
#include "sharing/facts/facts.h"
#include "sharing/rules/compiled.h"

/* Limits for each person and agency: above what happens to anybody, low enough that a broken feed
 * cannot fill memory. At a limit the oldest of that agency goes, and is counted in `dropped`; so
 * nobody pushes out what another said. Events of closed episodes go first, except those that a
 * clause counts its days from. */
#define EVENTS_MAX 512
/* of one purpose and recipient, one kind, one function, one opening */
#define WORDS_MAX_ALIKE 8
#define EARLY_MAX 16 /* retractions that wait for their original */
/* feeds and codes of one agency of which something could not be read */
#define UNREAD_MAX 16
#define LINKS_MAX 16 /* local ids */
/* events on file no more that are still known when they come again */
#define GONE_MAX 1024
#define BIRTHS_MAX 8       /* of one agency */
#define BIRTHS_MAX_ALIKE 3 /* of one agency that say the same */

struct draft {
    struct arena *arena;
    struct list relationships, consents, objections, restrictions, responsible, links, events,
        holds, away_holds, deaths, early, gone, settlements, refusals, births, unread;
    struct list unsaid; /* struct unsaid: lines that do not let this event say it */
    bool verified;
    uint64_t notices, dropped;
    bool changed;
    bool gate;   /* something opened: earlier events may now be released (law 9) */
    bool doors;  /* doors must hear of it (law 6) */
    bool shown;  /* some agency has now shown otherwise whom it means (claimed.h) */
    bool claims; /* who claims the person is not what it was (claimed.h) */
};

/* What an event would make known, or end, and may not. */
struct unsaid {
    const struct fact_rule *rule;
    bool closes;
};

MUST_CHECK bool draft_init(struct draft *d, struct arena *a, const struct person *before,
                           struct err *e);
void draft_view(const struct draft *d, struct person *out);

/* The entry of that event, or NULL. */
struct episode_event *draft_event(const struct draft *d, const struct event_id *id);
/* The event that ev replaces or takes back, among those it owns (owner.h). With a name: the version
 * that stands of the named one. Without: of the standing events the one of the same moment, else
 * the last before, else the first after. NULL: none is on file. */
struct episode_event *draft_original(const struct draft *d, const struct event *ev);
/* The version that stands, or last stood, in the place of x: x itself when nothing replaced it. */
struct episode_event *draft_newest(const struct draft *d, struct episode_event *x);
/* The version that x replaced, or NULL. */
struct episode_event *draft_replaced(const struct draft *d, const struct episode_event *x);
/* Dates the newest version of x as the first one of its kind and episode: a correction only says
 * better what was known before. */
void draft_date(struct draft *d, struct episode_event *x);
/* Whether a is later than b, both entries of one draft. Of one moment the later is the one that
 * came later: an agency's events of a person come in its own order (law 8), and many systems tell
 * only the minute. */
bool draft_is_later(const struct episode_event *a, const struct episode_event *b);
/* Whether x, an entry of the draft and no copy, stands and none of its kind in its episode is
 * later. */
bool draft_is_latest(const struct draft *d, const struct episode_event *x);
struct hold *draft_hold(const struct draft *d, const struct event_id *event, uint16_t service);
void draft_end_hold(struct draft *d, const struct event_id *event, uint16_t service);

/* Notes ev among the events of its episode. Pointers to entries end here. */
MUST_CHECK bool draft_record(struct draft *d, const struct bundle *b, const struct event *ev,
                             struct err *e);
/* Whether it is held: a human may yet release it, and a retraction must then find who got it. */
bool draft_is_held(const struct draft *d, const struct event_id *id);
/* Whether it must stay on file, though its bytes need not: it waits at a door, or a clause counts
 * its days from it. */
bool draft_keeps(const struct bundle *b, const struct draft *d, const struct episode_event *x);
/* Drops so many bytes of that agency's events, or all that may go, the oldest first; never of an
 * event that somebody waits for. Where none has bytes, the oldest event that need not stay goes
 * itself. */
MUST_CHECK bool draft_shrink(struct draft *d, const struct bundle *b, uint16_t agency, size_t bytes,
                             struct err *e);
/* Keeps the id of an event that is not on file: sent again it is a duplicate. */
MUST_CHECK bool draft_forget(struct draft *d, const struct event_id *id, struct slice source,
                             struct err *e);
struct gone_event draft_gone(const struct event_id *id, struct slice source);
/* Whether that is kept of it, for that agency. */
bool draft_is_gone(const struct draft *d, const struct event_id *id, struct slice source);
/* The last standing event of its kind in its episode that is on file as a whole; NULL: none. */
const struct episode_event *draft_like(const struct draft *d, const struct episode_event *x);
/* How an event stands that was noted just now: a later version of it, or its retraction, may
 * already be here. Such an event makes nothing known. */
enum arrival { ARRIVED_STANDING, ARRIVED_REPLACED, ARRIVED_RETRACTED };
MUST_CHECK bool draft_arrival(struct draft *d, const struct event *ev, enum arrival *how,
                              struct err *e);
/* Drops the first retraction that waits for ev by its id and whose agency does not own ev. *by: its
 * id; zeros when there is none. Only that id is kept. */
MUST_CHECK bool draft_drop_early(struct draft *d, const struct event *ev, struct event_id *by,
                                 struct slice *source, struct err *e);
/* Keeps a retraction whose original is not here yet. */
MUST_CHECK bool draft_await(struct draft *d, const struct event *ev, struct err *e);
/* What the facts table says of this event. */
MUST_CHECK bool draft_apply(struct draft *d, const struct bundle *b, const struct event *ev,
                            struct err *e);
/* Takes back what the event of that id made known: it is an event of the source of ev. */
void draft_undo(struct draft *d, const struct event_id *original, const struct event *ev);
/* Closes or opens the relationships and events of this event's episode, by the events that
 * stand. */
void draft_settle(struct draft *d, const struct bundle *b, const struct event *ev);
/* Forgets what was closed long ago, but for what some clause's days are counted from
 * (lasting.c). */
MUST_CHECK bool draft_prune(struct draft *d, const struct bundle *b, int64_t decided_ms,
                            struct err *e);
/* Adds a word; of WORDS_MAX_ALIKE alike the one that occurred first goes. id_at and time_at: where
 * in an item its event id and its time of occurring stand. */
struct word_form {
    bool (*same)(const void *item, const void *like);
    size_t id_at, time_at;
};
MUST_CHECK bool draft_word(struct draft *d, struct list *l, const void *word,
                           const struct word_form *form, struct err *e);
/* Notes an agency's own local id of the subject. */
MUST_CHECK bool draft_link(struct draft *d, uint16_t agency, struct slice local_id,
                           const struct event_id *by, struct err *e);

struct sharing_question; /* facts_query.h */
/* Named people have said yes or no to that question (said.overruled is not looked at): what says
 * otherwise is overruled, where it was known when they signed. Of what came since nobody of them
 * knew. */
MUST_CHECK bool draft_settle_conflict(struct draft *d, const struct sharing_question *ask,
                                      const struct settlement *said, int64_t signed_ms,
                                      struct err *e);

#endif
