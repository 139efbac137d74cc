/* tally.h - what the audit adds up to, followed as it grows: for status, metrics and pages alike.
 *
 * Reasons are those that everybody may see: there are never more of them than reason codes.
 * Threads: one reads; any may ask what was read last, and never waits for the bus. */
#ifndef CONCORDAT_DAEMON_TALLY_H
#define CONCORDAT_DAEMON_TALLY_H

#include "audit/holds.h"
#include "site/site.h"

#define TALLY_REASONS_MAX 128

struct tally_reason {
    const char *outcome, *reason;
    uint64_t count;
};
/* What waits for a human, by reason. */
struct tally_held {
    const char *reason;
    struct holds_count count;
};
#define TALLY_CLAIMS_MAX 256
/* Persons whom a service's own agency says that it knows (sharing/facts/claimed.h). */
struct tally_claims {
    struct slice service;       /* "agency/service" */
    uint64_t made, caught_up;   /* since the beginning: with something sent at once */
    uint64_t now[CLAIM_STATES]; /* of those that stand */
};
/* Since the beginning of the audit; what is held, now. */
struct tally_counts {
    int64_t read_ms; /* when; before the first time, when it was opened */
    uint64_t events, decisions, disclosed, withheld, held, caught_up, duplicates, refused, receipts;
    uint64_t not_yours;   /* would take back, replace or reuse what another said */
    uint64_t not_allowed; /* what a line of facts.yaml would make known, said by who may not */
    uint64_t skipped;     /* records that aged out unread, by the words of those who went on */
    uint64_t openings, returned, second; /* events whose note is that of step/marks.h */
    uint64_t to_deliveries;              /* disclosures to services that this site delivers to */
    struct tally_reason reasons[TALLY_REASONS_MAX];
    size_t reason_count;
    struct holds_count waiting;
    struct tally_held waiting_by[TALLY_REASONS_MAX];
    size_t waiting_by_count;
    uint64_t unread; /* people whose events wait for somebody to look at a message */
    int64_t unread_oldest_ms;
    struct tally_claims claims[TALLY_CLAIMS_MAX]; /* those that have claimed anybody */
    size_t claim_count;
};

struct tally;

/* Makes a tally that has read nothing yet. Borrows s and b until tally_close. Gives *out. Fails
 * only when memory is out. */
MUST_CHECK bool tally_open(const struct site *s, struct bus *b, struct tally **out, struct err *e);
/* Reads what the audit has more, to its end. After a failure, which is the bus's or one of memory,
 * the next call reads the whole audit. */
MUST_CHECK bool tally_read(struct tally *t, struct err *e);
/* What waits. It is for the thread that reads, until it reads again. */
struct holds *tally_holds(struct tally *t);
/* Copies the counts as they were when the audit was last read to its end. Any thread. */
void tally_last(struct tally *t, struct tally_counts *out);
/* Frees *t and sets it NULL. *t may be NULL. */
void tally_close(struct tally **t);

#endif
