/* project.h - bytes for recipients: disclosures, notices, links; for the room sharing only. */
#ifndef CONCORDAT_SHARING_JUDGE_PROJECT_H
#define CONCORDAT_SHARING_JUDGE_PROJECT_H

#include "sharing/facts/draft.h"
#include "sharing/judge/judge.h"

struct project {
    const struct judge_input *in;
    struct arena *arena;
    const struct event *event;
    uint16_t recipient;
    const uint8_t *portions; /* of each slot of the event */
    const struct categories *released;
    const struct categories *obliged; /* OBLIGE_COUNT of them */
    struct slice clause;              /* "agreement/version/clause" */
    struct slice original; /* that recipient's disclosure id of the original; may be empty */
    struct slice tell;
    struct slice action; /* empty: the event's own */
    unsigned again;      /* how often that recipient has had this event before */
};

/* The id of the disclosure of that event to that service, the `again`-th after the first. It is the
 * same for ever. Events of two agencies with one event id have two. */
void project_id(const struct bundle *b, const struct event *ev, uint16_t recipient, unsigned again,
                struct disclosure_id *out);
/* The event with only what is released, and the header a recipient gets. */
MUST_CHECK bool project_disclosure(const struct project *p, struct disclosure *out, struct err *e);
/* A disclosure that waits at its recipient's door while something is in doubt, or that waited and
 * will never leave. */
struct waiting {
    uint16_t service;
    const struct disclosure_id *id;
};
/* All that stands for one recipient's door; waiting: of whichever recipients. */
MUST_CHECK bool project_notice(const struct judge_input *in, struct arena *a,
                               const struct person *facts, const struct event *ev,
                               const struct list *waiting, uint16_t recipient, struct notice *out,
                               struct err *e);
/* What that door takes out of everything now, as its notice says. */
void project_forbidden(const struct judge_input *in, struct arena *a, const struct person *facts,
                       const struct event *ev, uint16_t recipient, struct categories *out);
/* The agency's own local id of the subject, for one of its services. */
MUST_CHECK bool project_link(const struct judge_input *in, struct arena *a, const struct event *ev,
                             struct slice local_id, uint16_t service, struct link_out *out,
                             struct err *e);

#endif
