/* event.h - a mapped record becomes what travels: its header filled, its body encoded, queued.
 *
 * Pure but for the two clocks and numbers handed in. Errors: record.* (ERR_REJECT): the mapping
 * made something that its schema does not take. */
#ifndef CONCORDAT_INTAKE_EVENT_H
#define CONCORDAT_INTAKE_EVENT_H

#include "intake/identity.h"
#include "mapping/mapping.h"

/* What is the same for every record of a feed. */
struct origin {
    struct slice feed, agency, service, system, contact_team, contact_phone, timeliness;
    struct slice mapping;     /* hex of the first 8 bytes of its hash */
    struct slice environment; /* "live", "test" */
    const struct key *agency_key;
    int system_slot;             /* of header.source_system: the same in every event schema */
    const struct schema *person; /* for Person.linked */
};

/* What is the same for every record of a message. */
struct occasion {
    const struct origin *origin;
    struct slice message_id;
    const uint8_t *body; /* SHA-256 of the raw bytes */
    int64_t observed_ms;
};

/* Which record of the message it is. */
struct place {
    int ordinal;
    int64_t revision; /* of a diffed record: how often it changed before; 0 = never */
    uint32_t opening; /* of one whose revision may have been given before; 0: of none */
    int64_t feed_seq;
    bool
        restricts; /* it counts also when its message's time cannot be read: its id holds no time */
};

/* 6 bytes of the message's own time (ms, big-endian), 10 of HMAC(agency key, feed | sender's
 * message id | body hash | ordinal). What restricts has zeros for the time, so that it is the same
 * event whether its message could be read or not. A row that goes back to what it said before is
 * another event: then its revision is part of it too, and the opening that counted it, for a file
 * that came back counts the same again. */
void event_id_of(const struct occasion *o, const struct place *p, int64_t occurred_ms,
                 struct event_id *out);

/* What a build says of its subject; borrows. */
struct identifiers event_identifiers(const struct build *b);
/* Fills the header and appends the framed record to out as one queued entry. */
MUST_CHECK bool event_queue(const struct occasion *o, const struct place *p,
                            const struct subject *s, struct build *b, struct buf *out,
                            struct err *e);
/* A record that was queued before, about this subject instead: the same event, without the feed's
 * and the person's number. False with ERR_REJECT: of a schema that there is no more. */
MUST_CHECK bool event_queue_as(const struct catalogue *c, struct slice framed,
                               const struct subject *s, struct arena *a, struct buf *out,
                               struct err *e);
/* Person.linked: that this local id is the subject of that disclosure. like: the message's first
 * record, whose time and environment it takes. */
MUST_CHECK bool event_queue_link(const struct occasion *o, const struct place *p,
                                 const struct subject *s, const struct build *like, struct buf *out,
                                 struct err *e);

#endif
