/* audit_chain.h - the chain of a partition's entries:
 * h_i = SHA-256(0x00 | seq as 8 bytes big-endian | h_{i-1} | entry's framed bytes). */
#ifndef CONCORDAT_AUDIT_AUDIT_CHAIN_H
#define CONCORDAT_AUDIT_AUDIT_CHAIN_H

#include "base/buf.h"
#include "host/crypto.h"

struct audit_chain {
    int64_t next;             /* sequence number of the next entry, from 0 */
    uint8_t head[HASH_BYTES]; /* of the last entry; zeros before the first */
    int64_t decided_ms;       /* the last decision time: the next is never before it */
};
/* Moves the chain on by one entry. */
void audit_chain_add(struct audit_chain *c, struct slice framed, int64_t decided_ms);
/* "seq=12 head=<hex> at=<ms>" and back; an empty note is the start of a chain. seq is the next
 * entry's; unknown words are passed over, so that later versions may add some. */
void audit_note_write(const struct audit_chain *c, struct buf *out);
MUST_CHECK bool audit_note_read(struct slice note, struct audit_chain *out, struct err *e);

#endif
