/* draft.h - a person's facts while one event changes them; for the room sharing only.
 *
 * Copies of the lists in the arena of the call, so that the facts before stay as they are. */
#ifndef CONCORDAT_SHARING_FACTS_DRAFT_H
#define CONCORDAT_SHARING_FACTS_DRAFT_H

#include "base/list.h"
#include "sharing/facts/event.h"
#include "sharing/facts/facts.h"
#include "sharing/rules/compiled.h"

/* Of each person and agency: above what happens to anybody, low enough that a broken feed cannot fill
 * memory. At a limit the oldest of that agency goes, counted in `dropped`, so that nobody can push out
 * what another said: of events first those of closed episodes, but for what a clause counts its days
 * from. */
#define EVENTS_MAX 512
#define WORDS_MAX_ALIKE 8  /* of one purpose and recipient, one kind, one function, one opening */
#define EARLY_MAX 16       /* retractions that wait for their original */
#define UNREAD_MAX 16      /* feeds and codes of one agency of which something could not be read */
#define LINKS_MAX 16       /* local ids */
#define GONE_MAX 1024      /* events on file no more that are still known when they come again */
#define BIRTHS_MAX 8       /* of one agency */
#define BIRTHS_MAX_ALIKE 3 /* of one agency that say the same */

struct draft {
    struct arena *arena;
    struct list relationships, consents, objections, restrictions, responsible, links, events,
        holds, deaths, early, gone, settlements, refusals, births, unread;
    struct list unsaid; /* struct unsaid: lines that do not let this event say it */
    bool verified;
    uint64_t notices, dropped;
    bool changed;
    bool gate;  /* something opened: earlier events may now be released (law 9) */
    bool doors; /* doors must hear of it (law 6) */
    bool shown; /* some agency has now shown otherwise whom it means (claimed.h) */
    bool claims; /* who claims the person is not what it was (claimed.h) */
};

/* What an event would make known, or end, and may not. */
struct unsaid { const struct fact_rule *rule; bool closes; };

MUST_CHECK bool draft_init(struct draft *d, struct arena *a, const struct person *before,
                           struct err *e);
void draft_view(const struct draft *d, struct person *out);

/* The entry of that event, or NULL. */
struct episode_event *draft_event(const struct draft *d, const struct event_id *id);
/* What an event replaces or takes back, of what is its own to (owner.h): the version that stands of the
 * one it names; else of the standing events the one of the same moment, else the last before, else the
 * first after. NULL: none is on file. */
struct episode_event *draft_original(const struct draft *d, const struct event *ev);
/* The version that stands, or last stood, in the place of x: x itself when nothing replaced it. */
struct episode_event *draft_newest(const struct draft *d, struct episode_event *x);
/* The version that x replaced, or NULL. */
struct episode_event *draft_replaced(const struct draft *d, const struct episode_event *x);
/* A correction says better what was known before: the newest version of x is dated as the first one of
 * its kind and episode. */
void draft_date(struct draft *d, struct episode_event *x);
/* Whether a is later than b, both entries of one draft. Of one moment the one that came later is: an agency's
 * events of a person come in its own order (law 8), and many systems tell the minute only. */
bool draft_is_later(const struct episode_event *a, const struct episode_event *b);
/* Whether x, an entry of the draft and no copy, stands and none of its kind in its episode is later. */
bool draft_is_latest(const struct draft *d, const struct episode_event *x);
struct hold *draft_hold(const struct draft *d, const struct event_id *event, uint16_t service);
void draft_end_hold(struct draft *d, const struct event_id *event, uint16_t service);

/* Notes ev among the events of its episode. Pointers to entries end here. */
MUST_CHECK bool draft_record(struct draft *d, const struct bundle *b, const struct event *ev,
                             struct err *e);
/* A human may yet release it, and a retraction must find who got it then. */
bool draft_is_held(const struct draft *d, const struct event_id *id);
/* What must stay on file, though its bytes need not: it waits at a door, or days are counted from it. */
bool draft_keeps(const struct bundle *b, const struct draft *d, const struct episode_event *x);
/* So many bytes of that agency's events, or all that may go, at once: of the oldest that nobody waits for
 * their bytes; where none has any, the oldest itself that need not stay. */
MUST_CHECK bool draft_shrink(struct draft *d, const struct bundle *b, uint16_t agency, size_t bytes,
                             struct err *e);
/* Keeps the id of what is on file no more, or never was: sent again it is a duplicate. */
MUST_CHECK bool draft_forget(struct draft *d, const struct event_id *id, struct slice source,
                             struct err *e);
struct gone_event draft_gone(const struct event_id *id, struct slice source);
/* The last standing event of its kind in its episode that is on file as a whole; NULL: none. */
const struct episode_event *draft_like(const struct draft *d, const struct episode_event *x);
/* Of an event noted just now: it arrives when a later version of it, or its retraction, is already
 * here. Such an event makes nothing known. */
enum arrival { ARRIVED_STANDING, ARRIVED_REPLACED, ARRIVED_RETRACTED };
MUST_CHECK bool draft_arrival(struct draft *d, const struct event *ev, enum arrival *how,
                              struct err *e);
/* The first retraction that waits for the event of ev by its name, and is not its owner's to make;
 * zeros when there is none. Nothing of it is left but that it was here. */
MUST_CHECK bool draft_drop_early(struct draft *d, const struct event *ev, struct event_id *by,
                                 struct slice *source, struct err *e);
/* Keeps a retraction whose original is not here yet. */
MUST_CHECK bool draft_await(struct draft *d, const struct event *ev, struct err *e);
/* What the facts table says of this event. */
MUST_CHECK bool draft_apply(struct draft *d, const struct bundle *b, const struct event *ev,
                            struct err *e);
/* Takes back what the event of that id made known: it is an event of the source of ev. */
void draft_undo(struct draft *d, const struct event_id *original, const struct event *ev);
/* Which relationships and events of this event's episode are closed, from the events that stand. */
void draft_settle(struct draft *d, const struct bundle *b, const struct event *ev);
/* Forgets what was closed long ago, but for what some clause's days are counted from (lasting.c). */
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
/* Named people have said yes or no to that question: what says otherwise is overruled. */
MUST_CHECK bool draft_settle_conflict(struct draft *d, const struct sharing_question *ask, bool yes,
                                      struct slice people, int64_t at_ms, struct err *e);

#endif
