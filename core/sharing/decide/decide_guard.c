/* decide_guard.c - whether an agreement's own confidentiality basis lets anything go. */
#include "sharing/decide/decide.h"

#include "sharing/facts/facts_query.h"

enum truth decide_guard(const struct bundle *b, const struct agreement *g,
                        const struct person *facts, uint16_t source, uint16_t recipient,
                        int64_t at_ms, enum reason *why)
{
    struct sharing_question ask = { .purpose = g->purpose,
                                    .who = recipient,
                                    .for_agency = service_agency(b, recipient) };
    if (slice_equal_text(g->confidentiality, "implied-consent")) {
        ask.is_objection = true;
        ask.purpose = slice_of(NULL, 0);
        enum truth objects = facts_objection(facts, &ask);
        *why = REASON_OBJECTION;
        if (objects == TRUTH_UNKNOWN)
            return TRUTH_UNKNOWN;
        return objects == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
    }
    if (!slice_equal_text(g->confidentiality, "explicit-consent"))
        return TRUTH_TRUE;
    *why = REASON_NO_CONSENT;
    /* An answer goes back to whoever asked: it needs the consent that let its sender know. */
    if (!facts_consent_was_asked(facts, g->purpose, recipient))
        ask.who = source;
    return facts_consent(facts, &ask, at_ms);
}
