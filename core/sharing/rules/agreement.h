/* agreement.h - one version of one agreement, with all that the law wants said: parties, purpose
 * and bases (UK GDPR 6 and 9, DPA 2018 Schedule 1), review, and who approved it (ICO data sharing
 * code). */
#ifndef CONCORDAT_SHARING_RULES_AGREEMENT_H
#define CONCORDAT_SHARING_RULES_AGREEMENT_H

#include "base/ids.h"
#include "base/slice.h"
#include "host/crypto.h"

/* No date. 0 and less are dates: the first day of 1970, and days before it. */
#define NEVER_MS INT64_MAX
/* A party of an agreement and its own legal basis (UK GDPR articles, DPA 2018 Schedule 1). */
struct party {
    uint16_t agency;
    struct slice uk_gdpr, special_category, schedule_1; /* schedule_1 may be empty */
};
/* The approval of a party by a named office: a signature or, where nothing is signed, a line. */
struct approval {
    uint16_t agency;
    struct slice role;
    int64_t on_ms;     /* when it was signed; written: first ms of that London day */
    struct slice name; /* of the approver; may be empty where it is only written */
};
/* One version of one agreement, with all that the law wants said. */
struct agreement {
    struct slice name, reference, title, purpose, confidentiality;
    int version;
    bool approved;             /* by all of `wanted` */
    int64_t from_ms, until_ms; /* first ms in force; first ms no longer, extension included */
    const char *file;
    uint32_t line;
    struct slice duty; /* may be empty */
    const struct party *parties;
    size_t party_count;
    const uint16_t *controllers;
    size_t controller_count; /* agencies */
    uint16_t processor;      /* agency */
    struct slice dpia, privacy_notice, retention, onward, contact_rights, contact_breach,
        on_termination;
    int64_t review_ms; /* first ms after the day by which it is to be reviewed */
    const struct approval *approvals;
    size_t approval_count;
    const uint16_t *wanted;
    size_t wanted_count;                /* agencies whose approval puts it in force: signed,
                                  those that share by it; only written, every party */
    bool is_signed;                     /* the approvals are signatures */
    bool is_inherited;                  /* in force by a bundle signed before agreements were */
    uint8_t hash[HASH_BYTES];           /* of what is signed: load_signed.c */
    uint8_t extension_hash[HASH_BYTES]; /* the same of its extension, where there is one */
    bool extension_waits;               /* it is there, and not signed by all who must */
    struct slice asked, asked_until;    /* reason and day of the extension that is there */
    int64_t signed_until_ms;            /* until_ms as the parties signed it */
    struct slice extension;             /* why it was extended; empty: it was not */
    int64_t stopped_ms;                 /* first ms stopped; NEVER_MS: not stopped */
    struct slice stop;                  /* why */
    int64_t superseded_ms;              /* an approved later version begins; NEVER_MS: none does */
};
bool agreement_has_party(const struct agreement *g, int agency);
/* Whether somebody of that agency has approved. */
bool agreement_approved_by(const struct agreement *g, uint16_t agency);
/* Approved, in force and not stopped at that moment. */
bool agreement_in_force(const struct agreement *g, int64_t ms);

/* Sets superseded_ms of each agreement: when an approved later version of it begins. */
void agreements_succeed(struct agreement *list, size_t n);

#endif
