/* fact_rule.h - the lines of facts.yaml, compiled: what an event makes known, and who may say
 * so. */
#ifndef CONCORDAT_SHARING_RULES_FACT_RULE_H
#define CONCORDAT_SHARING_RULES_FACT_RULE_H

#include "sharing/rules/sayers.h"
#include "sharing/rules/words.h"

/* Where a facts rule finds a service, or a text. */
enum fact_from { FACT_NOWHERE, FACT_SOURCE, FACT_FIELD, FACT_UNKNOWN };
struct fact_place { /* what a field says, and the service it means */
    struct slice text;
    int service;
};
struct fact_value {
    enum fact_from from;
    const int16_t *slots;            /* by schema index */
    const struct fact_place *places; /* none: the field names the service itself */
    size_t place_count;
};
enum fact_effect {
    FACT_OPENS,
    FACT_RESPONSIBLE,
    FACT_GRANTS,
    FACT_REVOKES,
    FACT_OBJECTS,
    FACT_LIFTS_OBJECTION,
    FACT_RESTRICTS,
    FACT_LIFTS,
    FACT_LINKS,
    FACT_DIES
};
/* One effect of one line of the facts table. */
struct fact_rule {
    enum fact_effect effect;
    uint32_t line; /* in facts.yaml */
    struct sayers by, closers;
    const uint32_t *on; /* numbers of types and kinds */
    size_t on_count;
    const uint32_t *closed_by; /* FACT_OPENS */
    size_t closed_by_count;
    struct slice word;             /* kind of relationship, or function */
    struct fact_value who;         /* with, service, to */
    struct fact_value what, until; /* scope, kind of restriction, local id, formality; expiry */
    struct fact_value capacity, basis, recorder; /* of a consent */
};

#endif
