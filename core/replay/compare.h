/* compare.h - a recorded entry against the one a replay makes: every difference is a finding. */
#ifndef CONCORDAT_REPLAY_COMPARE_H
#define CONCORDAT_REPLAY_COMPARE_H

#include "audit/finding.h"

/* All but the bundle's hash, which concerns every entry alike and is said once by the caller. */
void compare_entries(const struct findings *f, int partition, const struct audit_read *recorded,
                     const struct audit_read *again);

#endif
