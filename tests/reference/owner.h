/* owner.h - a story of several agencies about one person, and the table that says what comes of
 * it. */
#ifndef CONCORDAT_TESTS_REFERENCE_OWNER_H
#define CONCORDAT_TESTS_REFERENCE_OWNER_H

#include "sharing/facts/facts_query.h"

#define AGENCIES 3
#define SERVICES (2 * AGENCIES)
#define STORY_MAX 14
#define T0 ((int64_t)1774000000000)
#define HOUR_MS ((int64_t)3600000)

#define ROLES 4
#define PURPOSE SLICE("p")

/* Lines of facts.yaml, in this order. */
enum {
    CASE,
    CASE_ENDED,
    REFERRED,
    WITHDRAWN,
    GRANTED,
    REVOKED,
    OBJECTED,
    OBJECTION_LIFTED,
    RAISED,
    LIFTED,
    DIED,
    LINES
};
struct line {
    const char *type, *kind, *effect; /* no effect: it ends what the line before it opens */
    bool is_word;                     /* about sharing: of its service and not of its agency */
    size_t facts;                     /* that it makes known */
};
extern const struct line owner_lines[LINES];

#define TO_ALL (-1)
#define TO_FOREIGN (-2) /* somebody outside the region */

struct told {
    size_t line;
    int service, target; /* target: what it takes back or replaces; -1 none */
    int to;              /* the service that it is for, or TO_ALL, TO_FOREIGN */
    bool replaces, forged, reuses;
    bool stands;
    int64_t at_ms;
};
struct story {
    bool by[LINES][ROLES];
    unsigned role[SERVICES];
    struct told told[STORY_MAX];
    int count;
    int settled_at; /* before which named people settle a question; count: never */
    struct sharing_question settled;
    bool settled_yes;
};

static inline int agency_of(int service)
{
    return service / 2;
}

/* Whether it is honest, and its role is one that its line names. */
bool owner_is_permitted(const struct story *s, const struct told *t);
/* How many facts come of it. */
size_t owner_wanted(const struct story *s, const struct told *t);
/* Asks the facts everything. NULL, or what is wrong with the first answer that is none of the
 * table's. */
const char *owner_wrong_answer(struct arena *a, const struct story *s, const struct bundle *b,
                               const struct person *p);

#endif
