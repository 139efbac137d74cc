/* event.h - turns a mapped record into a queued one: fills its header, encodes its body, frames it.
 *
 * Pure: times and numbers are handed in. Errors: record.* (ERR_REJECT): the mapping made something
 * that its schema does not take. */
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
    int64_t revision; /* by_memory: how often it was told before; 0 = never */
    uint32_t opening; /* the opening that counted the revision; 0: the id does not hold it */
    int64_t feed_seq;
    bool by_memory; /* a memory tells whether it is told, not its message's id */
    bool restricts; /* its id holds no time: it counts also where its time cannot be read */
};

/* Makes a record's id: 6 bytes of the message's own time (ms, big-endian), then 10 bytes of
 * HMAC(agency key, feed | sender's message id | body hash | ordinal).
 *
 * A record that restricts has zeros for the time, so that it is the same event whether its message
 * could be read or not. A row that goes back to what it said before is another event, so the
 * revision is hashed too. The opening that counted it is hashed as well, because a spool that was
 * restored counts the same revisions again. */
void event_id_of(const struct occasion *o, const struct place *p, int64_t occurred_ms,
                 struct event_id *out);

/* The identifiers that a build's header names its subject by. They borrow from the build. */
struct identifiers event_identifiers(const struct build *b);
/* Fills the header and appends the framed record to out as one queued entry. */
MUST_CHECK bool event_queue(const struct occasion *o, const struct place *p,
                            const struct subject *s, struct build *b, struct buf *out,
                            struct err *e);
/* Appends a record that was queued before, about this subject instead. It is the same event, with
 * neither the feed's number nor the NHS number. c must have its schema, else intake.word
 * (ERR_REJECT). a: scratch. */
MUST_CHECK bool event_queue_as(const struct catalogue *c, struct slice framed,
                               const struct subject *s, struct arena *a, struct buf *out,
                               struct err *e);
/* Appends a Person.linked: it says that this local id is the subject of that disclosure. Local id,
 * case reference, time and environment are those of `like`, a record of the same message. */
MUST_CHECK bool event_queue_link(const struct occasion *o, const struct place *p,
                                 const struct subject *s, const struct build *like, struct buf *out,
                                 struct err *e);

#endif
