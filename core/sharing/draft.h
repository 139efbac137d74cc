/* draft.h - a person's facts while one event changes them; for the room sharing only.
 *
 * Copies of the lists in the arena of the call, so that the facts before stay as they are. */
#ifndef CONCORDAT_SHARING_DRAFT_H
#define CONCORDAT_SHARING_DRAFT_H

#include "sharing/clause.h"

struct list {
    void *items;
    size_t count, room, item_bytes;
};
void list_init(struct list *l, size_t item_bytes);
/* A zeroed item at the end; NULL when the arena is full. Pointers to items end here. */
void *list_add(struct arena *a, struct list *l);
void list_remove(struct list *l, size_t n);

struct draft {
    struct arena *arena;
    struct list relationships, consents, objections, restrictions, responsible, links, events,
        holds;
    struct slice birth_hash;
    bool verified;
    uint64_t notices;
    bool changed;
    bool gate;  /* something opened: earlier events may now be released (law 9) */
    bool doors; /* doors must hear of it (law 6) */
};

MUST_CHECK bool draft_init(struct draft *d, struct arena *a, const struct person *before,
                           struct err *e);
void draft_view(const struct draft *d, struct person *out);

/* One event as the rules see it. */
struct event {
    const struct view *view;
    const struct header_slots *slots;
    struct slice framed;
    size_t schema;
    uint32_t kind; /* number of type and kind */
    struct slice type, kind_name, episode;
    struct event_id id;
    uint16_t source, agency;
    int64_t occurred_ms, decided_ms;
    bool retracts, replaces;
};

/* The entry of that event, or NULL. */
struct episode_event *draft_event(const struct draft *d, const struct event_id *id);
/* The latest standing event of the same agency, episode, type and kind, or NULL. */
struct episode_event *draft_original(const struct draft *d, const struct event *ev);
struct hold *draft_hold(const struct draft *d, const struct event_id *event, uint16_t service);
void draft_end_hold(struct draft *d, const struct event_id *event, uint16_t service);
bool event_id_equal(const struct event_id *a, const struct event_id *b);

/* Makes ev the last event of its kind in its episode. */
MUST_CHECK bool draft_record(struct draft *d, const struct bundle *b, const struct event *ev,
                             struct err *e);
/* What the facts table says of this event. */
MUST_CHECK bool draft_apply(struct draft *d, const struct bundle *b, const struct event *ev,
                            struct err *e);
/* Takes back what that event made known. */
void draft_undo(struct draft *d, const struct event_id *original);
/* Which relationships and events of this event's episode are closed, from the events that stand. */
void draft_settle(struct draft *d, const struct bundle *b, const struct event *ev);
/* Forgets what was closed long ago. */
void draft_prune(struct draft *d, int64_t decided_ms);
/* Notes an agency's own local id of the subject. */
MUST_CHECK bool draft_link(struct draft *d, uint16_t agency, struct slice local_id,
                           const struct event_id *by, struct err *e);

#endif
