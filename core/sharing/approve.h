/* approve.h - who may approve a bundle, and whether one has been approved.
 *
 * The approvers named in the bundle in force sign the next one; of the very first, those that the
 * site names. One that may widen what is shared needs two people of two agencies, one that only
 * narrows it needs one. There is no way to run without: a missing signature is an error of its own,
 * a signature that is not good refuses the whole. Pure. Errors: pack.unsigned, pack.signature,
 * pack.approvers (ERR_REJECT). */
#ifndef CONCORDAT_SHARING_APPROVE_H
#define CONCORDAT_SHARING_APPROVE_H

#include "host/strict.h"
#include "sharing/pack.h"

struct approver {
    struct slice name, agency, role;
    struct public_key key;
};
struct approvers {
    const struct approver *list;
    size_t count;
};

/* {NAME: {agency, role, key}}; problems are told. map NULL: none. Two names never share a key. */
void approvers_read(const struct strict *r, const struct node *map, struct approvers *out);
const struct approver *approver_named(const struct approvers *by, struct slice name);

/* widens: as found by comparing, whatever the pack says itself. */
MUST_CHECK bool pack_approved(const struct pack *p, const struct approvers *by, bool widens,
                              struct err *e);
/* Whether that one signature is good; pack.signature says why not. */
MUST_CHECK bool pack_signature_good(const struct pack *p, const struct pack_signature *s,
                                    const struct approvers *by, struct err *e);

#endif
