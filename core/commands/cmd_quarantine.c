/* cmd_quarantine.c - concordat quarantine SITE list|show|again|drop: the messages that could not be
 * read or mapped, and what becomes of them by a named person's word. */
#include "commands/way_back.h"

int cmd_quarantine(struct cli *c, int argc, char **argv)
{
    return way_back_command(c, &way_back_quarantine, argc, argv);
}
