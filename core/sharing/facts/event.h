/* event.h - one event as the rules see it. */
#ifndef CONCORDAT_SHARING_FACTS_EVENT_H
#define CONCORDAT_SHARING_FACTS_EVENT_H

#include "base/ids.h"
#include "sharing/rules/bundle.h"

/* One event as the rules see it. */
struct event {
    const struct view *view;
    const struct header_slots *slots;
    struct slice framed;
    size_t schema;
    const struct schema *of; /* the same; NULL of what only stands for an owner */
    uint32_t kind;           /* number of type and kind */
    struct slice type, kind_name, episode;
    struct event_id id;
    uint16_t source, agency;
    struct slice source_name; /* "agency/service" */
    int64_t occurred_ms, decided_ms;
    bool retracts, replaces;
    struct event_id original;  /* header.original; zeros: not named */
    bool is_word;              /* about sharing, by facts.yaml: its service alone takes it back */
    bool is_restricted_unread; /* its sender restricts it by a code that nobody here knows */
};
static inline bool event_id_equal(const struct event_id *a, const struct event_id *b)
{
    return memcmp(a->b, b->b, ID_BYTES) == 0;
}
static inline bool event_id_is_set(const struct event_id *id)
{
    static const struct event_id none;
    return !event_id_equal(id, &none);
}

/* Reads what the rules need. NULL when it can be judged, else the reason why not. */
const char *event_read(const struct bundle *b, const struct view *v, struct slice framed,
                       int64_t decided_ms, struct event *ev);

/* The portions that an event has, of those that agreements can release: portions with a value, and
 * portions that it says are now empty. */
MUST_CHECK bool event_had(const struct bundle *b, struct arena *a, const struct event *ev,
                          struct categories *out, struct err *e);

#endif
