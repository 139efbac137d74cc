/* sayers.h - who may say something, or end it: by: of facts.yaml. */
#ifndef CONCORDAT_SHARING_RULES_SAYERS_H
#define CONCORDAT_SHARING_RULES_SAYERS_H

#include "sharing/rules/services.h"

/* Who may say something, or end it. */
struct sayers {
    const struct slice *words;
    size_t count;             /* as they are written: roles, "the service itself" */
    struct services services; /* of those roles */
    bool itself;              /* the service that it is about */
    bool anybody;             /* an older bundle, which does not say */
};
#define SAYER_ITSELF "the service itself"
/* Whether an event of the service `source` may say, or end, something about the service `about`
 * (-1: about none). */
bool sayers_have(const struct sayers *s, int source, int about);

#endif
