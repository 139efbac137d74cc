/* held_episode.h - whether what is held is of an episode, as the record on the bus says. */
#ifndef CONCORDAT_COMMANDS_HELD_EPISODE_H
#define CONCORDAT_COMMANDS_HELD_EPISODE_H

#include "commands/cli.h"

/* False, said on stderr, when it is of none, so that nothing can be said of what follows in it, or
 * the bus cannot be read. What is on the bus no more is left to the router to judge. */
MUST_CHECK bool held_episode_check(const struct site *s, struct slice hold);

#endif
