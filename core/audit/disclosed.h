/* disclosed.h - what the audit says was disclosed, and what lies on the topics: two lists, compared
 * as sets. */
#ifndef CONCORDAT_AUDIT_DISCLOSED_H
#define CONCORDAT_AUDIT_DISCLOSED_H

#include "audit/finding.h"

struct disclosed {
    uint8_t key[ID_BYTES];   /* of recipient and disclosed bytes */
    int place;               /* partition of the audit, or number of the service */
    int64_t at;              /* sequence number, or offset */
    struct disclosure_id id; /* audited ones */
    bool is_late; /* audited after the topics were read, so its disclosure may not have been read */
};
struct disclosed_list {
    struct disclosed *list;
    size_t count, room;
};

void disclosed_key(struct disclosed *c, struct slice recipient, const uint8_t hash[HASH_BYTES]);
MUST_CHECK bool disclosed_add(struct disclosed_list *l, const struct disclosed *c, struct err *e);
/* Law 3, both ways. Sorts both. */
void disclosed_compare(const struct findings *f, const struct bundle *b,
                       struct disclosed_list *audited, struct disclosed_list *seen);
void disclosed_release(struct disclosed_list *l);

#endif
