/* fit.h - what a step makes as records, within their limit, and each agency within its share.
 *
 * What no bus would take is refused here (event.size, ERR_REJECT): at the commit, or as room that
 * no try finds, it would stop the partition for ever. */
#ifndef CONCORDAT_STEP_FIT_H
#define CONCORDAT_STEP_FIT_H

#include "audit/audit.h"
#include "sharing/facts/share.h"

/* The agency that says an event, and whether the event restricts. Borrows b and the event. */
struct share_asker fit_asker(const struct bundle *b, const struct view *event);
/* Encodes after into out, less what may be forgotten of it. before: the person as memory has them.
 * Fails: event.size, where the event adds to more than the share of by; facts.*, memory.limit. */
MUST_CHECK bool fit_person(const struct bundle *b, struct arena *a, const struct person *before,
                           const struct person *after, const struct share_asker *by,
                           struct buf *out, struct err *e);
/* Whether all other records of the step but its entry fit the bus. facts_bytes: what fit_person
 * wrote. Fails: event.size. */
MUST_CHECK bool fit_records(const struct judged *j, size_t facts_bytes, struct err *e);
/* Writes the entry of the step to out, which it initialises and the caller releases, also after a
 * failure. On success c has moved on behind the entry. Fails: event.size; audit.*. */
MUST_CHECK bool fit_entry(const struct bundle *b, struct audit_chain *c,
                          const struct audit_subject *s, struct buf *out, struct err *e);

#endif
