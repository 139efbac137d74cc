/* door.h - the check just before a disclosure leaves (law 6). Pure: a disclosure and what is known now
 * in, a verdict out.
 *
 * What a notice withholds is taken out; what it stops or cancels, and what flows under an agreement no
 * longer in force, is stopped. A retraction carries ids and kind only and always passes (law 10), unless its
 * original never left. */
#ifndef CONCORDAT_DELIVERY_DOOR_H
#define CONCORDAT_DELIVERY_DOOR_H

#include "sharing/judge.h"

enum door_way { DOOR_PASS, DOOR_REDUCE, DOOR_STOP };

struct door_verdict {
    enum door_way way;
    const char *code;           /* DOOR_STOP: delivery.stopped, delivery.cancelled, delivery.agreement-ended */
    struct slice bytes;         /* the body to render, unframed; the original's or the reduced one's */
    struct view view;           /* of bytes */
    struct slice framed;        /* what is hashed for the receipt */
    struct categories removed;  /* DOOR_REDUCE */
};

struct door_input {
    const struct bundle *bundle;
    struct slice framed;        /* the disclosure as routed */
    struct slice notice;        /* framed; empty: nothing is known against it */
    int64_t now_ms;
};

/* Lives in a. Errors: wire.*, avro.*, delivery.schema (ERR_FATAL: our own record cannot be read). */
MUST_CHECK bool door_check(const struct door_input *in, struct arena *a, struct buf *work,
                           struct door_verdict *out, struct err *e);

#endif
