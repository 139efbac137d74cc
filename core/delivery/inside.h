/* inside.h - the inside of a delivery, shared by the files of this room. */
#ifndef CONCORDAT_DELIVERY_INSIDE_H
#define CONCORDAT_DELIVERY_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "contract/way_back.h"
#include "delivery/delivery.h"
#include "delivery/known.h"
#include "delivery/send.h"
#include "delivery/store.h"
#include "delivery/told.h"
#include "host/log.h"
#include "host/waker.h"

struct delivery {
    struct delivery_options o;
    struct log_who who;
    struct recipient_id to;
    struct store *store;
    struct known *known;
    struct bus_reader *reader;
    int64_t next;          /* progress, when the reader was opened */
    bool compares;         /* the first that it gives is the last one taken */
    struct told *told;     /* what the disclosures that come are compared with; NULL: nothing */
    bool told_stays;       /* a topic was lost: told is kept for days */
    bool told_over;        /* and all that stood on the topic then has been compared */
    bool unheard;          /* the receipts cannot be read */
    bool may_have_left;    /* what comes may have left by another file */
    struct bus_end *heard; /* by lane of the receipts: up to where told has them */
    int64_t looked_ms;     /* when it was last asked what they say */
    struct arena names, arena;
    struct buf work, answer, receipt;
    const char *disclosures, *receipts; /* topics */
    struct editions own;                /* of one bundle alone */
    struct edition only;
    const struct editions *rules;
    const struct edition *head;  /* the newest when this row was begun */
    _Atomic uint64_t generation; /* its number */
    int64_t clock_ms;            /* the wall clock, when it was last looked at */
    int64_t quiet_until_ms;      /* nobody is tried before */
    int64_t down_since_ms;       /* nothing goes at all; 0: it does */
    int64_t down_tries;          /* in a row */
    const char *down_code;       /* why, as it was told last; NULL: not told by this process */
    bool in_trouble, alarmed, parked_said; /* said, until it is over */
    atomic_bool stopping;
    pthread_mutex_t lock;
    struct waker stop_asked;
    const struct way_back
        *asked; /* under lock, as what came of it: by its thread, told on answered */
    uint64_t asked_done;
    struct err asked_failed;
    pthread_cond_t answered;
};

int64_t delivery_now_ms(const struct delivery *d);

/* trouble.c. After opening: what an earlier run left, and what another mapping could not render. */
MUST_CHECK bool trouble_begin(struct delivery *d, struct err *e);
/* A wall clock that was set back makes nothing wait longer: what is due moves with it. */
MUST_CHECK bool trouble_clock(struct delivery *d, struct err *e);
/* After a try that did not end the row: it is tried again later, or parked. */
MUST_CHECK bool trouble_take(struct delivery *d, const struct queued *q, const struct sent *s,
                             struct err *e);
/* After rows have left the queue: what was in trouble may be over. */
MUST_CHECK bool trouble_review(struct delivery *d, struct err *e);
/* After a try that ended the row: what was in trouble may be over. handed: the
 * transport was asked. */
MUST_CHECK bool trouble_over(struct delivery *d, const struct queued *q, bool handed,
                             struct err *e);

/* topic.c: moves the topic's records into the queue. A topic is another than before when it ends
 * before the progress, or another record stands where the last one was taken: then it is read from
 * its start. Disclosures taken before are known by their ids, and a receipt that is gone is
 * published again. A delivery whose file is gone, or older than the bus, knows by the receipts
 * which disclosures had ended (look_back.c). A topic that begins behind the progress: bus.aged
 * (ERR_FATAL). */
MUST_CHECK bool topic_open(struct delivery *d, struct err *e);
MUST_CHECK bool topic_take(struct delivery *d, int wait_ms, bool *busy, struct err *e);

/* look_back.c: reads the receipts of this service that the file does not know, and sets the queue
 * right by them; d->told has them until the topic has been compared. */
MUST_CHECK bool look_back(struct delivery *d, struct err *e);
/* Once a minute: another host may deliver for the service. */
MUST_CHECK bool look_back_again(struct delivery *d, struct err *e);
/* The topic has been read to its end since: then the lanes are noted as known. */
MUST_CHECK bool look_back_over(struct delivery *d, struct err *e);
/* After a receipt was published. *next: nobody has written in that lane between, so all up to *end
 * is known. */
MUST_CHECK bool look_back_published(struct delivery *d, int lane, struct bus_end *end, bool *next,
                                    struct err *e);

/* delivery_asides.c. Does what delivery_take_back asked. The delivery's thread calls it between two
 * rows. */
void asides_answer(struct delivery *d);

#endif
