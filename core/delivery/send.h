/* send.h - one queued disclosure: the door, rendering, the partner's answer. */
#ifndef CONCORDAT_DELIVERY_SEND_H
#define CONCORDAT_DELIVERY_SEND_H

#include "delivery/delivery.h"
#include "delivery/door.h"

/* What came of it. */
struct sent {
    bool ready;              /* the door let it out and it is rendered: hand it over */
    bool again;              /* not delivered or not known: try later */
    bool park;               /* it will not be taken, or cannot be rendered: a human has to look */
    bool unrendered;         /* by our own mapping: park is set */
    bool handed;             /* the transport was asked */
    struct handing handing;  /* what came of that */
    enum answer_means means; /* of the partner's answer */
    const char *outcome, *code;  /* when it has ended; while ready: what it will be once accepted */
    const struct slice *removed; /* as a door's verdict has it */
    size_t removed_count;
    struct slice framed; /* what left, or would have */
    struct err why;      /* for the log; its text never holds payload */
};

struct send_input {
    const struct delivery_options *o;
    const struct bundle *bundle; /* in force now */
    struct slice id, framed, notice, local_id;
    struct recipient_id to;
    bool maybe; /* an earlier try may have reached the partner */
    int64_t now_ms;
};

/* Asks the door, then renders the partner's own form into work. out lives in a. False only for an
 * error that must stop the delivery (ERR_FATAL). */
MUST_CHECK bool send_prepare(const struct send_input *in, struct arena *a, struct buf *work,
                             struct sent *out, struct err *e);
/* Hands the rendered bytes of a disclosure that is ready to the partner, and reads its answer. */
void send_hand_over(const struct send_input *in, struct slice bytes, struct buf *answer,
                    struct sent *out);

#endif
