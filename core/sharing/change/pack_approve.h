/* pack_approve.h - who may approve a bundle, and whether one has been approved.
 *
 * The approvers named in the bundle in force sign the next one; of the very first, those that the
 * site names. One that may widen what is shared needs two people of two agencies, one that only
 * narrows it needs one. There is no way to run without: a missing signature is an error of its own,
 * a signature that is not good refuses the whole.
 *
 * That is the floor. What an agreement shares is for those to give whose it is: each is in force when
 * somebody of every party that shares by it has signed that very agreement (load_signed.c); short of
 * that it is a draft, and the rest of the bundle stands. So nobody may name the approvers of another
 * agency either: what is said of them changes by the signature of one of them. An agency that had none
 * gets its first by the floor. Pure. Errors: pack.unsigned, pack.signature, pack.approvers,
 * pack.approval, pack.people (ERR_REJECT). */
#ifndef CONCORDAT_SHARING_CHANGE_PACK_APPROVE_H
#define CONCORDAT_SHARING_CHANGE_PACK_APPROVE_H

#include "sharing/change/pack.h"
#include "sharing/rules/approvers.h"

/* Whether somebody who approved for that agency before has signed p, or nobody did. */
bool pack_approvers_speak(const struct approvers *before, struct slice agency, const struct pack *p);
/* Whether next says of the approvers of each agency what before did, or one of them has signed it. */
MUST_CHECK bool pack_approvers_follow(const struct approvers *before, const struct approvers *next,
                                 const struct pack *p, struct err *e);
/* Whether each approval of p is good and either stood in the pack before or is given in p, by who
 * may; inherited ones are told apart by `settled`, NULL: there may be none. */
struct approvals_base {
    const struct pack *before;        /* NULL: the first */
    const struct approvers *by, *own; /* of the bundle before, and its own */
    /* Whether what has that hash is in force by the bundle before, of form 1. */
    bool (*settled)(const void *ctx, const uint8_t what[HASH_BYTES]);
    const void *ctx;
    /* Where somebody of the bundle before may extend, they approve extensions, and nobody else does. */
    const struct bundle *was, *now; /* was NULL: the first */
    int64_t at_ms;                  /* when the bus took the order that brings it */
};
MUST_CHECK bool pack_approvals_follow(const struct approvals_base *base, const struct pack *p,
                                 struct err *e);
/* widens: as found by comparing, whatever the pack says itself. */
struct approving {
    const struct approvers *by;  /* of the bundle before: theirs count */
    const struct approvers *own; /* that the pack itself names: good ones do no harm; NULL: none */
};
MUST_CHECK bool pack_approved(const struct pack *p, const struct approving *a, bool widens,
                              struct err *e);
/* Whether that one signature is good, and whose it is (NULL: of nobody known); pack.signature says
 * why not. */
MUST_CHECK bool pack_signature_good(const struct pack *p, const struct pack_signature *s,
                                    const struct approving *a, const struct approver **who,
                                    struct err *e);

#endif
