/* claims.h - what the audit says was disclosed, and what lies on the topics: two lists, compared
 * as sets. */
#ifndef CONCORDAT_AUDIT_CLAIMS_H
#define CONCORDAT_AUDIT_CLAIMS_H

#include "audit/finding.h"

struct claim {
    uint8_t key[ID_BYTES];   /* of recipient and disclosed bytes */
    int place;               /* partition of the audit, or number of the service */
    int64_t at;              /* sequence number, or offset */
    struct disclosure_id id; /* audited ones */
    bool is_late; /* audited after the topics were read, so its disclosure may not have been read */
};
struct claims {
    struct claim *list;
    size_t count, room;
};

void claim_key(struct claim *c, struct slice recipient, const uint8_t hash[HASH_BYTES]);
MUST_CHECK bool claims_add(struct claims *l, const struct claim *c, struct err *e);
/* Law 3, both ways. Sorts both. */
void claims_compare(const struct findings *f, const struct bundle *b, struct claims *audited,
                    struct claims *seen);
void claims_release(struct claims *l);

#endif
