/* explain_known.h - what "known through" and "responsible for" mean: the facts table in words. */
#ifndef CONCORDAT_SHARING_TOOLS_EXPLAIN_KNOWN_H
#define CONCORDAT_SHARING_TOOLS_EXPLAIN_KNOWN_H

#include "base/buf.h"
#include "sharing/rules/compiled.h"

/* Whether a line of the facts table says what a word in these conditions means: those of an
 * agreement's clauses. */
bool explain_uses_fact(const struct bundle *b, size_t agreement, const struct fact_rule *f);
/* "known through care package: whom (social care: package started) names, until (social care:
 * package ended)". */
void explain_fact(const struct bundle *b, const struct fact_rule *f, struct buf *out);

#endif
