/* former.h - reads records of earlier internal forms as records of the present form.
 *
 * Facts and notices stay on their topics until their person is next heard of: a version of the
 * program reads what the one before it wrote. What was not said then is nothing: no list, not
 * true. */
#ifndef CONCORDAT_SHARING_FACTS_FORMER_H
#define CONCORDAT_SHARING_FACTS_FORMER_H

#include "record/catalogue.h"

/* Whether records of that schema are read when they have that form: its own, or one before. */
bool former_is_read(const struct schema *s, uint64_t fingerprint);
/* The body of a framed record of s, as s has it: borrowed, or in a. Errors: wire.*, record.form (of
 * another form, or not what that form is; ERR_REJECT), memory. */
MUST_CHECK bool former_open(const struct schema *s, struct arena *a, struct slice framed,
                            struct slice *body, struct err *e);

#endif
