/* facts.h - what is known of one person that bears on sharing.
 *
 * A struct person is immutable once made: judge_event makes a new one. It is kept as its encoded
 * bytes (internal/Facts.avsc), which are also the value on the topic `facts`; a person read from
 * bytes lives in an arena. Each fact knows the event it came from and who said it, so that those
 * who said it, and nobody else, can take it back. Facts follow from the events that stand, in
 * whatever order they arrived: each word is kept with its time of occurring, and whoever asks takes
 * the last (facts_query.c). Every list has a limit (draft.h); at the limit the oldest goes, and is
 * counted in `dropped`. */
#ifndef CONCORDAT_SHARING_FACTS_FACTS_H
#define CONCORDAT_SHARING_FACTS_FACTS_H

#include "base/ids.h"
#include "sharing/rules/bundle.h"

/* One event that opens one; several may be open at once. */
struct relationship {
    struct slice kind;    /* "open-case", "inpatient", "care-package" ... */
    uint16_t with;        /* service */
    struct slice episode; /* may be empty */
    struct event_id opened_by, closed_by;
    int64_t opened_ms, closed_ms; /* occurred; closed_by all zero: open */
    bool is_open;
    uint16_t agency; /* whose episode it is */
};
/* A word about a service that the region does not have now: kept with its name, it is on no
 * question until the region has that service again. */
#define SERVICE_AWAY SERVICES_MAX
struct consent_fact {
    struct slice purpose;
    int32_t recipient;             /* service; -1 every one; SERVICE_AWAY */
    struct slice away;             /* its name, where it is SERVICE_AWAY */
    bool granted;                  /* the last word */
    int64_t occurred_ms, until_ms; /* until NEVER_MS: without end */
    struct event_id by;
    struct slice capacity; /* "has-capacity", "lacks-capacity", empty: nobody said */
    struct slice basis;    /* "explicit", "best-interests"; empty: as explicit */
    struct slice recorder; /* who wrote it down, as the source has it */
    struct slice source;   /* "agency/service" that said it */
};
struct objection_fact {
    int32_t recipient; /* as of a consent */
    struct slice away;
    bool stands;
    int64_t occurred_ms;
    struct event_id by;
    struct slice source;
};
/* Only the service that raised a restriction lifts it, even after it was out of the region for a
 * while. */
struct restriction_fact {
    struct slice kind;
    bool stands;
    int64_t occurred_ms;
    struct event_id by;
    struct slice source; /* "agency/service" that said it */
};
#define SERVICE_OUTSIDE (-1) /* somebody outside the region */
#define SERVICE_UNKNOWN (-2) /* the last word is that it cannot be told */
struct responsible_fact {
    struct slice function;
    int32_t service;
    int64_t occurred_ms;
    struct event_id by;
    struct slice source;
};
struct death_fact {
    bool is_formal;
    int64_t occurred_ms;
    struct event_id by;
    struct slice source;
};
/* Named people have ended a conflict of words about sharing with one service: of those words the
 * ones that say otherwise count no more. A word that is not among them is a new one. */
struct settlement {
    bool is_objection;    /* else about consent */
    struct slice purpose; /* of a consent */
    uint16_t recipient;   /* service, or SERVICE_AWAY */
    struct slice away;
    bool yes;               /* it may be shared */
    int64_t at_ms;          /* decided */
    struct slice people;    /* who said so */
    struct slice agency;    /* of all of them, where they say yes: for it that counts not */
    struct slice overruled; /* ids of the events whose words count no more, end to end */
};
/* How an agency showed whom it means (claimed.h): by a birth date, or by the pseudonym of something
 * that it was sent, which is a link. One agency's last word counts; those of several are compared,
 * never mixed. */
struct birth_fact {
    uint16_t agency;
    struct slice hash; /* of the birth date under the region's key, hex; empty: a link */
    int64_t occurred_ms;
    struct event_id by;
};
struct local_link {
    uint16_t agency;
    struct slice local_id;
    struct event_id by;
};

/* What of an event somebody was told, by slot of its own schema (released.c). */
struct released {
    struct slice slots;   /* a bit a slot, the first the least of a byte; cut at the last set */
    struct slice changed; /* of those that went changed: slot and enum obligation, a byte each */
};
/* How a disclosure that may still be queued stands at its door (run_waiting.c). */
enum wait {
    WAIT_NONE,
    WAIT_UNREAD,    /* something could not be read */
    WAIT_CLAIM,     /* a claim is in doubt */
    WAIT_WITHDRAWN, /* it waited, and then nothing let it go: it never leaves, and counts as not
                       sent */
    WAIT_COUNT
};
/* Who got an event, under which disclosure, released what. */
struct receiver {
    uint16_t service;
    struct disclosure_id id;
    struct slice clause;      /* "agreement/version/clause": a retraction repeats it */
    struct released released; /* when a gate opens there may be more */
    bool let_go;              /* by named people: the doubt of then stops it at no door */
    uint8_t wait;             /* enum wait */
};
/* An event of an episode: who got it (law 10), and of the last ones of a kind the event itself (law
 * 9). */
struct episode_event {
    uint16_t agency; /* source */
    struct slice episode, type, kind;
    struct event_id id;
    int64_t occurred_ms;
    struct slice source;    /* "agency/service", also when that service has left */
    bool retracted, closed; /* closed episodes are kept 90 days, their bytes 7; an end that
                               a clause counts its days from stays. retracted: it stands
                               no more, also because another replaced it */
    int64_t closed_ms;
    struct slice bytes; /* the framed event itself, for open ones; empty else */
    const struct receiver
        *receivers; /* in the order of sending; a service twice: it was sent more */
    size_t receiver_count;
    bool replaced;            /* retracted only because a later version stands in its place */
    struct event_id original; /* the event that this one replaces; zeros: none */
    int64_t decided_ms;       /* when it was learnt, or the first version of it of its kind */
};
/* A retraction that came before its original. */
struct early_retraction {
    uint16_t agency;
    struct slice episode, type, kind;
    struct event_id by, original;  /* original zeros: the first of that episode and kind */
    int64_t occurred_ms, since_ms; /* since: decided; kept 90 days */
    struct slice source;           /* "agency/service" that takes back */
};
/* An event that was taken in and is on file no more, or the sign of a message that could not be
 * read (unread.h): so much of the random end of its id, and of a hash of the agency that used
 * it. */
#define GONE_ID_BYTES 8
#define GONE_AGENCY_BYTES 4
#define GONE_BYTES (GONE_ID_BYTES + GONE_AGENCY_BYTES)
struct gone_event {
    uint8_t id[GONE_ID_BYTES], agency[GONE_AGENCY_BYTES];
};
/* Waits for a human. */
struct hold {
    struct event_id event;
    uint16_t service;    /* SERVICE_AWAY among away_holds */
    struct slice away;   /* its name there */
    struct slice reason; /* reason code */
    struct slice clause; /* "agreement/version/clause" or empty */
    int64_t since_ms;
    struct slice bytes;    /* the framed event */
    struct slice first_by; /* who released it first, where two must; empty: nobody */
    struct slice source;   /* "agency/service" of the event */
    bool reopened;         /* it was refused once: no rule ends it, only a person's release */
};
/* A named person's no: that event and every correction of it never go to that service, nor what
 * follows in its episode where they said so, until named people reopen it. Of an episode there is
 * one for each event that waited then, all taken back by reopening one. Outside all limits and
 * pruning. One that was taken back stays on file without versions, so that it covers nothing:
 * agency, service, event and at_ms, who (by) and, where two of them did, first_by too. Whoever says
 * it again is late. Agency and service stand by name: one that leaves the region and comes back
 * meets it again. */
struct refusal {
    struct slice agency, service;     /* whose event it is; from whom it is kept */
    struct slice episode, type, kind; /* of the event that was refused */
    bool is_whole_episode;
    struct slice versions; /* ids, ID_BYTES each: it, what it replaced, and its corrections */
    int64_t at_ms;         /* decided */
    struct slice by;       /* who */
    struct slice first_by; /* who reopened it first, where two must; empty: nobody */
    /* The hold that was refused, for whoever reopens it. */
    struct event_id event;
    struct slice reason, clause, bytes; /* bytes: the framed event, of its newest version */
};

/* Something that may restrict what is shared of the person could not be read; nobody has looked
 * yet. */
struct unread_message {
    struct slice agency, feed, code; /* one a feed and code: the last one counts */
    struct slice reference;          /* in the quarantine of that agency's spool */
    int64_t since_ms;                /* decided: of the first one */
    int64_t last_ms;
};

struct person {
    const struct relationship *relationships;
    size_t relationship_count;
    const struct consent_fact *consents;
    size_t consent_count;
    const struct objection_fact *objections;
    size_t objection_count;
    const struct restriction_fact *restrictions;
    size_t restriction_count;
    const struct responsible_fact *responsible;
    size_t responsible_count;
    const struct local_link *links;
    size_t link_count;
    const struct episode_event *events;
    size_t event_count;
    const struct hold *holds;
    size_t hold_count;
    /* For services that the region does not have now: nothing is decided of them, and nobody
     * releases one, until the region has that service again. */
    const struct hold *away_holds;
    size_t away_hold_count;
    bool verified;    /* a verified number made this person */
    uint64_t notices; /* how many notices were written: their sequence */
    const struct death_fact *deaths;
    size_t death_count;
    const struct early_retraction *early;
    size_t early_count;
    uint64_t dropped; /* how many facts fell out at a limit */
    const struct gone_event *gone;
    size_t gone_count; /* the last ones, retractions and signs among them */
    const struct settlement *settlements;
    size_t settlement_count;
    const struct refusal *refusals;
    size_t refusal_count;
    const struct birth_fact *births;
    size_t birth_count;
    const struct unread_message *unread;
    size_t unread_count;
};

/* The agency of "agency/service". */
static inline struct slice source_agency(struct slice source)
{
    size_t at = slice_find(source, '/');
    return at < source.n ? slice_head(source, at) : source;
}

/* Any restriction of the person stands, also one of a kind nobody could read. */
bool facts_is_restricted(const struct person *p);

#endif
