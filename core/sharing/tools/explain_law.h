/* explain_law.h - legal bases in words (UK GDPR, DPA 2018, the common law); for the files of
 * explain. */
#ifndef CONCORDAT_SHARING_TOOLS_EXPLAIN_LAW_H
#define CONCORDAT_SHARING_TOOLS_EXPLAIN_LAW_H

#include "base/buf.h"
#include "sharing/rules/bundle.h"

/* "UK GDPR Article 6(1)(e) (public task), Article 9(2)(h) (health or social care), ..." */
void explain_basis(const struct party *p, struct buf *out);
/* What a confidentiality basis means for the person; empty when it is none of the list. */
const char *explain_confidentiality(struct slice basis);

#endif
