/* rule_choices.c - the words that the rules know, one by one. */
#include "sharing/rules/rule_choices.h"

#include "sharing/rules/reason.h"

static struct slice agency_at(const void *of, size_t i)
{
    const struct bundle *b = of;
    return b->agencies[i].name;
}

static struct slice service_at(const void *of, size_t i)
{
    const struct bundle *b = of;
    return b->services[i].name;
}

/* The versions of an agreement follow each other: its name stands once. */
static struct slice agreement_at(const void *of, size_t i)
{
    const struct bundle *b = of;
    struct slice name = b->agreements[i].name;
    for (size_t k = 0; k < i; k++)
        if (slice_equal(b->agreements[k].name, name))
            return (struct slice){ .n = 0 };
    return name;
}

static struct slice person_at(const void *of, size_t i)
{
    const struct people *p = of;
    return p->list[i].name;
}

static struct slice approver_at(const void *of, size_t i)
{
    const struct approvers *a = of;
    return a->list[i].name;
}

static struct slice reason_at(const void *of, size_t i)
{
    (void)of;
    return slice_text(reason_code((enum reason)i));
}

static struct slice protected_at(const void *of, size_t i)
{
    enum reason found;
    struct slice code = reason_at(of, i);
    return reason_protected(code, &found) ? code : (struct slice){ .n = 0 };
}

struct choices_at choices_of_agencies(const struct bundle *b)
{
    return (struct choices_at){ b, agency_at, b->agency_count };
}

struct choices_at choices_of_people(const struct people *p)
{
    return (struct choices_at){ p, person_at, p->count };
}

struct choices_at choices_of_approvers(const struct approvers *a)
{
    return (struct choices_at){ a, approver_at, a->count };
}

struct choices_at choices_of_services(const struct bundle *b)
{
    return (struct choices_at){ b, service_at, b->service_count };
}

struct choices_at choices_of_agreements(const struct bundle *b)
{
    return (struct choices_at){ b, agreement_at, b->agreement_count };
}

struct choices_at choices_of_reasons(void)
{
    return (struct choices_at){ NULL, reason_at, REASON_COUNT };
}

struct choices_at choices_of_protected_reasons(void)
{
    return (struct choices_at){ NULL, protected_at, REASON_COUNT };
}
