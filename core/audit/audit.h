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

#include "audit/audit_chain.h"
#include "audit/audit_entry.h"
#include "audit/audit_read.h"
#include "bus/bus.h"

/* The same as it grows: each call gives what came since the last. each returns false when it has no
 * memory. After a failure it must be closed. Not the bus' only reader: beside a running router. */
struct audit_follow;
MUST_CHECK bool audit_follow_open(struct bus *b, const struct catalogue *c, int partitions,
                                  struct audit_follow **out, struct err *e);
MUST_CHECK bool audit_follow_read(struct audit_follow *f,
                                  bool (*each)(void *ctx, int partition,
                                               const struct audit_read *r),
                                  void *ctx, struct err *e);
void audit_follow_close(struct audit_follow **f);

/* concordat audit verify, also beside a running router: chain, sequence, committed note, law 3
 * both ways (every disclosure on a topic has its audited decision with the same hash and vice
 * versa), every event position audited once. finding() gets one sentence each, without payload;
 * it may be NULL. false only when something could not be read; what does not agree is counted in
 * out->broken. What its topic keeps no longer, since it lies before the first record that is left,
 * can be compared with nothing: it is counted in out->expired, by topic, and is no finding. Whether
 * age or a hand took it nobody can tell. out->expired lives in a. */
struct audit_expired {
    struct slice topic;
    uint64_t count; /* of its records that the audit has */
    int64_t first_ms,
        last_ms; /* when the bus accepted, or the router decided, the first and last */
};
struct audit_report {
    uint64_t entries, decisions, disclosures, events;
    uint64_t broken; /* findings; 0 = verified */
    const struct audit_expired *expired;
    size_t expired_count;
};
MUST_CHECK bool audit_verify(struct bus *b, const struct bundle *bundle, struct arena *a,
                             void (*finding)(void *ctx, const char *sentence), void *ctx,
                             struct audit_report *out, struct err *e);

/* Calls each() for every entry of every partition, oldest first within one. each returns false
 * to stop. */
MUST_CHECK bool audit_each(struct bus *b, const struct catalogue *c, int partitions,
                           bool (*each)(void *ctx, int partition, const struct audit_read *r),
                           void *ctx, struct err *e);

#endif
