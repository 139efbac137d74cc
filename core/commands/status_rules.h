/* status_rules.h - what `status` says of the rules: the bundle in force, what each part goes by,
 * which agreements need somebody soon. */
#ifndef CONCORDAT_COMMANDS_STATUS_RULES_H
#define CONCORDAT_COMMANDS_STATUS_RULES_H

#include "daemon/figures.h"
#include "control/states.h"

/* Prints lines for people. */
void status_rules_text(const struct site *s, const struct figures *f,
                       const struct part_states *states);
/* Prints members of a JSON object, each after a comma. */
void status_rules_json(const struct site *s, const struct figures *f,
                       const struct part_states *states);

#endif
