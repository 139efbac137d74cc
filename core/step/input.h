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
/* What a topic carries, by its name; agency is empty where it has none. */
enum input_topic input_topic(const char *topic, struct slice *agency);

struct input_rules {
    const struct bundle *bundle;
    const struct judge_keys *keys;
    bool live; /* the environment that is taken */
    bool demo; /* unsigned orders of bundles are good */
    /* Whether a lane stands at exactly that place. NULL: whichever is named does. */
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

/* Opens a framed record as the schema it names. Internal schemas only when asked for by name. */
MUST_CHECK bool input_open(const struct bundle *b, struct arena *a, struct slice framed,
                           const char *internal, struct view *out, struct err *e);

/* In two steps, because a record sent twice is dropped before the rest of it is looked at:
 * input_event reads it and finds sender and feed; input_event_check the rest, and the subject. */
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
/* Errors: unread.agency, unread.text (one of its texts is longer than any of ours), unread.key,
 * unread.partition. */
MUST_CHECK bool input_unread(const struct input_rules *r, const struct bus_record *in,
                             struct arena *a, struct input_unread *out, struct err *e);

/* A refusal that a feed carries over (internal/Refused), as the router once sealed it. */
struct input_refused {
    struct subject_key subject;
    struct refused said;
};
bool input_is_refused(const struct input_rules *r, const struct bus_record *in);
/* Errors: refused.agency, refused.seal, refused.key, refused.partition. */
MUST_CHECK bool input_refused(const struct input_rules *r, const struct bus_record *in,
                              struct arena *a, struct input_refused *out, struct err *e);

struct input_receipt {
    struct subject_key subject;
    struct slice disclosure, recipient, outcome, code;
    const struct slice *removed;
    size_t removed_count;
};
MUST_CHECK bool input_receipt(const struct input_rules *r, const struct bus_record *in,
                              struct arena *a, struct input_receipt *out, struct err *e);

/* "eventidhex:AGENCY/SERVICE", what named people decided about it, and why; or what they did to
 * what is no hold. Of a region that names its people a signed one alone, verified as of now_ms. */
struct input_act {
    struct subject_key subject;
    struct event_id event;
    struct recipient_id to;
    bool is_on_hold, is_release, is_reopening, is_settling;
    bool is_for_episode;          /* of a refusal: all that follows in it too */
    bool is_looking, is_for_many; /* at what could not be read: of one subject, or of all */
    struct slice source, code;    /* of that: "agency/feed" */
    struct slice act, hold, person,
        reason;                 /* person: who signed, joined by " and "; or was typed */
    const struct act *document; /* NULL: a HoldAct, as was written before */
    struct act_signers by;      /* empty: unsigned */
};
MUST_CHECK bool input_act(const struct input_rules *r, const struct bus_record *in, struct arena *a,
                          int64_t now_ms, struct input_act *out, struct err *e);

/* An order to take up a bundle, or what a part says of one: what the audit notes of it. Refused: an
 * order that brings another bundle than it names, or that nobody signed who may (order.forged,
 * pack.*); what is said of a part of another agency than the topic's (state.agency). */
struct input_bundle {
    struct slice schema; /* empty: it is neither */
    struct slice note;   /* "order 3 HASH by WHO", "delivery:inbox of AGENCY taken 3 HASH" */
};
MUST_CHECK bool input_bundle(const struct input_rules *r, const struct bus_record *in,
                             struct arena *a, struct input_bundle *out, struct err *e);

#endif
