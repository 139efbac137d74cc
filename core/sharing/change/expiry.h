/* expiry.h - which agreements are about to end, have ended, or are overdue for review.
 *
 * After an agreement has ended, events that it would have released are held until somebody extends
 * it. So somebody must be told in time: by check, status, the log and a metric.
 * Pure. */
#ifndef CONCORDAT_SHARING_CHANGE_EXPIRY_H
#define CONCORDAT_SHARING_CHANGE_EXPIRY_H

#include "sharing/rules/bundle.h"

enum expiry_stage { EXPIRY_NONE, EXPIRY_60, EXPIRY_30, EXPIRY_7, EXPIRY_ENDED };

struct expiry {
    uint16_t agreement; /* its index in the bundle */
    int64_t days_left;  /* whole London days after today; below 0: it has ended */
    enum expiry_stage
        stage; /* EXPIRY_NONE: it does not end within 60 days, or another takes over */
    bool review_overdue;
};

/* Lists the agreements by which events are released or held at that moment, in the bundle's order:
 * those that are approved, have begun, and were neither stopped nor superseded. out has room for
 * agreement_count. Gives how many they are. */
size_t expiry_ends(const struct bundle *b, int64_t now_ms, struct expiry *out);
/* Whether somebody must be told. Nobody need be when an approved later version takes over in time.
 */
bool expiry_is_told(const struct expiry *x);
/* As expiry_ends, but only those about which somebody must be told. */
size_t expiry_notices(const struct bundle *b, int64_t now_ms, struct expiry *out);
/* "60" "30" "7" "ended"; "" of EXPIRY_NONE. */
const char *expiry_stage_name(enum expiry_stage s);
/* Writes one sentence: "agreement x version 3 ends in 20 days". */
#define EXPIRY_TEXT_MAX 300
void expiry_sentence(const struct bundle *b, const struct expiry *x, char out[EXPIRY_TEXT_MAX]);

#endif
