/* audit_read.h - an entry of the audit, read: the one decoder, whichever form it has. */
#ifndef CONCORDAT_AUDIT_AUDIT_READ_H
#define CONCORDAT_AUDIT_AUDIT_READ_H

#include "base/arena.h"
#include "record/catalogue.h"
#include "base/ids.h"
#include "host/crypto.h"

/* A read entry, for why, held, status, verify. Lives in a. */
struct audit_decision {
    struct slice event_id, recipient, outcome, reason, disclosure;
    const struct slice *clauses;
    size_t clause_count; /* "agreement/version/clause" */
    const struct slice *prohibitions;
    size_t prohibition_count;
    const struct slice *released;
    size_t released_count; /* category names */
    const struct slice *withheld;
    size_t withheld_count;
    uint8_t hash[HASH_BYTES];
    bool caught_up;
    const struct slice *obliged;
    size_t obliged_count;              /* "year:identity.birth-date" */
    struct slice schema, kind, source; /* of the event decided, whichever the entry's own is */
};
struct audit_claim {
    struct slice service, before, after; /* states by name; empty: no claim */
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
    struct slice disclosure; /* of a receipt */
    const struct audit_claim *claims;
    size_t claim_count;
};
MUST_CHECK bool audit_read(const struct catalogue *c, struct arena *a, struct slice framed,
                           struct audit_read *out, struct err *e);

#endif
