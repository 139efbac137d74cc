/* pack_approve.h - who may approve a bundle, and whether one has been approved.
 *
 * The approvers named in the bundle in force sign the next one; of the very first, those that the
 * site names. One that may widen what is shared needs two people of two agencies, one that only
 * narrows it needs one. There is no way to run without: a missing signature is an error of its own,
 * a signature that is not good refuses the whole.
 *
 * That is the floor. What an agreement shares is for those to give whose it is: each is in force
 * when somebody of every party that shares by it has signed that very agreement (load_signed.c);
 * short of that it is a draft, and the rest of the bundle stands. So nobody may name the approvers
 * of another agency either: what is said of them changes by the signature of one of them. No bundle
 * can tell who the first approver of an agency is that had none, for whoever signs it may have made
 * that key. So each host that is to go by it has them in a file of its own (`joined:`), and they
 * sign. Pure. Errors: pack.unsigned, pack.signature, pack.approvers, pack.approval, pack.people,
 * pack.first (ERR_REJECT). */
#ifndef CONCORDAT_SHARING_CHANGE_PACK_APPROVE_H
#define CONCORDAT_SHARING_CHANGE_PACK_APPROVE_H

#include "sharing/change/pack.h"
#include "sharing/rules/approvers.h"

/* Whose word it is who approves and acts for an agency. */
struct speakers {
    const struct approvers *before; /* approved by the bundle before, each for their agency */
    /* For an agency that has none there: whom this host was told of outside the bundles. NULL:
     * nothing is asked, of the very first bundle, or of one that is in force here already. */
    const struct approvers *host;
};
/* That something is said of a person or an approver. */
struct spoken_of {
    const char *what; /* "approver 'x'" */
    struct slice name, agency;
    uint32_t line; /* in region.yaml; 0: it is no longer said */
};
bool approvers_are_of(const struct approvers *by, struct slice agency);
/* Whether that agency says so itself, by the signature of one who may speak for it. */
MUST_CHECK bool pack_agency_speaks(const struct speakers *s, const struct spoken_of *x,
                                   const struct pack *p, struct err *e);
/* Whether next says of the approvers of each agency what before did, or their agency says so. */
MUST_CHECK bool pack_approvers_follow(const struct speakers *s, const struct approvers *next,
                                      const struct pack *p, struct err *e);
/* Whether each approval of p is good and either stood in the pack before or is given in p, by who
 * may; inherited ones are told apart by `settled`, NULL: there may be none. */
struct approvals_base {
    const struct pack *before;        /* NULL: the first */
    const struct approvers *by, *own; /* of the bundle before, and its own */
    /* Whether what has that hash is in force by the bundle before, of form 1. */
    bool (*settled)(const void *ctx, const uint8_t what[HASH_BYTES]);
    const void *ctx;
    /* Where somebody of the bundle before may extend, they approve extensions, and nobody else
     * does. */
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
