/* rule_choices.h - what a word about the rules may be, for a message about an unknown one:
 * agencies, services, agreements, people, approvers, reasons. Each borrows what it is asked of. */
#ifndef CONCORDAT_SHARING_RULES_RULE_CHOICES_H
#define CONCORDAT_SHARING_RULES_RULE_CHOICES_H

#include "record/choices.h"
#include "sharing/rules/bundle.h"

struct choices_at choices_of_agencies(const struct bundle *b);
struct choices_at choices_of_services(const struct bundle *b);
struct choices_at choices_of_agreements(const struct bundle *b);
struct choices_at choices_of_people(const struct people *p);
struct choices_at choices_of_approvers(const struct approvers *a);
struct choices_at choices_of_reasons(void);
/* Those that a protected prohibition may give. */
struct choices_at choices_of_protected_reasons(void);

#endif
