/* audit.h - one record an event with all its decisions, chained; written, read, verified.
 *
 * An entry (internal/AuditEntry) holds input position, event hash, subject key, bundle hash,
 * engine version and each decision with clauses, categories and the hash of the disclosed bytes;
 * no payload, no bare identifier. h_i = SHA-256(0x00 | seq as 8 bytes big-endian | h_{i-1} |
 * entry's framed bytes). Per partition its own sequence; sequence and head ride as the note of
 * the committed position of (`audit`, partition).
 * Errors: audit.chain, audit.sequence, audit.hash (ERR_FATAL); audit.read. */
#ifndef CONCORDAT_AUDIT_AUDIT_H
#define CONCORDAT_AUDIT_AUDIT_H

#include "bus/bus.h"
#include "sharing/judge/judge.h"

#define ENGINE_VERSION "1"

struct audit_chain {
    int64_t next;                       /* sequence number of the next entry, from 0 */
    uint8_t head[HASH_BYTES];           /* of the last entry; zeros before the first */
    int64_t decided_ms;                 /* the last decision time: the next is never before it */
};
/* Moves the chain on by one entry. */
void audit_chain_add(struct audit_chain *c, struct slice framed, int64_t decided_ms);
/* "seq=12 head=<hex> at=<ms>" and back; an empty note is the start of a chain. seq is the next
 * entry's; unknown words are passed over, so that later versions may add some. */
void audit_note_write(const struct audit_chain *c, struct buf *out);
MUST_CHECK bool audit_note_read(struct slice note, struct audit_chain *out, struct err *e);

/* How the note of an act ends that released something which two people must release: the first word. */
#define HOLD_FIRST_OF_TWO " (first of two)"
/* How that of a reopening ends which named an event by whose name nothing was refused, before the name by
 * which it was and a bracket. */
#define REOPENED_AS " (refused as "
/* How it ends where nothing was unread. */
#define LOOKED_AT_NOTHING " (nothing was unread)"

enum audit_kind { AUDIT_EVENT, AUDIT_DUPLICATE, AUDIT_REFUSED, AUDIT_RECEIPT, AUDIT_HOLD_ACT,
                  AUDIT_BUNDLE, AUDIT_UNREAD };
/* "event" "duplicate" "refused" "receipt" "hold-act" "bundle" "unread" */
const char *audit_kind_name(enum audit_kind k);

struct audit_subject {
    enum audit_kind kind;
    const struct bus_record *input;     /* position, acceptance, framed bytes (hashed) */
    int64_t decided_ms;
    const struct view *event;           /* NULL when it could not be read */
    const struct subject_key *subject;
    const struct judged *judged;        /* NULL for duplicates, receipts, refusals */
    struct slice facts_before, facts_after; /* encoded; hashed */
    struct slice note; /* code of a refusal; outcome of a receipt; who and why of a hold act */
    struct slice source, schema;        /* agency/service and schema where there is no event */
    struct slice disclosure;            /* of a receipt */
};
/* Makes the framed entry and moves the chain on. The caller drops the moved chain when its
 * transaction fails. */
MUST_CHECK bool audit_entry(const struct bundle *b, struct audit_chain *c,
                            const struct audit_subject *s, struct buf *out, struct err *e);

/* A read entry, for why, held, status, verify. Lives in a. */
struct audit_decision {
    struct slice event_id, recipient, outcome, reason, disclosure;
    const struct slice *clauses; size_t clause_count;       /* "agreement/version/clause" */
    const struct slice *prohibitions; size_t prohibition_count;
    const struct slice *released; size_t released_count;    /* category names */
    const struct slice *withheld; size_t withheld_count;
    uint8_t hash[HASH_BYTES];
    bool caught_up;
    const struct slice *obliged; size_t obliged_count;      /* "year:identity.birth-date" */
    struct slice schema, kind, source;  /* of the event decided, whichever the entry's own is */
};
struct audit_claim {
    struct slice service, before, after;                    /* states by name; empty: no claim */
    uint64_t caught_up;
};
struct audit_read {
    int version;
    int64_t sequence, accepted_ms, decided_ms, input_offset;
    struct slice kind, input_topic, event_id, schema, event_kind, source, note;
    uint8_t previous[HASH_BYTES], event_hash[HASH_BYTES], subject[ID_BYTES],
        bundle_hash[HASH_BYTES], facts_before[HASH_BYTES], facts_after[HASH_BYTES];
    int input_partition;
    const struct audit_decision *decisions;
    size_t decision_count;
    struct slice disclosure;            /* of a receipt */
    const struct audit_claim *claims;
    size_t claim_count;
};
MUST_CHECK bool audit_read(const struct catalogue *c, struct arena *a, struct slice framed,
                           struct audit_read *out, struct err *e);

/* Calls each() for every entry of every partition, oldest first within one. each returns false
 * to stop. */
MUST_CHECK bool audit_each(struct bus *b, const struct catalogue *c, int partitions,
                           bool (*each)(void *ctx, int partition, const struct audit_read *r),
                           void *ctx, struct err *e);

/* The same as it grows: each call gives what came since the last. each returns false when it has no
 * memory. After a failure it must be closed. Not the bus' only reader: beside a running router. */
struct audit_follow;
MUST_CHECK bool audit_follow_open(struct bus *b, const struct catalogue *c, int partitions,
                                  struct audit_follow **out, struct err *e);
MUST_CHECK bool audit_follow_read(struct audit_follow *f,
                                  bool (*each)(void *ctx, int partition, const struct audit_read *r),
                                  void *ctx, struct err *e);
void audit_follow_close(struct audit_follow **f);

/* concordat audit verify, also beside a running router: chain, sequence, committed note, law 3
 * both ways (every disclosure on a topic has its audited decision with the same hash and vice
 * versa), every event position audited once. finding() gets one sentence each, without payload;
 * it may be NULL. false only when something could not be read; what does not agree is counted in
 * out->broken. */
struct audit_report {
    uint64_t entries, decisions, disclosures, events;
    uint64_t broken;                    /* findings; 0 = verified */
};
MUST_CHECK bool audit_verify(struct bus *b, const struct bundle *bundle,
                             void (*finding)(void *ctx, const char *sentence), void *ctx,
                             struct audit_report *out, struct err *e);

#endif
