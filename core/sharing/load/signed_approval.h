/* signed_approval.h - the signed approval of one agreement or extension by one person. */
#ifndef CONCORDAT_SHARING_LOAD_SIGNED_APPROVAL_H
#define CONCORDAT_SHARING_LOAD_SIGNED_APPROVAL_H

#include "base/buf.h"
#include "host/crypto.h"

struct signed_approval {
    struct slice line; /* as it stands, without its end */
    struct slice file; /* "agreements/NAME.yaml", for people */
    uint8_t what[HASH_BYTES];
    bool inherited; /* nothing below is set */
    struct slice name, agency, role;
    struct public_key key;
    int64_t at_ms;
    uint8_t bundle[HASH_BYTES]; /* signed hash of the bundle that it was first given in */
    uint8_t bytes[SIGNATURE_BYTES];
};
struct signed_approvals {
    const struct signed_approval *list;
    size_t count;
};
/* *good: whether the approval is signed by the key that it names. False: that cannot be told now
 * (memory.limit, ERR_RETRY). */
MUST_CHECK bool signed_approval_good(struct slice region, const struct signed_approval *a,
                                     bool *good, struct err *e);
void signed_approval_put(const struct signed_approval *a, struct buf *out);
/* The bytes that an approval's signature is of. */
void signed_approval_text(struct slice region, const struct signed_approval *a, struct buf *out);

#endif
