/* fit.h - what a step makes as records, within their limit, and each agency within its share.
 *
 * What no bus would take is refused here (event.size, ERR_REJECT): at the commit, or as room that
 * no try finds, it would stop the partition for ever. */
#ifndef CONCORDAT_STEP_FIT_H
#define CONCORDAT_STEP_FIT_H

#include "audit/audit.h"
#include "sharing/facts/share.h"

/* Who says an event. */
struct share_asker fit_asker(const struct bundle *b, const struct view *event);
/* Encodes after, less what may be forgotten; refused when it adds to more than the asker's
 * share. */
MUST_CHECK bool fit_person(const struct bundle *b, struct arena *a, const struct person *before,
                           const struct person *after, const struct share_asker *by,
                           struct buf *out, struct err *e);
/* All else that the step publishes but its entry. */
MUST_CHECK bool fit_records(const struct judged *j, size_t facts_bytes, struct err *e);
/* The entry; out is the caller's to release. c has moved on when true. */
MUST_CHECK bool fit_entry(const struct bundle *b, struct audit_chain *c,
                          const struct audit_subject *s, struct buf *out, struct err *e);

#endif
