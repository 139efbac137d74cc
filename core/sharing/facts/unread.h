/* unread.h - messages that may restrict and could not be read: kept with the facts until somebody
 * has looked. */
#ifndef CONCORDAT_SHARING_FACTS_UNREAD_H
#define CONCORDAT_SHARING_FACTS_UNREAD_H

#include "sharing/facts/draft.h"

/* Whether that is of a feed ("agency/feed"; empty: any) and a code (empty: any). */
bool unread_is_of(const struct unread_message *x, struct slice source, struct slice code);

/* One more message, or one more of those already noted. id: of its sign. One that was noted before
 * is known by it, also when somebody has looked since, and holds nothing anew; where nobody has, it
 * tells where the message lies now. */
MUST_CHECK bool unread_note(struct draft *d, const struct unread_message *seen,
                            const struct event_id *id, struct err *e);

#endif
