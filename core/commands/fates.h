/* fates.h - what became of each disclosure: by the audited receipts, by what waits in the
 * deliveries of this site, and by the acts that let a delivery pass over what had aged out.
 * Threads: one. Errors: those of the bus and of databases. */
#ifndef CONCORDAT_COMMANDS_FATES_H
#define CONCORDAT_COMMANDS_FATES_H

#include "bus/bus.h"
#include "site/site.h"

struct fate {
    struct slice disclosure;
    struct slice recipient; /* "agency/service" whose receipt it is; empty: of a door here */
    /* "queued", "sent" (it may have reached the partner, and no word came), "parked", and of a
     * receipt "accepted", "reduced", "refused", "stopped", "not-deliverable"; "skipped": its
     * delivery never read it. */
    struct slice state;
    struct slice code;           /* why, where it was not accepted, or not yet */
    struct slice said;           /* the codes by which the partner did not take it */
    struct slice by;             /* who said that it be passed over */
    int64_t at_ms;               /* of a receipt: when its door ended it; when it was passed over */
    const struct slice *removed; /* what the door took out */
    size_t removed_count;
    bool is_whole; /* the receipt itself was read; of what was skipped: it waits nowhere else */
    size_t order;
};
struct fates {
    struct fate *list; /* in order of their disclosures when read */
    size_t count, room;
};

/* In a; out is all zeros at first. */
MUST_CHECK bool fates_read(struct arena *a, const struct site *s, struct bus *b, struct fates *out,
                           struct err *e);
/* Of one that nothing is heard of: queued. A receipt counts for disclosures to its own recipient
 * alone: an agency's receipt may name whatever it likes. */
struct fate fates_of(const struct fates *f, struct slice disclosure, struct slice recipient);
/* "; REDUCED at the door, which took out stay.ward; accepted 2026-11-30T10:00:00.000Z". hide: what
 * was taken out, and why, would tell what the reader may not see. */
void fates_sentence(const struct fate *f, bool hide, struct buf *out);
/* ,"delivery":{...} */
void fates_json(const struct fate *f, bool hide, struct buf *out);

#endif
