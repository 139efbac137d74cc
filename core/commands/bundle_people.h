/* bundle_people.h - tells those who sign a bundle or run by it who approves and acts in it. */
#ifndef CONCORDAT_COMMANDS_BUNDLE_PEOPLE_H
#define CONCORDAT_COMMANDS_BUNDLE_PEOPLE_H

#include "commands/cli.h"

/* A line for each approver and person who is new, changed or ended. */
void bundle_print_people(const struct bundle *before, const struct bundle *now);
/* Warns of each agency whose first approver, or whose people, came by bundles alone: nobody told
 * this host that they are the agency's. Looks at all agencies where a router runs, else at those of
 * the feeds. A demo has no warnings. */
void bundle_look_at_people(const struct site *s, struct problems *warnings);
/* Warns of each key that is an approver's and a person's. */
void bundle_look_at_keys(const struct bundle *b, struct problems *warnings);

#endif
