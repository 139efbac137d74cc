/* obligation.c - names of the changed forms, and which fields can travel so. */
#include "sharing/rules/obligation.h"

const char *obligation_name(enum obligation o)
{
    static const char *const names[] = { "year", "date", "flag", "alias" };
    return names[o];
}

/* Whether a field is a text that may hold the changed form: free, or with that word in its
 * vocabulary. */
static bool is_text(const struct slot *s, enum obligation o)
{
    if (s->type != SLOT_STRING || !s->nullable)
        return false;
    if (s->vocabulary_count == 0)
        return true;
    return o == OBLIGE_FLAG &&
           slice_is_one_of(SLICE(OBLIGATION_FLAG), s->vocabulary, s->vocabulary_count);
}

static bool is_time(const struct slot *s)
{
    return s->type == SLOT_LONG && s->nullable && s->is_time_ms;
}

bool obligation_fits(const struct slot *s, enum obligation o)
{
    bool is_of_day = o == OBLIGE_YEAR || o == OBLIGE_DATE;
    return is_text(s, o) || (is_of_day && is_time(s));
}
