/* audit_entry.h - an entry of the audit, written: the one encoder. */
#ifndef CONCORDAT_AUDIT_AUDIT_ENTRY_H
#define CONCORDAT_AUDIT_AUDIT_ENTRY_H

#include "audit/audit_chain.h"
#include "bus/bus.h"
#include "sharing/judge/judge.h"

#define ENGINE_VERSION "1"

/* Endings of an act's note. The first release, where two people must release: */
#define HOLD_FIRST_OF_TWO " (first of two)"
/* An act on a hold that the facts do not have: */
#define HOLD_WAS_GONE " (the hold was gone)"
/* "looked" at a person of whom nothing was unread: */
#define LOOKED_AT_NOTHING " (nothing was unread)"
/* "reopen" of an event that was refused under another hold's name, which follows with a bracket: */
#define REOPENED_AS " (refused as "

enum audit_kind {
    AUDIT_EVENT,
    AUDIT_DUPLICATE,
    AUDIT_REFUSED,
    AUDIT_RECEIPT,
    AUDIT_HOLD_ACT,
    AUDIT_BUNDLE,
    AUDIT_UNREAD
};
/* "event" "duplicate" "refused" "receipt" "hold-act" "bundle" "unread" */
const char *audit_kind_name(enum audit_kind k);

struct audit_subject {
    enum audit_kind kind;
    const struct bus_record *input; /* position, acceptance, framed bytes (hashed) */
    int64_t decided_ms;
    const struct view *event; /* NULL when it could not be read */
    const struct subject_key *subject;
    const struct judged *judged;            /* NULL for duplicates, receipts, refusals */
    struct slice facts_before, facts_after; /* encoded; hashed */
    struct slice note; /* code of a refusal; outcome of a receipt; who and why of a hold act */
    struct slice source, schema; /* agency/service and schema where there is no event */
    struct slice disclosure;     /* of a receipt */
};
/* Makes the framed entry and moves the chain on. The caller drops the moved chain when its
 * transaction fails. */
MUST_CHECK bool audit_entry(const struct bundle *b, struct audit_chain *c,
                            const struct audit_subject *s, struct buf *out, struct err *e);

#endif
