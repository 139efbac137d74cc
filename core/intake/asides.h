/* asides.h - a feed's quarantine: listed beside the feed, and taken again or dropped by a named
 * person.
 *
 * A message that is taken again goes the way of one that comes. The mapping of now reads it. It is
 * a duplicate if it was published meanwhile. Its events have the same ids as at the first time. Its
 * row is deleted when it ends as anything but quarantined. The id of a row is FEED:NUMBER. What the
 * bus knows of this quarantine and the file lacks (spool/noticed.h) is listed behind, and can only
 * be dropped. Its id is FEED:NUMBER@MILLISECONDS. spool is the path of the feed's database. Errors:
 * db.*. */
#ifndef CONCORDAT_INTAKE_ASIDES_H
#define CONCORDAT_INTAKE_ASIDES_H

#include "contract/way_back.h"
#include "intake/intake.h"

/* Calls each for every row, the oldest first. id empty: all rows, without their bytes; else the one
 * row, with them. What each is given lives until it returns; it returns false to stop. */
MUST_CHECK bool feed_asides_each(const char *spool, const char *name, struct slice id,
                                 bool (*each)(void *ctx, const struct aside *a), void *ctx,
                                 struct err *e);
/* Calls each for every code, with the number of rows that have it now. */
MUST_CHECK bool feed_asides_codes(const char *spool,
                                  void (*each)(void *ctx, struct slice code, uint64_t n), void *ctx,
                                  struct err *e);
/* Takes again, or drops, the rows that w selects. *done: how many. Waits for the turn that is open.
 * Any thread. Also intake.stopping (ERR_RETRY): the program ends, and some rows are left. */
MUST_CHECK bool feed_take_back(struct feed *f, const struct way_back *w, uint64_t *done,
                               struct err *e);
/* The same where the feed does not run. Rows are dropped at once; rows to be taken again are noted,
 * and taken when the feed opens. */
MUST_CHECK bool feed_take_back_alone(const char *spool, const char *name, const struct way_back *w,
                                     uint64_t *done, struct err *e);

#endif
