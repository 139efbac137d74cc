/* acting.h - the world's region with people in it, and what they sign. */
#ifndef CONCORDAT_TESTS_ROUTER_ACTING_H
#define CONCORDAT_TESTS_ROUTER_ACTING_H

#include "sharing/act.h"
#include "world.h"

#define SOCIAL "council/social"
#define HOUR ((int64_t)3600000)
#define ACTING_ID "0000019f0000000000000000000000aa"

/* Who may act there; each has the key of their place in this list. */
#define PEOPLE 6
struct acting_person {
    const char *name, *agency, *roles, *until;
};
extern const struct acting_person people[PEOPLE];

/* As world_load, with people. */
int acting_load(void);
void acting_key(const char *name, struct key *out);
/* About ada's event for a service, made now; no two at one moment. */
struct act acting_make(const char *word, const char *event, const char *to);
void acting_sign(struct act *x, const char *name);
/* A file as it stands, into a partition, or for a person; decided, and the audit read. */
void acting_put(struct slice file, int partition);
void acting_put_for(const char *who, struct slice file);
void acting_submit(const struct act *x);

/* Disclosures to council/social so far. */
size_t acting_delivered(void);
/* Whether the last thing refused was so by that code; else says what it was. */
bool acting_refused(const char *code);
/* The audit verifies, and its replay is the same. */
void acting_agree(void);

#endif
