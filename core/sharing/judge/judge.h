/* judge.h - the one decision: facts -> decide -> project. Pure: no clock, no I/O, no globals.
 *
 * run, test, why, effect, replay and the benchmarks all make this one call. It decides one event
 * for all its candidate recipients (those that some clause names for its type, kind and source),
 * updates the person's facts, releases what waited for a gate that opens (law 9), sends a
 * retraction after each disclosure of what it takes back (law 10), and says what doors must know
 * (law 6). Deny by default; a prohibition overrides; what cannot be told is held or withheld; order
 * never matters. All results live in the arena. */
#ifndef CONCORDAT_SHARING_JUDGE_JUDGE_H
#define CONCORDAT_SHARING_JUDGE_JUDGE_H

#include "sharing/decide/decision.h"
#include "sharing/facts/claimed.h"

/* One record for a recipient's topic. */
struct disclosure {
    struct recipient_id to;
    struct disclosure_id id;
    struct pseudonym key;
    struct slice bytes;       /* framed */
    uint8_t hash[HASH_BYTES]; /* SHA-256 of bytes */
};

/* For one recipient's door: what to withhold or stop of what is still queued for this subject.
 * Replaces every earlier notice for that pseudonym (the topic is compacted). */
struct notice {
    struct recipient_id to;
    struct pseudonym key;
    struct slice bytes; /* framed internal/Notice */
};

/* For an agency's intake and delivery: its own local id of this subject. */
struct link_out {
    uint16_t agency;
    uint8_t local_key[ID_BYTES]; /* judge_link_key: one record a service of the agency */
    struct slice bytes;          /* framed internal/Link; reference_of names the service */
};

struct judged {
    const struct decision *decisions;
    size_t decision_count;
    const struct disclosure *disclosures;
    size_t disclosure_count;
    const struct notice *notices;
    size_t notice_count;
    const struct link_out *links;
    size_t link_count;
    const struct person *after; /* the facts from now on; equal to before when unchanged. Borrows
                                   from the event's and the earlier facts' bytes: encode it first */
    bool facts_changed;
    struct slice note;    /* what did not count, and why, for the audit; empty: all did */
    unsigned not_allowed; /* how much it would make known, or end, and may not */
    unsigned overstepped; /* how many that waited for this event were not its owner's */
    const struct claim_change *claims;
    size_t claim_count; /* where it changed */
    const char *error;  /* code when the event itself could not be decided (refused); else NULL */
};

/* The router's secret: turns subject keys into pseudonyms and back. */
struct judge_keys {
    struct key recipients;
};
/* HMAC(recipients, "agency/service"): that recipient's own key. */
void judge_recipient_key(const struct judge_keys *k, struct slice service, struct key *out);
void judge_pseudonym(const struct judge_keys *k, const struct bundle *b, struct recipient_id to,
                     const struct subject_key *subject, struct pseudonym *out);

/* Key of a Link record: the first 16 bytes of SHA-256("agency/service" | 0 | local id). */
void judge_link_key(struct slice service, struct slice local_id, uint8_t out[ID_BYTES]);

struct judge_input {
    const struct bundle *bundle;
    const struct judge_keys *keys;
    struct view event;          /* an events.* record */
    struct slice framed;        /* the same, as it was on the bus */
    struct subject_key subject; /* already turned back from a pseudonym */
    const struct person *facts;
    int64_t decided_ms;         /* the bus' time of acceptance, never backwards in a partition */
    const struct hold *release; /* a human has released this hold: its recipient's unknowns count as
                                   true; prohibitions still apply. NULL otherwise */
    bool test;                  /* this region runs on test data: live events are refused */
};
MUST_CHECK bool judge_event(const struct judge_input *in, struct arena *a, struct judged *out,
                            struct err *e);

/* A named person refuses to release a hold: it ends withheld, and a refusal stands from now on.
 * With is_whole_episode it covers the event's whole episode; the caller sees that there is one.
 * in->event and in->framed are the held event's. */
MUST_CHECK bool judge_refuse(const struct judge_input *in, const struct hold *hold, struct slice by,
                             bool is_whole_episode, struct arena *a, struct judged *out,
                             struct err *e);
/* Who settles, and how. */
struct settling {
    bool yes;
    struct slice people;
    int agency;        /* of all of them; below 0: they are of several, or of none */
    int64_t signed_ms; /* by the first of them: what came since goes on being in conflict */
};
/* Named people say yes or no to the conflict that the hold rests on (conflict.h): a fact from then
 * on, and all that rests on it is decided anew; what would go to their own agency by a yes is held,
 * until somebody else releases it. error "duplicate": there is no conflict any more. */
MUST_CHECK bool judge_settle(const struct judge_input *in, const struct hold *hold,
                             const struct settling *how, struct arena *a, struct judged *out,
                             struct err *e);
/* What the door of that service did with a disclosure. */
struct disclosure_at_door {
    struct slice id;
    uint16_t service;
    bool is_stopped;             /* else it has left without what was removed */
    const struct slice *removed; /* categories and paths, as receipts name them */
    size_t removed_count;
};
/* One that was stopped, for nothing may flow there, counts as not sent, and of one that was reduced
 * what was removed does: it is held or disclosed anew, as facts are now or when a gate opens.
 * *found false: no such one is on file, or nothing of it, and *out is not set. */
MUST_CHECK bool judge_at_door(const struct judge_input *in, const struct disclosure_at_door *at,
                              struct arena *a, struct judged *out, bool *found, struct err *e);
/* Who takes a refusal back. named: the event that they spoke of, which the refusal may cover by its
 * episode alone. */
struct reopening {
    const struct refusal *refusal;
    const struct event_id *named;
    struct slice by;
    bool by_two;     /* two of them, so that it is enough under any key */
    bool is_carried; /* under another key: it ends what was refused by that very act */
};
/* Named people take a refusal back. Nothing is disclosed by it: what was kept back is held, and
 * only a person's release ends such a hold. Where the refusal has bytes, in->event and in->framed
 * are those of its newest version. */
MUST_CHECK bool judge_reopen(const struct judge_input *in, const struct reopening *how,
                             struct arena *a, struct judged *out, struct err *e);
/* A refusal that people made, or that grew, where another key of this person was known (refused.h):
 * it stands here too, and what waits and is covered ends as refused. in->event is not looked at.
 * facts_changed false: it was known, or taken back since, which its local id is told again. */
struct refused;
MUST_CHECK bool judge_refused(const struct judge_input *in, const struct refused *said,
                              struct arena *a, struct judged *out, struct err *e);
/* It was taken back before anybody said it here: whoever says it now is late. */
MUST_CHECK bool judge_refused_late(const struct judge_input *in, const struct refused *said,
                                   struct arena *a, struct judged *out, struct err *e);

/* A message that may restrict this subject could not be read: the subject's events are held from
 * now on, and what is queued waits at the doors. id: of its sign; one that was noted before holds
 * nothing anew (unread.h). in->event is not looked at; seen lives as long as out. */
MUST_CHECK bool judge_unread(const struct judge_input *in, const struct unread_message *seen,
                             const struct event_id *id, struct arena *a, struct judged *out,
                             struct err *e);
/* Somebody has looked at the unread messages of this subject that came from a feed ("agency/feed";
 * empty: any) with a code (empty: any), decided until then. When the last is gone, what waited is
 * decided anew (law 9). in->event is not looked at. */
MUST_CHECK bool judge_looked(const struct judge_input *in, struct slice source, struct slice code,
                             int64_t until_ms, struct arena *a, struct judged *out, struct err *e);

/* Deciding alone: one event for all its candidates by the facts as they are; nothing is
 * learnt, projected or caught up. out has decisions (disclosure -1) or an error, and nothing
 * else. */
MUST_CHECK bool judge_decide(const struct judge_input *in, struct arena *a, struct judged *out,
                             struct err *e);

/* All that clauses could release of such a record to that service, whatever the record holds. A
 * door needs it where the record's values must not show (law 7). */
void judge_releasable(const struct bundle *b, const struct view *v, struct recipient_id to,
                      struct categories *out);

#endif
