/* acting.h - the world's region with people in it, and what they sign. */
#ifndef CONCORDAT_TESTS_ROUTER_ACTING_H
#define CONCORDAT_TESTS_ROUTER_ACTING_H

#include "signers.h"

#define SOCIAL "council/social"
#define HOUR ((int64_t)3600000)
#define ACTING_ID "0000019f0000000000000000000000aa"

/* Who may act there; each has the key of their place in this list. */
#define PEOPLE 7
#define PEOPLE_UNTIL "2099-12-31" /* but for who has left */
extern const struct signer people[PEOPLE];

/* As world_load, with people. */
int acting_load(void);
int acting_place(const char *name);
/* About ada's event for a service, made now; no two at one moment. */
struct act acting_make(const char *word, const char *event, const char *to);
void acting_sign(struct act *x, const char *name);
/* A file as it stands, into a partition; decided, and the audit read. */
void acting_put(struct slice file, int partition);
void acting_submit(const struct act *x);

/* Ada's discharge is held for council/social, as ACTING_ID; then also of somebody who is
 * restricted, so that two must release it. */
void acting_hold(void);
void acting_hold_restricted(void);
/* One person's release of it, made and handed in at once. */
void acting_release(const char *name);
/* The same of any word and event, signed by one or (second not NULL) by two at once. */
void acting_say(const char *word, const char *event, const char *first, const char *second);

/* A bundle of one file from 1970 on, signed by some of the people, as it is read; and it as an
 * order, on the bus with that number and hash. */
void acting_pack(const char *file, const int *by, size_t n, struct pack *out);
void acting_order(const struct pack *p, uint64_t number, const uint8_t hash[HASH_BYTES]);

/* Disclosures to council/social so far. */
size_t acting_delivered(void);
/* Whether the last act reopened one thing, and it is held. */
bool acting_held_again(void);
/* Whether the last thing refused was so by that code; else says what it was. */
bool acting_refused(const char *code);

#endif
