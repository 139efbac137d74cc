/* unread.h - the people whose events wait because a message could not be read, as the audit tells
 * it.
 *
 * A sign adds a person, once for each feed and code; somebody's word that they have looked takes
 * the person off. More than UNREAD_ALIKE_MAX people of one feed and code within UNREAD_ALIKE_MS
 * are shown as one list. To take a sign or a word costs the same however many wait. Owns its
 * memory. Threads: one. */
#ifndef CONCORDAT_AUDIT_UNREAD_H
#define CONCORDAT_AUDIT_UNREAD_H

#include "audit/audit.h"
#include "base/chains.h"

#define UNREAD_ALIKE_MAX 20
#define UNREAD_ALIKE_MS ((int64_t)600000)

/* All who wait because of one feed and code. */
struct unread_alike {
    struct unread_alike *next;
    char source[160], code[64]; /* "agency/feed" */
    size_t people;
    struct unread_person *first; /* as unread_gather has found it: the first in the list */
    bool is_list;                /* and whether so many came within that time */
    bool was_told, is_paged;     /* for whoever pages: some within ten minutes, now */
};
struct unread_person {
    struct chain_link by_subject; /* must be first */
    struct unread_person *next, *before;
    struct unread_alike *alike;
    uint8_t subject[ID_BYTES];
    int partition;
    char reference[32]; /* where the last message is */
    int64_t since_ms, last_ms;
    int64_t told_ms;             /* for whoever pages; 0: nobody was told */
    struct unread_person *older; /* of those alike, as unread_gather has found it */
};
struct unread_list {
    struct unread_person *first; /* the newer come first */
    struct unread_alike *alikes;
    struct chains by_subject;
    uint64_t people; /* each once, of however many feeds and codes */
    bool lost;       /* memory ended: the list is not whole */
};

/* One entry more; for audit_each and audit_follow_read. False when memory has ended. */
bool unread_take(void *list, int partition, const struct audit_read *r);
/* Looks through all once, for what alikes tell: until the next entry is taken. */
void unread_gather(struct unread_list *l);
/* When the oldest that nobody has looked at came; 0: there is none. */
int64_t unread_oldest_ms(const struct unread_list *l);
/* When the last of those alike came; by the time of its decision, like all times here. */
int64_t unread_last_ms(const struct unread_list *l, const struct unread_alike *of);
void unread_release(struct unread_list *l);

#endif
