/* hold.c - whether a hold rests on facts, and who released it first. */
#include "sharing/facts/hold.h"

#include "sharing/facts/draft.h"
#include "sharing/rules/reason.h"

/* A yes beside another's no, or one that was. */
static bool is_of_conflict(const struct hold *h)
{
    return !h->reopened &&
           (slice_equal_text(h->reason, reason_code(REASON_CONFLICTING_CONSENT)) ||
            slice_equal_text(h->reason, reason_code(REASON_CONFLICTING_OBJECTION)));
}

/* Only what some clause would release waits for a claim, or for somebody to look; what was reopened waits
 * for a person. */
bool hold_is_of_facts(const struct hold *h)
{
    return h->clause.n && !h->reopened &&
           (is_of_conflict(h) ||
            slice_equal_text(h->reason, reason_code(REASON_IDENTITY_UNVERIFIED)) ||
            slice_equal_text(h->reason, reason_code(REASON_IDENTITY_DISAGREES)) ||
            slice_equal_text(h->reason, reason_code(REASON_UNREAD_MESSAGE)));
}

bool hold_note_first(struct arena *a, const struct person *p, const struct event_id *event,
                      uint16_t service, struct slice who, struct person *out, struct err *e)
{
    struct draft d;
    if (!draft_init(&d, a, p, e))
        return false;
    struct hold *h = draft_hold(&d, event, service);
    if (h)
        h->first_by = who;
    draft_view(&d, out);
    return true;
}
