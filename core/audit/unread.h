/* unread.h - whose events wait because something of a message could not be read, as the audit tells it.
 *
 * A sign opens one a person, feed and code; a person's word that they have looked ends it. More than
 * UNREAD_ALIKE_MAX people of one feed and code within UNREAD_ALIKE_MS are one list.
 * Owns its memory. Threads: one. */
#ifndef CONCORDAT_AUDIT_UNREAD_H
#define CONCORDAT_AUDIT_UNREAD_H

#include "audit/audit.h"

#define UNREAD_ALIKE_MAX 20
#define UNREAD_ALIKE_MS ((int64_t)600000)

struct unread_person {
    struct unread_person *next;
    uint8_t subject[ID_BYTES];
    int partition;
    char source[160], code[64], reference[32]; /* "agency/feed"; where the last message is */
    int64_t since_ms, last_ms;
    int64_t told_ms;                    /* for whoever pages; 0: nobody was told */
};
struct unread_list {
    struct unread_person *first;        /* the newer come first */
    uint64_t people;                    /* each once, of however many feeds and codes */
    bool lost;                          /* memory ended: the list is not whole */
};

/* One entry more; for audit_each and audit_follow_read. False when memory has ended. */
bool unread_take(void *list, int partition, const struct audit_read *r);
/* Whether both are of one feed and code. */
bool unread_is_alike(const struct unread_person *a, const struct unread_person *b);
/* How many people wait because of that feed and code. */
size_t unread_count(const struct unread_list *l, const struct unread_person *like);
/* Whether they are told of as one list: so many came within that time. */
bool unread_is_list(const struct unread_list *l, const struct unread_person *like);
/* Whether x is the first of its feed and code from there on. */
bool unread_is_first(const struct unread_list *l, const struct unread_person *x);
/* When the oldest that nobody has looked at came; 0: there is none. */
int64_t unread_oldest_ms(const struct unread_list *l);
void unread_release(struct unread_list *l);

#endif
