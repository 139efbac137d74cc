/* tally.h - what the audit adds up to, followed as it grows: for status, metrics and pages alike.
 *
 * Reasons are those that everybody may see: there are never more of them than reason codes.
 * Threads: any; one after the other. */
#ifndef CONCORDAT_CLI_TALLY_H
#define CONCORDAT_CLI_TALLY_H

#include "audit/holds.h"
#include "site/site.h"

#define TALLY_REASONS_MAX 128

struct tally_reason {
    const char *outcome, *reason;
    uint64_t count;
};
/* Since the beginning of the audit; holds: what waits now. */
struct tally_counts {
    uint64_t events, decisions, disclosed, withheld, held, caught_up, duplicates, refused, receipts;
    uint64_t to_deliveries; /* disclosures to services that this site delivers to */
    struct tally_reason reasons[TALLY_REASONS_MAX];
    size_t reason_count;
    struct holds holds;
};

struct tally;

/* Reads nothing yet. Borrows both. */
MUST_CHECK bool tally_open(const struct site *s, struct bus *b, struct tally **out, struct err *e);
/* Reads what the audit has more, then calls use; nobody else does meanwhile. After a failure it
 * begins anew: the next call reads the whole audit. */
MUST_CHECK bool tally_read(struct tally *t, void (*use)(void *ctx, struct tally_counts *c),
                           void *ctx, struct err *e);
void tally_close(struct tally **t);

#endif
