/* cli_unapproved.c - agreements that lack approvals: whoever writes one is told which, and may try
 * it before it is signed. A matter of the commands that only answer; the daemon goes by what is
 * approved, and tests/lint/layers keeps it so. */
#include "commands/cli.h"
#include "host/say.h"
#include "sharing/change/bundle_suppose.h"
#include "sharing/tools/explain.h"

#define LINE_MAX_BYTES 65536

void cli_print_unapproved(const struct bundle *b, const char *what)
{
    for (size_t i = 0; i < b->agreement_count; i++) {
        const struct agreement *g = &b->agreements[i];
        struct buf who;
        if (g->approved)
            continue;
        buf_init(&who, LINE_MAX_BYTES);
        explain_missing(b, g, &who);
        say("%s: %.*s/%d, not yet %s by %.*s\n", what, SHOWN(g->name), g->version,
            g->is_signed ? "signed" : "approved", (int)who.n, (const char *)who.p);
        buf_release(&who);
    }
}

const struct bundle *cli_as_approved(struct cli *c, const struct bundle *b)
{
    struct err e = { .fate = ERR_NONE };
    const struct bundle *out = bundle_suppose_approved(&c->arena, b);
    if (!out) {
        (void)err_memory(&e);
        cli_fail(CLI_CANNOT, &e);
        return NULL;
    }
    cli_print_unapproved(b, "taken as approved");
    return out;
}
