/* obligation.h - in what changed form a released category travels. Pure. */
#ifndef CONCORDAT_SHARING_RULES_OBLIGATION_H
#define CONCORDAT_SHARING_RULES_OBLIGATION_H

#include "record/plan.h"

/* In what changed form a released category travels. */
enum obligation {
    OBLIGE_YEAR,  /* of a date only its year */
    OBLIGE_DATE,  /* of a time only its London day */
    OBLIGE_FLAG,  /* only that it is there: the word "yes" */
    OBLIGE_ALIAS, /* the name aliases.yaml gives; nothing for a name it lacks */
    OBLIGE_COUNT
};
#define OBLIGATION_FLAG "yes"
const char *obligation_name(enum obligation o); /* "year" "date" "flag" "alias" */

/* Whether a field can travel so at all; one that cannot is withheld. */
bool obligation_fits(const struct slot *s, enum obligation o);

#endif
