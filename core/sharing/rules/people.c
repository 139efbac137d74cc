/* people.c - who may act: found by name, and what they may. */
#include "sharing/rules/people.h"

const char *const people_roles[ROLE_COUNT] = { "holds", "stops", "operations", "payload",
                                               "extends" };

const char *people_role_name(enum people_role r)
{
    return people_roles[r];
}

const struct named *people_named(const struct people *p, struct slice name)
{
    for (size_t i = 0; i < p->count; i++)
        if (slice_equal(p->list[i].name, name))
            return &p->list[i];
    return NULL;
}

bool people_person_may(const struct named *who, enum people_role r)
{
    return (who->roles >> r) & 1;
}

bool people_person_may_at(const struct named *who, enum people_role r, int64_t at_ms)
{
    return people_person_may(who, r) && at_ms < who->until_ms;
}

bool people_may(const struct people *p, enum people_role r)
{
    for (size_t i = 0; i < p->count; i++)
        if (people_person_may(&p->list[i], r))
            return true;
    return false;
}
