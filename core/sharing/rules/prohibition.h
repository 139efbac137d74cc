/* prohibition.h - what a prohibition is called, where it stands, and what may be shown of it.
 * Pure. */
#ifndef CONCORDAT_SHARING_RULES_PROHIBITION_H
#define CONCORDAT_SHARING_RULES_PROHIBITION_H

#include "sharing/rules/bundle.h"

struct prohibition; /* compiled.h */
/* Its id, as the file has it. */
struct slice prohibition_name(const struct bundle *b, uint32_t prohibition);
/* Its file, and the line there. */
const char *prohibition_place(const struct bundle *b, uint32_t prohibition, uint32_t *line);
/* Whether it withholds whom to ring at the source. */
bool prohibition_takes_contact(const struct bundle *b, const struct prohibition *p);
/* What may be shown of its name. Unless the reader asked for protected ones, a protected
 * prohibition reads "prohibited", and so does one that this bundle does not know. */
struct slice prohibition_shown(const struct bundle *b, struct slice name, bool may_see_protected);
/* What may be shown of all that acted on a decision: the open ones in their order, then
 * "prohibited", once, however many others there are. */
void prohibitions_shown(const struct bundle *b, const struct slice *names, size_t n,
                        bool may_see_protected, void (*each)(void *ctx, struct slice shown),
                        void *ctx);
/* Whether seeing that it acted tells something of the person. NULL: one this bundle does not
 * know. */
bool prohibition_hides(const struct prohibition *p);
/* Whether the set of released categories tells that a protected prohibition acted. One with a
 * condition acts on some events only, and the missing categories say which one it was. */
bool prohibitions_hide(const struct bundle *b, const struct slice *names, size_t n);

#endif
