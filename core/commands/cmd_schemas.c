/* cmd_schemas.c - concordat schemas [NAME]. */
#include "commands/cli.h"
#include "host/say.h"

#include <inttypes.h>
#include <stdio.h>

int cmd_schemas(struct cli *c, int argc, char **argv)
{
    if (argc > 2)
        return CLI_USAGE;
    const struct catalogue *schemas = cli_schemas(c);
    if (!schemas)
        return CLI_NO;
    if (argc == 2) {
        const struct schema *s = catalogue_named(schemas, slice_text(argv[1]));
        if (!s) {
            say_to(stderr, "concordat: no schema '%s'\n", argv[1]);
            return CLI_NO;
        }
        say_lines(stdout, s->text);
        say("\n");
        return CLI_DONE;
    }
    for (size_t i = 0; i < catalogue_count(schemas); i++) {
        const struct schema *s = catalogue_at(schemas, i);
        say("%016" PRIx64 "  %-14.*s %s", plan_fingerprint(s->plan), (int)s->name.n,
            (const char *)s->name.p, s->internal ? "internal" : s->disclosable ? "shared" : "facts");
        for (size_t k = 0; k < s->kind_count; k++)
            say(" %.*s", (int)s->kinds[k].n, (const char *)s->kinds[k].p);
        say("\n");
    }
    return CLI_DONE;
}
