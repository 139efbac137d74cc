/* acts_heard.c - see acts_heard.h. */
#include "acts_heard.h"

enum rule_end acts_end(const struct audit_read *r)
{
    static const struct {
        const char *says;
        enum rule_end end;
    } notes[] = {
        { " (first of two)", END_FIRST },
        { " (the same person: somebody else must agree)", END_SAME },
        { " (the hold was gone)", END_GONE },
        { " (nothing is in conflict there)", END_NOTHING },
        { " (it was not refused)", END_NOT_REFUSED },
    };
    if (slice_equal_text(r->kind, "refused"))
        return slice_equal_text(r->note, "act.own-agency") ? END_OWN_AGENCY
               : slice_equal_text(r->note, "act.again")    ? END_AGAIN
                                                           : END_INVALID;
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (slice_ends(r->note, slice_text(notes[i].says)))
            return notes[i].end;
    return END_DONE;
}

enum rule_state acts_state(const struct audit_decision *d)
{
    return slice_equal_text(d->outcome, "disclose") ? RULE_SENT
           : slice_equal_text(d->outcome, "hold")   ? RULE_HELD
                                                    : RULE_KEPT;
}
