/* keeper.h - keeps the bundles of a running program: follows `control`, takes up bundles that are
 * ordered, and publishes when each part goes by them.
 *
 * Two phases: a bundle is read, checked, approved, kept on disk and compiled on the keeper's own
 * thread, while everything runs on by the old one; then one pointer is moved. A bundle that fails
 * leaves the old one running, and says why. One that changes the services, agencies, partitions or
 * schemas is kept, and taken up at the next start. Threads: one of its own. */
#ifndef CONCORDAT_DAEMON_KEEPER_H
#define CONCORDAT_DAEMON_KEEPER_H

#include "control/states.h"
#include "site/site.h"

struct keeper;

/* Reads control to its end and takes up what was ordered meanwhile. The site's rules grow. Where
 * the bus was away (ERR_RETRY) *out is there all the same, to be given again: it begins anew, and
 * what it took up stays. */
MUST_CHECK bool keeper_open(struct site *s, struct bus *b, struct keeper **out, struct err *e);
/* Whether a bundle is in force that needs a restart of this process. Any thread. */
bool keeper_wants_restart(const struct keeper *k);
/* Whether feeds of that agency may publish nothing (named_by_others.h). Before keeper_start. */
bool keeper_holds(const struct keeper *k, struct slice agency, struct err *why);
/* A part that runs here. generation NULL: it looks at the rules whenever it needs them. Before
 * keeper_start. */
struct keeper_part {
    const char *room, *name; /* "delivery", "inbox"; name NULL: there is but one */
    struct slice agency;
    uint64_t (*generation)(const void *part);
    const void *part;
    /* Called within keeper_watch, and later on the keeper's thread. why: the part may publish
     * nothing, for that reason; NULL: it may publish again. holds NULL: the part publishes no
     * events. */
    void (*holds)(void *ctx, const struct err *why);
    void *holds_ctx;
};
MUST_CHECK bool keeper_watch(struct keeper *k, const struct keeper_part *p, struct err *e);
/* lost: called on its thread, once and as its last, when it cannot follow orders any more (control
 * was deleted, or made anew); the log has why. A program that runs on would obey no stop: it is to
 * start again. */
MUST_CHECK bool keeper_start(struct keeper *k, void (*lost)(void *ctx, const struct err *why),
                             void *ctx, struct err *e);
/* Ends the thread: before the parts that it looks at. */
void keeper_stop(struct keeper *k);
/* After all that goes by its bundles. */
void keeper_close(struct keeper **k);

#endif
