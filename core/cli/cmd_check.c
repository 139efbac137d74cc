/* cmd_check.c - concordat check SITE. */
#include "cli/cli.h"

#include <stdio.h>

int cmd_check(struct cli *c, int argc, char **argv)
{
    if (argc != 2)
        return CLI_USAGE;
    struct site *s = cli_site(c, argv[1], false);
    if (!s)
        return CLI_NO;
    printf("good: %zu feeds, %zu deliveries, %zu services, %zu agreements, %zu clauses, "
           "%zu prohibitions, %zu schemas\n",
           s->feed_count, s->delivery_count, s->bundle->service_count, s->bundle->agreement_count,
           s->bundle->clause_count, s->bundle->prohibition_count, catalogue_count(s->catalogue));
    return CLI_DONE;
}
