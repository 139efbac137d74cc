/* first_form.h - entries of version 1, made into entries as they are written now; what version 1
 * did not say is empty. */
#ifndef CONCORDAT_AUDIT_FIRST_FORM_H
#define CONCORDAT_AUDIT_FIRST_FORM_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

/* body and *out without framing; *out in a. audit.read. */
MUST_CHECK bool first_form_entry(struct arena *a, struct slice body, struct slice *out,
                                 struct err *e);

#endif
