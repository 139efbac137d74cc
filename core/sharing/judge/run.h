/* run.h - one call of judge_event under way; for the room sharing only. */
#ifndef CONCORDAT_SHARING_JUDGE_RUN_H
#define CONCORDAT_SHARING_JUDGE_RUN_H

#include "sharing/facts/event.h"
#include "sharing/facts/hold.h"
#include "sharing/facts/receiver.h"
#include "sharing/facts/refusal.h"
#include "sharing/judge/project.h"

struct run {
    const struct judge_input *in;
    struct arena *arena;
    struct err *e;
    struct draft draft;
    struct event event;
    struct list decisions, disclosures, notices, links;
    const char *error;
    struct slice note; /* as judged.note, so far */
    unsigned overstepped, not_allowed;
    struct slice reopened_by; /* who takes back what was refused */
    bool by_two;
    bool identified; /* a verified number was seen that was not on file before */
};

/* One event to be decided for its recipients: the event at hand, or an earlier one caught up. */
struct round {
    const struct event *event;
    const struct episode_event *original; /* receivers of what the event replaces; else NULL */
    bool caught_up;
    bool is_reopened; /* for that service alone, and whatever would go is held */
    uint16_t reopened_for;
    bool is_joining;   /* it was held from everybody until now: each is told what became of that */
    bool waiting_only; /* for those alone from whom it is held because of a claim in doubt */
};

MUST_CHECK bool run_begin(struct run *r, const struct judge_input *in, struct arena *a,
                          struct err *e);
MUST_CHECK bool run_end(struct run *r, struct judged *out);
/* What is decided of an event that stands, whatever was decided of it before. */
MUST_CHECK bool run_standing(struct run *r, struct round *round, const struct hold *release);
/* Law 9, when a gate has opened. */
MUST_CHECK bool run_catch_up(struct run *r);
/* Reads an earlier event again. *out NULL: it can no longer be released, as its schema or source is
 * gone. */
MUST_CHECK bool run_reopen(struct run *r, struct slice framed, const struct event **out);
/* The next entry in order of occurring after last, that may be caught up; NULL at the end. */
const struct episode_event *run_next_entry(const struct run *r, const struct episode_event *last);

/* Whether the event is this person's: an unverified number joins only when the birth date agrees
 * with the one on file. */
bool run_joins(const struct run *r, const struct event *ev);
/* Adds to the audit's note one more thing that did not count; text NULL: memory was out. */
MUST_CHECK bool run_note(struct run *r, const char *text);
/* Drops retractions and versions that came before this event and do not belong to its owner. */
MUST_CHECK bool run_drop_claims(struct run *r, const struct event *ev);
/* Learns what an event makes known. *how: an event that was replaced or taken back before it came
 * makes nothing known. */
MUST_CHECK bool run_learn(struct run *r, const struct event *ev, enum arrival *how);
/* An event that takes another back. */
MUST_CHECK bool run_retraction(struct run *r, const struct event *ev);
/* Tells everybody who got that event, or a version before it, that it is taken back; the reason for
 * all other candidates. */
MUST_CHECK bool run_take_back(struct run *r, const struct event *ev, const struct event_id *newest,
                              enum reason others);
/* Who got that event or a version before it, in the order of sending: id and receivers of *out. */
MUST_CHECK bool run_receivers(struct run *r, const struct event_id *newest,
                              struct episode_event *out);

MUST_CHECK bool run_decision(struct run *r, const struct decision *d);
/* run_ended.c: notes the type, kind and source of a decision's event; ev NULL: they are not known,
 * as its source or schema is gone. */
void run_name(struct decision *d, const struct event *ev);
/* Ends that hold as withheld. ev: its event; NULL: it can no longer be read. */
MUST_CHECK bool run_end_hold(struct run *r, const struct event_id *event, const struct event *ev,
                             uint16_t service, enum reason why);
/* Ends all holds of that event. Those that people reopened go on waiting for `by`, which corrects
 * it (NULL: nothing does). */
MUST_CHECK bool run_end_holds(struct run *r, const struct event_id *event, const struct event *by,
                              enum reason why);
/* How a disclosure goes out. */
struct sending {
    struct slice clause, tell;
    struct slice
        original; /* the recipient's own id of what this replaces or takes back; may be empty */
    struct slice action; /* empty: the event's own */
    unsigned again;      /* how often that recipient has had this event before */
};
/* Projects and notes the disclosure that a decision permits. */
MUST_CHECK bool run_disclose(struct run *r, const struct event *ev, struct decision *d,
                             const struct sending *how);
/* Decides for all candidates, or for the one of a release; who has it already is passed over. */
MUST_CHECK bool run_round(struct run *r, const struct round *round, const struct hold *release);
/* The same outcome and reason for every candidate but those who received except (may be NULL). */
MUST_CHECK bool run_alike(struct run *r, const struct event *ev, enum outcome outcome,
                          enum reason reason, const struct episode_event *except);
/* Lists disclosures that stand (struct waiting): those that would be held now, because of a claim
 * in doubt or a message that could not be read, and those that waited and are withdrawn. Notes it
 * with each receiver. facts: a view of the draft. */
MUST_CHECK bool run_waiting(struct run *r, const struct person *facts, struct list *out);
/* Receivers of an entry of the draft that may be written from now on; NULL: no memory. */
struct receiver *run_own_receivers(struct run *r, struct episode_event *x);
/* Forgets that people let disclosures go, except by this very act: they did not know of the doubt
 * that has come since. */
MUST_CHECK bool run_forget_let_go(struct run *r);
/* Notices, when this event changed what doors must know. */
MUST_CHECK bool run_doors(struct run *r);
/* Links, for local ids that are new. */
MUST_CHECK bool run_links(struct run *r);
/* Refusals that have changed, for the local ids of the person that must hear of it. */
MUST_CHECK bool run_refusals(struct run *r);
/* judge_refuse.c: the no to what is held, among the facts; v: the held event, as: who refuses,
 * when, and whether its whole episode. */
MUST_CHECK bool run_add_refusal(struct run *r, const struct hold *h, const struct view *v,
                                const struct refusal *as, struct refusal *out);
/* run_refusals.c: tells a local id of x's agency that x was taken back. */
MUST_CHECK bool run_tell_over(struct run *r, const struct refusal *x, struct slice local_id);

/* Into out->claims: the services of which the facts before and after (out->after, made by d) differ
 * on whether their agency knows the person. */
MUST_CHECK bool run_claim_changes(const struct bundle *b, const struct draft *d,
                                  const struct person *before, struct judged *out, struct err *e);

#endif
