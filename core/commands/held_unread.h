/* held_unread.h - whose events wait because something of a message could not be read: shown, and
 * ended by a person's word that they have looked. */
#ifndef CONCORDAT_COMMANDS_HELD_UNREAD_H
#define CONCORDAT_COMMANDS_HELD_UNREAD_H

#include "audit/unread.h"
#include "commands/cli.h"

/* Prints a line for each person who waits; one line for many of one feed and code. Returns how many
 * lines. */
size_t held_unread_print(struct unread_list *l);
/* concordat held SITE looked NAME PERSON REASON [options]: NAME as it is printed. Exit code. */
int held_unread_looked(struct cli *c, const struct site *s, const struct unread_list *l, int argc,
                       char **argv);

#endif
