/* cmd_key.c - concordat key FILE. */
#include "cli/cli.h"

#include "host/crypto.h"

int cmd_key(struct cli *c, int argc, char **argv)
{
    struct err e = { 0 };
    (void)c;
    if (argc != 2)
        return CLI_USAGE;
    return key_make(argv[1], &e) ? CLI_DONE : cli_fail(CLI_CANNOT, &e);
}
