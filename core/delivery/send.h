/* send.h - one queued disclosure: the door, rendering, the partner's answer. */
#ifndef CONCORDAT_DELIVERY_SEND_H
#define CONCORDAT_DELIVERY_SEND_H

#include "delivery/delivery.h"
#include "delivery/door.h"

/* What came of it. */
struct sent {
    bool again;                 /* not delivered or not known: try later */
    const char *outcome, *code; /* when it has ended */
    struct categories removed;
    struct slice framed;        /* what left, or would have */
    struct err why;             /* for the log; its text never holds payload */
};

struct send_input {
    const struct delivery_options *o;
    struct slice id, framed, notice, local_id;
    int64_t now_ms;
};

/* Lives in a. False only for what must stop the delivery (ERR_FATAL). */
MUST_CHECK bool send_one(const struct send_input *in, struct arena *a, struct buf *work,
                         struct buf *answer, struct sent *out, struct err *e);

#endif
