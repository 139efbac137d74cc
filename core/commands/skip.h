/* skip.h - a part that stands goes on, by a named person's word. Prints; gives the exit code. */
#ifndef CONCORDAT_COMMANDS_SKIP_H
#define CONCORDAT_COMMANDS_SKIP_H

#include "commands/acts.h"

/* The person's act is made and given here, by ACTS_OPTIONS. part: "router", "delivery:NAME",
 * "TOPIC/PARTITION". */
int skip_by_person(struct cli *c, struct site *s, const char *part, const char *person,
                   const char *reason, const struct word_option *options);
/* Says what is gone that this part has not read, and does nothing. part: "router",
 * "delivery:NAME". */
int skip_list(struct cli *c, struct site *s, const char *part);
/* By an act that enough people have signed. It counts where what is gone is what they signed. */
int skip_submit(struct cli *c, struct site *s, const struct act *x);

#endif
