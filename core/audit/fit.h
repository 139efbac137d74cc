/* fit.h - a person's facts as their record, within its limit and each agency within its share. */
#ifndef CONCORDAT_AUDIT_FIT_H
#define CONCORDAT_AUDIT_FIT_H

#include "sharing/judge.h"

/* Encodes after. event: what was said; NULL: an act of people, or a sign. Errors: event.size (ERR_REJECT) when
 * it adds to more than its agency's share. */
MUST_CHECK bool fit_person(const struct bundle *b, struct arena *a, const struct person *before,
                           const struct person *after, const struct view *event, struct buf *out,
                           struct err *e);
/* What no bus would take must be refused here: at the commit it would stop the partition for ever. */
MUST_CHECK bool fit_records(const struct judged *j, size_t facts_bytes, struct err *e);

#endif
