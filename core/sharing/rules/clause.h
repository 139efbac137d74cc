/* clause.h - what a clause of a bundle is called, and where it stands: by its number. Pure. */
#ifndef CONCORDAT_SHARING_RULES_CLAUSE_H
#define CONCORDAT_SHARING_RULES_CLAUSE_H

#include "sharing/rules/bundle.h"

/* "agreement/version/clause". */
struct slice clause_name(const struct bundle *b, uint32_t clause);
const struct agreement *clause_agreement(const struct bundle *b, uint32_t clause);
/* Its file, and the line there. */
const char *clause_place(const struct bundle *b, uint32_t clause, uint32_t *line);

#endif
