/* queued.h - the records of one message as they wait in the spool: one blob, entry after entry.
 *
 * An entry is: topic (1 byte), partition (2, little-endian), key (16), length of the value (4), the
 * framed value. What stands in the spool is our own, but a damaged file must not crash the daemon:
 * reading checks every length. Errors: spool.damaged (ERR_FATAL). */
#ifndef CONCORDAT_INTAKE_SPOOL_QUEUED_H
#define CONCORDAT_INTAKE_SPOOL_QUEUED_H

#include "base/buf.h"
#include "base/ids.h"

/* QUEUED_IF and QUEUED_END are no records: they say which records wait (doubts.h). */
enum queued_topic { QUEUED_EVENT, QUEUED_QUARANTINE, QUEUED_IF, QUEUED_END };

struct queued {
    enum queued_topic topic;
    int partition;
    uint8_t key[ID_BYTES];
    struct slice value;
};

/* Starts an entry: the caller appends the value to out, then calls queued_end with the number that
 * this returned. */
size_t queued_begin(struct buf *out, const struct queued *q);
void queued_end(struct buf *out, size_t begun);
/* The next entry, borrowed; *at starts at 0. False at the end (fate ERR_NONE) or when damaged. */
MUST_CHECK bool queued_next(struct slice all, size_t *at, struct queued *out, struct err *e);

#endif
