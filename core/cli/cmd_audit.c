/* cmd_audit.c - concordat audit verify|replay SITE. */
#include "cli/cli.h"

#include "audit/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void print_finding(void *ctx, const char *sentence)
{
    (void)ctx;
    printf("BROKEN  %s\n", sentence);
}

static int report(const char *word, const struct audit_report *r)
{
    printf("%s: %" PRIu64 " entries of %" PRIu64 " events, %" PRIu64 " decisions, %" PRIu64
           " disclosures", r->broken ? "NOT verified" : word, r->entries, r->events, r->decisions,
           r->disclosures);
    if (r->broken)
        printf("; %" PRIu64 " findings", r->broken);
    printf("\n");
    return r->broken ? CLI_NO : CLI_DONE;
}

int cmd_audit(struct cli *c, int argc, char **argv)
{
    if (argc != 3 || (strcmp(argv[1], "verify") != 0 && strcmp(argv[1], "replay") != 0))
        return CLI_USAGE;
    bool replay = strcmp(argv[1], "replay") == 0;
    struct site *s = cli_site(c, argv[2], replay);
    struct bus *b = s ? cli_bus(s, true) : NULL;
    if (!b)
        return CLI_CANNOT;
    struct audit_report r = { 0 };
    struct err e = { 0 };
    bool good = replay ? audit_replay(b, s->bundle, &s->router_keys, print_finding, NULL, &r, &e)
                       : audit_verify(b, s->bundle, print_finding, NULL, &r, &e);
    bus_close(&b);
    return good ? report(replay ? "judged again, the same" : "verified", &r) : cli_fail(CLI_CANNOT, &e);
}
