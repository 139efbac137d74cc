/* disclosed.h - what the audit says was disclosed, and what lies on the topics: two lists, compared
 * as sets. */
#ifndef CONCORDAT_AUDIT_DISCLOSED_H
#define CONCORDAT_AUDIT_DISCLOSED_H

#include "audit/expired.h"
#include "audit/finding.h"

struct disclosed {
    uint8_t key[ID_BYTES];   /* of recipient and disclosed bytes */
    int place;               /* partition of the audit, or number of the service */
    int service;             /* number of the recipient; -1: the bundle has it no longer */
    int64_t at;              /* sequence number, or offset */
    int64_t ms;              /* when the bus accepted the entry */
    struct disclosure_id id; /* audited ones */
    bool is_there;           /* audited ones: on its topic */
    bool is_late; /* audited after the topics were read, so its disclosure may not have been read */
};
struct disclosed_list {
    struct disclosed *list;
    size_t count, room;
};

void disclosed_key(struct disclosed *c, struct slice recipient, const uint8_t hash[HASH_BYTES]);
MUST_CHECK bool disclosed_add(struct disclosed_list *l, const struct disclosed *c, struct err *e);
/* Where a service's topic of disclosures begins, by number of the service. */
struct disclosed_begin {
    const char *topic;
    int64_t first;    /* offset that is left; 0: nothing is gone */
    int64_t first_ms; /* when the bus accepted that record */
    bool has_first;   /* one is left */
};
/* Law 3, both ways. Sorts both. What is gone from the front of its topic goes to expired. */
MUST_CHECK bool disclosed_compare(const struct findings *f, const struct bundle *b,
                                  struct disclosed_list *audited, struct disclosed_list *seen,
                                  const struct disclosed_begin *begins,
                                  struct expired_list *expired, struct err *e);
void disclosed_release(struct disclosed_list *l);

#endif
