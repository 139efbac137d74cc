/* status_rules.h - what `status` says of the rules: the bundle in force, what each part goes by,
 * which agreements need somebody soon. */
#ifndef CONCORDAT_CLI_STATUS_RULES_H
#define CONCORDAT_CLI_STATUS_RULES_H

#include "cli/figures.h"
#include "cli/orders.h"

/* Prints lines for people. */
void status_rules_text(const struct site *s, const struct figures *f,
                       const struct part_states *states);
/* Prints members of a JSON object, each after a comma. */
void status_rules_json(const struct site *s, const struct figures *f,
                       const struct part_states *states);

/* The first 8 bytes of a bundle's hash as hex, as people compare them. */
const char *bundle_short_hash(const struct bundle *b, char out[17]);
/* "agreement 'x' version 3 ends in 20 days", one sentence. */
#define EXPIRY_TEXT_MAX 300
void expiry_sentence(const struct bundle *b, const struct expiry *x, char out[EXPIRY_TEXT_MAX]);

#endif
