/* ask_at.h - whom a recipient rings about somebody restricted. */
#ifndef CONCORDAT_DELIVERY_ASK_AT_H
#define CONCORDAT_DELIVERY_ASK_AT_H

#include "sharing/rules/bundle.h"

/* A disclosure with a notice and without any contact of its source gets the restricted desk of its
 * recipient's agency in its place, for rendering alone: the record, and what the receipt says of
 * it, stay as they left the door. *v is replaced; the new one lives in a. */
MUST_CHECK bool ask_at_desk(const struct bundle *b, struct recipient_id to, struct arena *a,
                            struct view *v, struct err *e);

#endif
