/* input.h - what the router takes in, opened and checked: events, receipts, acts on holds.
 *
 * Pure: reads the record, the bundle and the router's keys, nothing else. A record that must not
 * be decided fails with ERR_REJECT and a code; the fields found by then are set, so that the
 * refusal can be audited with what is known.
 * Errors: wire.*, avro.*; event.schema, event.type, event.agency, event.key, event.reference,
 * event.partition, wrong-environment; receipt.*; unread.*; refused.*; act.*; order.*, state.*,
 * pack.* (all ERR_REJECT). */
#ifndef CONCORDAT_STEP_INPUT_H
#define CONCORDAT_STEP_INPUT_H

#include "bus/bus.h"
#include "sharing/acts/act.h"
#include "sharing/judge/refused.h"

enum input_topic { INPUT_EVENTS, INPUT_RECEIPTS, INPUT_STATES, INPUT_CONTROL, INPUT_OTHER };
/* What a topic carries, by its name. *agency: whose topic it is, borrowed from the name; empty
 * where it is nobody's. */
enum input_topic input_topic(const char *topic, struct slice *agency);

struct input_rules {
    const struct bundle *bundle;
    const struct judge_keys *keys;
    bool live; /* live records are taken, else test records */
    bool demo; /* unsigned orders of bundles are good */
    /* Whether a lane stands at exactly that place. NULL: any place counts as one where it stands.
     */
    bool (*stands)(void *ctx, const char *topic, int partition, int64_t offset);
    void *ctx; /* of stands */
};

/* An event as far as it could be read. feed empty: it keeps no mark. */
struct input_event {
    struct view view;
    const struct header_slots *header;
    bool has_sender; /* found, and allowed to speak here */
    struct subject_key subject;
    struct slice feed; /* "agency/feed", in the arena */
    int64_t feed_seq;
};

/* Opens a framed record as the schema that it names; *out borrows framed, and lives in a. internal:
 * the internal schema that it must be of; NULL: it must be of none. Fails: event.schema; wire.*,
 * avro.*. */
MUST_CHECK bool input_open(const struct bundle *b, struct arena *a, struct slice framed,
                           const char *internal, struct view *out, struct err *e);

/* An event is read in two steps, because a record that was sent twice is dropped before the rest of
 * it is looked at. input_event reads it and finds sender and feed. Fails: event.topic,
 * event.schema, event.agency. input_event_check finds the subject and checks the rest. Fails:
 * event.type, event.key, event.reference, event.partition, wrong-environment. *out borrows in, and
 * lives in a. */
MUST_CHECK bool input_event(const struct input_rules *r, const struct bus_record *in,
                            struct arena *a, struct input_event *out, struct err *e);
MUST_CHECK bool input_event_check(const struct input_rules *r, const struct bus_record *in,
                                  struct input_event *event, struct err *e);

/* The sign that something of a message could not be read (internal/Unread). */
struct input_unread {
    struct subject_key subject;
    struct slice source;        /* "agency/feed", in the arena */
    struct unread_message seen; /* without times */
    struct event_id id;         /* of the sign, whichever key and place of the message it tells */
};
bool input_is_unread(const struct input_rules *r, const struct bus_record *in);
/* Reads a sign; *out borrows in. Fails: unread.agency, unread.text (one of its texts is longer than
 * any that a feed writes), unread.key, unread.partition. */
MUST_CHECK bool input_unread(const struct input_rules *r, const struct bus_record *in,
                             struct arena *a, struct input_unread *out, struct err *e);

/* A refusal that a feed carries over (internal/Refused), as the router once sealed it. */
struct input_refused {
    struct subject_key subject;
    struct refused said;
};
bool input_is_refused(const struct input_rules *r, const struct bus_record *in);
/* Reads a refusal; *out borrows in. Fails: refused.seal, refused.agency, refused.key,
 * refused.partition. */
MUST_CHECK bool input_refused(const struct input_rules *r, const struct bus_record *in,
                              struct arena *a, struct input_refused *out, struct err *e);

struct input_receipt {
    struct subject_key subject;
    struct slice disclosure, recipient, outcome, code;
    const struct slice *removed;
    size_t removed_count;
};
/* Reads a receipt; *out borrows in. Fails: receipt.key, receipt.agency, receipt.partition. */
MUST_CHECK bool input_receipt(const struct input_rules *r, const struct bus_record *in,
                              struct arena *a, struct input_receipt *out, struct err *e);

/* What named people did to a hold ("eventidhex:AGENCY/SERVICE"), or to what is no hold. */
struct input_act {
    struct subject_key subject;
    struct event_id event;
    struct recipient_id to;
    bool is_on_hold, is_release, is_reopening, is_settling;
    bool is_for_episode; /* a refusal of all that follows in the episode too */
    bool is_looking;     /* somebody has looked at messages that could not be read */
    bool is_for_many;    /* at those of all subjects, not of one */
    struct slice source; /* "agency/feed" of those messages */
    struct slice code;   /* and why they could not be read */
    struct slice verb, hold, reason;
    struct slice person;        /* who signed, joined by " and "; or whose name was typed */
    const struct act *document; /* NULL: a HoldAct, as older programs wrote */
    struct act_signers by;      /* empty: nobody signed */
};
/* Reads an act; *out borrows in, and lives in a. In a region that names its people the act must be
 * signed; the signatures are judged at now_ms. Fails: act.*. */
MUST_CHECK bool input_act(const struct input_rules *r, const struct bus_record *in, struct arena *a,
                          int64_t now_ms, struct input_act *out, struct err *e);

/* What the audit notes of an order to take up a bundle, or of what a part says of one. */
struct input_bundle {
    struct slice schema; /* empty: it is neither */
    struct slice note;   /* "order 3 HASH by WHO", "delivery:inbox of AGENCY taken 3 HASH"; in a */
};
/* Reads either. Fails: order.forged (the order brings another bundle than it names), pack.* (nobody
 * signed it who may), event.topic (an order elsewhere than on control), state.agency (a part is
 * spoken for on another agency's topic). */
MUST_CHECK bool input_bundle(const struct input_rules *r, const struct bus_record *in,
                             struct arena *a, struct input_bundle *out, struct err *e);

#endif
