/* receipt.h - what became of a disclosure, as a framed internal/Receipt. */
#ifndef CONCORDAT_DELIVERY_RECEIPT_H
#define CONCORDAT_DELIVERY_RECEIPT_H

#include "base/buf.h"
#include "record/catalogue.h"

struct receipt {
    struct slice disclosure, recipient;
    const char *outcome; /* accepted, reduced, refused, stopped */
    const char *code;    /* "" when accepted as routed */
    int64_t at_ms;
    const struct slice *removed; /* names of categories and fields */
    size_t removed_count;
    struct slice framed; /* the record that left, or would have */
};

/* Appends the framed receipt to out. Errors: delivery.schema (ERR_FATAL): the bundle has no schema
 * for receipts; memory.limit. */
MUST_CHECK bool receipt_encode(const struct catalogue *c, const struct receipt *r, struct buf *out,
                               struct err *e);

#endif
