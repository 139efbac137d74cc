/* load_approvers.h - reads who may sign: of region.yaml and approvers.yaml alike. */
#ifndef CONCORDAT_SHARING_LOAD_LOAD_APPROVERS_H
#define CONCORDAT_SHARING_LOAD_LOAD_APPROVERS_H

#include "host/strict.h"
#include "sharing/rules/approvers.h"

/* Reads an Ed25519 public key in base64, of approvers and people alike. Anything else is a problem
 * of that code. n NULL: no key, and no problem. */
void load_public_key(const struct strict *r, const struct node *n, const char *code,
                     struct public_key *out);
/* {NAME: {agency, role, key}}; problems are told. map NULL: none. Two names never share a key. */
void load_approvers(const struct strict *r, const struct node *map, struct approvers *out);
/* Whether n is an office that may approve: in region.yaml, approvers.yaml and approved_by alike.
 * False is a problem, but not when n is NULL. */
bool load_approver_role(const struct strict *r, const struct node *n);

#endif
