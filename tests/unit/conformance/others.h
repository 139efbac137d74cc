/* others.h - the other side of each transport, so that one suite can ask them all: a row for each
 * of the registry.
 *
 * A unit is a JSON text in quotes, so that each of them can carry it. The rig is one; what a row
 * starts, done() ends. */
#ifndef TEST_CONFORMANCE_OTHERS_H
#define TEST_CONFORMANCE_OTHERS_H

#include "../transport/rig.h"

#define PEERS 100

struct other {
    const char *name;
    /* Of what receives; receive NULL: it only sends. */
    void (*receive)(struct rig *r); /* options, before open() */
    void (*spoil)(struct rig *r);   /* likewise, with which it cannot open */
    /* one unit, whole, and until its sender has an answer */
    void (*give)(struct rig *r, const char *unit);
    /* likewise, and its sender does not wait for the answer */
    void (*hand)(struct rig *r, const char *unit);
    /* one that does not end; held until done() */
    void (*begin)(struct rig *r);
    void (*pelt)(struct rig *r, struct slice bytes); /* any bytes, where a unit is wanted */
    const char *limit;                               /* option: bytes of the largest unit */
    size_t peers;      /* how many may be in the middle of one at once: 1, PEERS */
    bool brings_again; /* what is to come again, by itself; else its sender does */
    /* Of what fetches, while it runs: nothing can be fetched any more, for no fault of a unit; and
     * then again. */
    void (*lose)(struct rig *r);
    void (*regain)(struct rig *r);
    /* Of what calls a partner: options with which no connection is made nor refused. */
    void (*unreachable)(struct rig *r);
    /* Of what sends; NULL: it only receives. Options with which there is nobody. */
    void (*absent)(struct rig *r);
    /* there is somebody who says nothing; NULL: nobody is waited for */
    void (*silent)(struct rig *r);
    bool writes_files; /* so that a full disk is its own trouble */
    void (*done)(void);
};

/* NULL: there is none for it, so it cannot be asked. */
const struct other *other_of(const struct transport *t);
/* What its row lacks to be asked: the member's name; NULL: nothing. */
const char *other_lacks(const struct transport *t, const struct other *o);

/* Until the silent partner has the beginning of what was sent. False: in vain. */
bool silent_has_heard(void);
/* Until somebody tries to reach the one that cannot be reached. */
bool unreachable_is_called(void);

#endif
