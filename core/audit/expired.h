/* expired.h - what the audit has and its topic keeps no longer, by topic. Threads: one. */
#ifndef CONCORDAT_AUDIT_EXPIRED_H
#define CONCORDAT_AUDIT_EXPIRED_H

#include "audit/audit.h"

struct expired_list {
    struct arena *a; /* has the list and its names */
    struct audit_expired *list;
    size_t count, room;
};

/* One more of that topic, of that moment. Copies topic. */
MUST_CHECK bool expired_add(struct expired_list *l, struct slice topic, int64_t at_ms,
                            struct err *e);

#endif
