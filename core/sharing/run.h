/* run.h - one call of judge_event under way; for the room sharing only. */
#ifndef CONCORDAT_SHARING_RUN_H
#define CONCORDAT_SHARING_RUN_H

#include "sharing/project.h"

struct run {
    const struct judge_input *in;
    struct arena *arena;
    struct err *e;
    struct draft draft;
    struct event event;
    struct list decisions, disclosures, notices, links;
    const char *error;
};

/* One event to be decided for its recipients: the event at hand, or an earlier one caught up. */
struct round {
    const struct event *event;
    const struct episode_event *original; /* of an event that replaces; else NULL */
    bool caught_up;
};

/* Reads what the rules need. NULL when it can be judged, else the reason why not. */
const char *event_read(const struct bundle *b, const struct view *v, struct slice framed,
                       int64_t decided_ms, struct event *ev);

MUST_CHECK bool run_decision(struct run *r, const struct decision *d);
/* Projects and notes the disclosure that a decision permits. */
MUST_CHECK bool run_disclose(struct run *r, const struct event *ev, struct decision *d,
                             struct slice clause, struct slice original, struct slice tell);
/* Decides for all candidates, or for the one of a release; who has it already is passed over. */
MUST_CHECK bool run_round(struct run *r, const struct round *round, const struct hold *release);
/* The same outcome and reason for every candidate but those who received except (may be NULL). */
MUST_CHECK bool run_alike(struct run *r, const struct event *ev, enum outcome outcome,
                          enum reason reason, const struct episode_event *except);
/* Notices, when this event changed what doors must know. */
MUST_CHECK bool run_doors(struct run *r);
/* Links, for local ids that are new. */
MUST_CHECK bool run_links(struct run *r);

#endif
