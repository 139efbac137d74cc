/* expiry.h - which agreements are about to end, have ended, or are overdue for review.
 *
 * Pure: for check, status, log and metric alike. What would have flowed under an agreement that
 * ended is held until somebody extends it, so somebody must be told in time. */
#ifndef CONCORDAT_SHARING_CHANGE_EXPIRY_H
#define CONCORDAT_SHARING_CHANGE_EXPIRY_H

#include "sharing/rules/bundle.h"

enum expiry_stage { EXPIRY_NONE, EXPIRY_60, EXPIRY_30, EXPIRY_7, EXPIRY_ENDED };

struct expiry {
    uint16_t agreement;      /* index */
    int64_t days_left;       /* whole London days after today; below 0: ended */
    enum expiry_stage stage; /* EXPIRY_NONE: only the review is overdue */
    bool review_overdue;
};

/* All under which something goes, or is held, at that moment, in the bundle's order; out has room
 * for agreement_count. Not one that is not approved, has not begun, or was stopped. */
size_t expiry_ends(const struct bundle *b, int64_t now_ms, struct expiry *out);
/* Whether somebody must be told of it. Not when an approved later version takes over in time. */
bool expiry_is_told(const struct expiry *x);
/* Those of expiry_ends of which somebody must be told. */
size_t expiry_notices(const struct bundle *b, int64_t now_ms, struct expiry *out);
/* "60" "30" "7" "ended", empty for EXPIRY_NONE. */
const char *expiry_stage_name(enum expiry_stage s);
/* "agreement 'x' version 3 ends in 20 days", one sentence. */
#define EXPIRY_TEXT_MAX 300
void expiry_sentence(const struct bundle *b, const struct expiry *x, char out[EXPIRY_TEXT_MAX]);

#endif
