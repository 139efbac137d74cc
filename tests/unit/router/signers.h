/* signers.h - people who sign: put into a region's file as it is read, each with the key of their
 * place in the list; and what they signed as it stands on the bus. */
#ifndef CONCORDAT_TESTS_ROUTER_SIGNERS_H
#define CONCORDAT_TESTS_ROUTER_SIGNERS_H

#include "sharing/acts/act.h"
#include "world.h"

struct signer {
    const char *name, *agency, *roles, *until;
};

void signer_key(int n, struct key *out);
/* As world_load, with the bundle of that folder and these people in it. */
int signers_load(const char *folder, const struct signer *list, size_t n);
/* The record's value, in world.arena: of a file, of an act as its file. */
struct slice signed_record(struct slice file);
struct slice act_record(const struct act *x);

#endif
