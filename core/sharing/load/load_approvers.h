/* load_approvers.h - reads who may sign: of region.yaml and approvers.yaml alike. */
#ifndef CONCORDAT_SHARING_LOAD_LOAD_APPROVERS_H
#define CONCORDAT_SHARING_LOAD_LOAD_APPROVERS_H

#include "host/strict.h"
#include "sharing/rules/approvers.h"

/* An Ed25519 public key in base64, for approvers and people alike; else told by that code. n NULL: none. */
void load_public_key(const struct strict *r, const struct node *n, const char *code,
                     struct public_key *out);
/* {NAME: {agency, role, key}}; problems are told. map NULL: none. Two names never share a key. */
void load_approvers(const struct strict *r, const struct node *map, struct approvers *out);
/* The offices that may approve, for region.yaml, approvers.yaml and approved_by alike; else told. n
 * NULL: false, which is not told. */
bool load_approver_role(const struct strict *r, const struct node *n);

#endif
