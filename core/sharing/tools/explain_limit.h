/* explain_limit.h - what a clause really shares, for how long, and what prohibitions take of it. */
#ifndef CONCORDAT_SHARING_TOOLS_EXPLAIN_LIMIT_H
#define CONCORDAT_SHARING_TOOLS_EXPLAIN_LIMIT_H

#include "base/buf.h"
#include "sharing/rules/compiled.h"

/* What its events have of what it releases. */
struct categories explain_shared(const struct bundle *b, const struct clause *c);
/* What a prohibition takes of these portions of a clause; empty: nothing. */
struct categories explain_taken(const struct bundle *b, const struct clause *c,
                                const struct prohibition *p, const struct categories *of);
/* "never (source: contact) with A from B in news of (stay: moved), if ..., or if that cannot be
 * told [id]": only what narrows it is said. whole: what stands for what is taken; NULL: its
 * names. */
void explain_limit(const struct bundle *b, const struct clause *c, const struct prohibition *p,
                   const struct categories *what, const char *whole, struct buf *out);
/* How long: "until 14 days after "discharged" ...". Nothing for as long as the agreement. */
void explain_lasting(const struct bundle *b, const struct clause *c, struct buf *out);
/* "from 1 January 2026 to 31 December 2035, both days included". */
void explain_term(const struct agreement *g, struct buf *out);

#endif
