/* asides.h - a feed's quarantine: listed beside the feed, and a named person's word on it.
 *
 * Taken again, a message goes the way of one that comes: read by the mapping as it is now, known as
 * a duplicate when it was published meanwhile, with the event ids that it has in any case. Its row
 * goes when it has ended as anything but quarantined. An id is FEED:NUMBER. Errors: db.*. */
#ifndef CONCORDAT_INTAKE_ASIDES_H
#define CONCORDAT_INTAKE_ASIDES_H

#include "contract/way_back.h"
#include "intake/intake.h"

/* Oldest first. id empty: all, without bytes. */
MUST_CHECK bool feed_asides_each(const char *spool, const char *name, struct slice id,
                                 bool (*each)(void *ctx, const struct aside *a), void *ctx,
                                 struct err *e);
/* How many of each code there are now. */
MUST_CHECK bool feed_asides_codes(const char *spool,
                                  void (*each)(void *ctx, struct slice code, uint64_t n), void *ctx,
                                  struct err *e);
/* Any thread; waits for the turn that is open. *done: how many it was about. */
MUST_CHECK bool feed_take_back(struct feed *f, const struct way_back *w, uint64_t *done,
                               struct err *e);
/* Where the feed does not run: dropped at once; what is to be taken again is when it opens. */
MUST_CHECK bool feed_take_back_alone(const char *spool, const char *name, const struct way_back *w,
                                     uint64_t *done, struct err *e);

#endif
