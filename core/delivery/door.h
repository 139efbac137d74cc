/* door.h - the check just before a disclosure leaves (law 6). Pure: a disclosure and what is known
 * now in, a verdict out.
 *
 * - A disclosure that its subject's notice lists as waiting does not leave; a later notice may
 *   free it.
 * - Fields that the notice withholds are taken out.
 * - A disclosure is stopped when the notice stops or cancels it, when its agreement is no longer
 *   in force, or when nothing would be left in it.
 * - A disclosure that may have reached the partner is not cancelled any more: its retraction
 *   follows it.
 * - A retraction carries ids and kind only and always passes (law 10), unless its original never
 *   left. What the recipient is told depends on no withheld value (law 7). */
#ifndef CONCORDAT_DELIVERY_DOOR_H
#define CONCORDAT_DELIVERY_DOOR_H

#include "sharing/judge/judge.h"

enum door_way { DOOR_PASS, DOOR_REDUCE, DOOR_STOP };

struct door_verdict {
    enum door_way way;
    const char *code; /* DOOR_STOP: delivery.stopped, delivery.cancelled, delivery.agreement-ended,
                         delivery.nothing-left */
    struct slice bytes;  /* the body to render, unframed; the original's or the reduced one's */
    struct view view;    /* of bytes */
    struct slice framed; /* what is hashed for the receipt */
    const struct slice *removed; /* categories and paths of what held something, in names */
    size_t removed_count;
};

struct door_input {
    const struct bundle *bundle;
    struct slice framed; /* the disclosure as routed */
    struct slice notice; /* framed; empty: nothing is known against it */
    struct recipient_id to;
    bool maybe; /* an earlier try may have reached the partner */
    int64_t now_ms;
};

/* Lives in a, borrows the bundle. Errors: wire.*, avro.*, delivery.schema (ERR_REJECT: the record
 * cannot be read); delivery.notice (ERR_RETRY: its subject's notice cannot, so nothing may leave
 * until another comes). */
MUST_CHECK bool door_check(const struct door_input *in, struct arena *a, struct buf *work,
                           struct door_verdict *out, struct err *e);

#endif
