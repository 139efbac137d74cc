/* delivery.h - one way out: a service's disclosures, the door, rendering, sending, the receipt.
 *
 * Law 6: before a disclosure leaves, restrictions.<service> is read to its end. The door (door.h)
 * takes out fields and stops disclosures as the notices say. When the notices cannot be read
 * nothing is sent.
 *
 * Law 8: order per subject. A disclosure that does not go holds its subject only. When nothing can
 * go (contract/handing.h: not sent, the site's trouble, a pause that the partner asks for) the
 * whole delivery rests, and one disclosure at a time tries again.
 *
 * A disclosure that the partner refuses, or that we cannot render, is parked at the head of its
 * subject. A named person sends it again or drops it; one that could not be rendered is also tried
 * again with another mapping. After alarm_after_ms a disclosure that has not gone is an alarm,
 * until it has gone. A disclosure sent again carries the same id. Receipts go to
 * receipts.<agency>. Progress and own records of disclosure ids (for case references) live in the
 * delivery database.
 *
 * Threads: one thread runs it; delivery_stop from any. */
#ifndef CONCORDAT_DELIVERY_DELIVERY_H
#define CONCORDAT_DELIVERY_DELIVERY_H

#include "bus/bus.h"
#include "contract/reference.h"
#include "contract/transport.h"
#include "mapping/mapping.h"
#include "sharing/judge/judge.h"
#include "sharing/change/editions.h"

struct delivery;

struct delivery_options {
    const char *name; /* "ward-board" */
    struct slice agency, service;
    const struct mapping *mapping;
    const struct transport *transport;
    void *state; /* the transport's, opened by the caller */
    const struct bundle *bundle;
    struct bus *bus;
    const char *database;           /* path */
    int64_t retry_ms, retry_max_ms; /* back-off between two tries: first, most */
    int64_t retry_after_max_ms;     /* the longest pause that a partner may ask for */
    int64_t alarm_after_ms;
    /* How often a disclosure is sent that the partner answers with AE, or with AR, before it is
     * parked; 0: for ever. */
    int64_t tries_on_error, tries_on_reject;
    int64_t (*now_ms)(void); /* NULL: clock_wall_ms */
    /* The door goes by the edition in force when it sends. All have bundle's shape. NULL: it goes
     * by bundle alone. */
    const struct editions *rules;
};

/* Opens the database and the topics. Borrows all that o points to until delivery_close. */
MUST_CHECK bool delivery_open(const struct delivery_options *o, struct delivery **out,
                              struct err *e);
/* Runs the delivery in the caller's thread. True: delivery_stop was called. False: an error that is
 * ERR_FATAL. */
MUST_CHECK bool delivery_run(struct delivery *d, struct err *e);
/* One round: take what is new, try what is due. *busy: something was done. For tests. */
MUST_CHECK bool delivery_step(struct delivery *d, int wait_ms, bool *busy, struct err *e);
/* Ends delivery_run. Any thread. */
void delivery_stop(struct delivery *d);
void delivery_close(struct delivery **d);
/* The newest generation that everything sent from now on goes by; 0: none yet. Any thread. */
uint64_t delivery_generation(const struct delivery *d);

/* Records that aged out before a delivery, which does not run now, had read them: *from is its
 * progress, *to the first record there is. Equal where nothing is gone. */
MUST_CHECK bool delivery_gap(const char *database, struct bus *b, struct slice service,
                             int64_t *from, int64_t *to, struct err *e);
/* Sets the progress to `to`, behind such a gap, and counts the records passed over. The caller has
 * noted who orders it. */
MUST_CHECK bool delivery_skip(const char *database, int64_t to, struct err *e);

/* Law 2's third sum, read beside a running daemon or not. */
struct delivery_counts {
    uint64_t taken, accepted, refused, stopped, outstanding, duplicates;
    uint64_t skipped;  /* at most so many aged out unread, and a named person went on */
    uint64_t returned; /* that had ended by another file, as their receipts told */
    uint64_t untold;   /* at most so many such receipts aged out */
    uint64_t reduced;  /* of the accepted: left with something taken out at the door */
    /* Of the outstanding: set aside for a human, since when the oldest; tried in vain, since
     * when. */
    uint64_t parked, troubled, tries;
    uint64_t unrendered; /* of the parked: another mapping tries them by itself */
    uint64_t behind;     /* of the outstanding: their person's order keeps them behind one parked */
    int64_t parked_since_ms, troubled_since_ms;
    int64_t down_since_ms; /* nothing goes at all; 0: it does */
    bool down_by_site;     /* and somebody at the site has to mend it */
    char code[48];         /* of the last trouble, or of what keeps it down */
};
/* Whether somebody has to look: something is parked, or has not gone for that long. */
bool delivery_is_alarming(const struct delivery_counts *c, int64_t alarm_after_ms, int64_t now_ms);
MUST_CHECK bool delivery_counts_read(const char *database, struct delivery_counts *out,
                                     struct err *e);

/* A disclosure that waits in a delivery. maybe: it may have reached the partner; parked: set aside
 * for a human; code: why the last try failed; said: the partner's codes. */
struct delivery_waiting {
    struct slice disclosure, code, said;
    bool maybe, parked;
};
/* Read beside a running daemon. each returns false to stop. */
MUST_CHECK bool delivery_each_waiting(const char *database,
                                      bool (*each)(void *ctx, const struct delivery_waiting *w),
                                      void *ctx, struct err *e);

/* What intake asks (contract/reference.h): whom a disclosure id was about. Opens the database
 * read-only for one short question; *found false when the id (or the file) is not there. */
MUST_CHECK bool delivery_find_reference(const char *database, const struct disclosure_id *id,
                                        struct case_reference *out, bool *found, struct err *e);

#endif
