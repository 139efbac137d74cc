/* cmd_deliveries.c - concordat deliveries SITE list|show|again|drop: what has not gone, and what
 * becomes of it by a named person's word. Whatever goes again goes through the door. */
#include "commands/way_back.h"

int cmd_deliveries(struct cli *c, int argc, char **argv)
{
    return way_back_command(c, &way_back_deliveries, argc, argv);
}
