/* manual_commands.c - the commands by the table that they are found in. */
#include "commands/manual.h"

#include <stdio.h>

void manual_commands(const struct cli *c, struct buf *out)
{
    char heading[60];
    for (size_t i = 0; i < c->command_count; i++) {
        if (manual_is_first(c, i)) {
            (void)snprintf(heading, sizeof heading, "`concordat %.*s`",
                           SHOWN(command_word(&c->commands[i])));
            manual_heading(out, heading);
        }
        manual_item(out, c->commands[i].pattern, NULL, c->commands[i].help);
    }
    manual_heading(out, "Exit codes");
    manual_item(out, "0", NULL, "done");
    manual_item(out, "1", NULL, "no: a problem was found, or a thing is not there");
    manual_item(out, "2", NULL, "usage: the words of the command are not those above");
    manual_item(out, "3", NULL, "cannot: a file, the bus or the daemon is not to be had");
}
