/* hold.c - whether a hold rests on facts, and who released it first. */
#include "sharing/facts/hold.h"

#include "sharing/facts/draft.h"
#include "sharing/rules/reason.h"

/* Only an event that some clause would release waits for a claim, or for somebody to look. A
 * reopened one waits for a person. */
bool hold_is_of_facts(const struct hold *h)
{
    static const enum reason of_facts[] = { REASON_CONFLICTING_CONSENT,
                                            REASON_CONFLICTING_OBJECTION,
                                            REASON_IDENTITY_UNVERIFIED, REASON_IDENTITY_DISAGREES,
                                            REASON_UNREAD_MESSAGE };
    if (h->clause.n == 0 || h->reopened)
        return false;
    for (size_t i = 0; i < sizeof of_facts / sizeof of_facts[0]; i++)
        if (slice_equal_text(h->reason, reason_code(of_facts[i])))
            return true;
    return false;
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
