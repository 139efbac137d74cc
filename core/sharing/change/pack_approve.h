/* pack_approve.h - who may approve a bundle, and whether one has been approved.
 *
 * The approvers named in the bundle in force sign the next one; those that the site names sign the
 * very first. A bundle that may widen what is shared needs two people of two agencies. A bundle
 * that only narrows it needs one. None runs without: a missing signature is refused, and so is a
 * bundle that has one bad signature among good ones.
 *
 * That is the least. An agency decides about its own data. So an agreement is in force once
 * somebody of every party that shares by it has signed that very agreement (load_signed.c). Until
 * then it is a draft, and the rest of the bundle is in force without it. For the same reason, the
 * approvers of an agency change only by the signature of one of them. An agency that joins has no
 * approver yet, and no bundle can prove who its first one is: whoever signs the bundle may have
 * made that key. So each host that is to go by the bundle lists that agency's approvers in a file
 * of its own (`joined:`), and one of them signs.
 *
 * Pure. Errors: pack.unsigned, pack.signature, pack.approvers, pack.approval, pack.people,
 * pack.first (ERR_REJECT). */
#ifndef CONCORDAT_SHARING_CHANGE_PACK_APPROVE_H
#define CONCORDAT_SHARING_CHANGE_PACK_APPROVE_H

#include "sharing/change/pack.h"
#include "sharing/rules/approvers.h"

/* Who may say who approves, and who acts, for an agency. */
struct speakers {
    const struct approvers *before; /* the approvers of the bundle before, each for their agency */
    /* The approvers that this host was told of outside the bundles: they speak for an agency that
     * has none before. NULL: such an agency needs no signature, since this is the very first
     * bundle, or one that is in force here already. */
    const struct approvers *host;
};
/* A line about a person or an approver that a bundle adds, changes or takes away. */
struct spoken_of {
    const char *what; /* "approver 'x'" */
    struct slice name, agency;
    uint32_t line; /* in region.yaml; 0: the line was taken away */
};
/* Whether one of them is of that agency. */
bool approvers_are_of(const struct approvers *by, struct slice agency);
/* Whether x's agency agrees: one of its speakers has signed p. Else pack.people or pack.first. */
MUST_CHECK bool pack_agency_speaks(const struct speakers *s, const struct spoken_of *x,
                                   const struct pack *p, struct err *e);
/* Whether each agency has the same approvers in `next` as before, or agrees to the change. */
MUST_CHECK bool pack_approvers_follow(const struct speakers *s, const struct approvers *next,
                                      const struct pack *p, struct err *e);
/* By what the approvals of a pack are checked. */
struct approvals_base {
    const struct pack *before;        /* the pack before; NULL: this is the first */
    const struct approvers *by, *own; /* those of the bundle before, and the pack's own */
    /* Whether the agreement with that hash is in force by the bundle before, of form 1. NULL: no
     * agreement is, so nothing may be inherited. */
    bool (*settled)(const void *ctx, const uint8_t what[HASH_BYTES]);
    const void *ctx;
    /* The bundle before and this one; was NULL: this is the first. If `was` names people who may
     * extend, then they alone approve extensions. */
    const struct bundle *was, *now;
    int64_t at_ms; /* when the bus accepted the order that brings p */
};
/* Whether each approval of p stood in the pack before, or is given in p by somebody who may, with a
 * good signature; and each inherited one is settled. Else pack.approval. */
MUST_CHECK bool pack_approvals_follow(const struct approvals_base *base, const struct pack *p,
                                      struct err *e);
/* Whose signatures are known. */
struct approving {
    const struct approvers *by;  /* of the bundle before: their signatures count */
    const struct approvers *own; /* of the pack itself: theirs must be good, and do not count; NULL:
                                  * none */
};
/* Whether every signature of p is good, and enough people have signed. widens: as pack_widens has
 * found, whatever the pack says itself. */
MUST_CHECK bool pack_approved(const struct pack *p, const struct approving *a, bool widens,
                              struct err *e);
/* Whether that one signature is good, else pack.signature. *who: whose it is; NULL: of no approver.
 */
MUST_CHECK bool pack_signature_good(const struct pack *p, const struct pack_signature *s,
                                    const struct approving *a, const struct approver **who,
                                    struct err *e);

#endif
