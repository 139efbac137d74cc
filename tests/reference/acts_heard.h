/* acts_heard.h - what the audit says became of an act, in the terms of acts_rule.h. */
#ifndef CONCORDAT_TESTS_REFERENCE_ACTS_HEARD_H
#define CONCORDAT_TESTS_REFERENCE_ACTS_HEARD_H

#include "acts_rule.h"

/* Of an entry "hold-act" or "refused". */
enum rule_end acts_end(const struct audit_read *r);
/* Of a decision. */
enum rule_state acts_state(const struct audit_decision *d);

#endif
