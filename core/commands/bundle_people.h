/* bundle_people.h - who approves and acts by a bundle, for whoever signs it, takes it, or runs by
 * it. */
#ifndef CONCORDAT_COMMANDS_BUNDLE_PEOPLE_H
#define CONCORDAT_COMMANDS_BUNDLE_PEOPLE_H

#include "commands/cli.h"

/* A line for each approver and person who is new, changed or ended. */
void bundle_print_people(const struct bundle *before, const struct bundle *now);
/* A warning for each agency of a signed site that got its first approver, or people, by bundles
 * alone: by what this host was told, they are not the agency's. Of all agencies where a router
 * runs, else of the feeds'. */
void bundle_look_at_people(const struct site *s, struct problems *warnings);

#endif
