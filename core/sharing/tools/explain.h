/* explain.h - an agreement as plain sentences for those who sign it, and as the table that is
 * annexed to an information sharing agreement.
 *
 * People read "shared with", never "disclosed". What is told is the compiled bundle, so that what
 * is signed is what is decided. Pure; any thread. Errors: memory.limit. */
#ifndef CONCORDAT_SHARING_TOOLS_EXPLAIN_H
#define CONCORDAT_SHARING_TOOLS_EXPLAIN_H

#include "base/buf.h"
#include "sharing/rules/bundle.h"

/* Text of lines up to about 96 characters. agreement is an index. */
MUST_CHECK bool explain_agreement(const struct bundle *b, size_t agreement, struct buf *out,
                                  struct err *e);
/* Markdown: a heading, and one row a data item and clause. */
MUST_CHECK bool explain_annex(const struct bundle *b, size_t agreement, struct buf *out,
                              struct err *e);
/* "Wexbridge District Council and Eastwex District Council": who has not approved it. */
void explain_missing(const struct bundle *b, const struct agreement *g, struct buf *out);

#endif
