/* cmd_effect.c - concordat effect SITE --candidate DIR: what another bundle would newly disclose or
 * stop, over the recorded events. What is not yet approved or begun is judged as if it were
 * (replay/replay_effect.h), for a widening is to be seen before it is signed; what lacks approvals
 * is named. */
#include "commands/cli.h"
#include "host/say.h"

#include "replay/replay_effect.h"
#include "base/clock.h"
#include "sharing/load/bundle_load.h"

#include <inttypes.h>
#include <string.h>

/* Prints what one side of a line has, and nothing where no event is on it. */
static void print_side(const char *what, const struct effect_line *l, const struct effect_side *s,
                       bool may_see_protected)
{
    if (s->events == 0)
        return;
    struct slice data = slice_is_empty(l->category) ? SLICE("the event itself") : l->category;
    const char *events = s->events == 1 ? "event" : "events";
    const char *people = s->people == 1 ? "person" : "people";
    uint64_t shown = s->events < EFFECT_EXAMPLES ? s->events : EFFECT_EXAMPLES;
    say("  %-22s %-28.*s %6" PRIu64 " %s of %" PRIu64 " %s, such as", what, (int)data.n,
        (const char *)data.p, s->events, events, s->people, people);
    for (uint64_t i = 0; i < shown; i++) {
        bool is_hidden = s->hidden[i] && !may_see_protected;
        say(" %s", is_hidden ? "(protected)" : s->examples[i]);
    }
    say("\n");
}

static void print_effect(const struct effect *x, bool may_see_protected)
{
    for (size_t i = 0; i < x->count; i++) {
        const struct effect_line *l = &x->lines[i];
        if (i == 0 || !slice_equal(l->service, x->lines[i - 1].service))
            say("%.*s\n", (int)l->service.n, (const char *)l->service.p);
        print_side("WIDENS: newly shared", l, &l->more, may_see_protected);
        print_side("no longer shared", l, &l->less, may_see_protected);
    }
    const char *verdict = "the candidate would have shared nothing more than now";
    if (x->count == 0)
        verdict = "nothing would change";
    else if (x->widens)
        verdict = "the candidate WIDENS what is shared; two approvers must sign it";
    say("%" PRIu64 " recorded inputs judged under both: %s\n", x->inputs, verdict);
    if (x->more_held || x->less_held)
        say("held: %" PRIu64 " more decisions would wait for a human, %" PRIu64 " no longer\n",
            x->more_held, x->less_held);
}

/* Prints the changes that may widen, also those that no recorded event met. */
static bool print_widenings(struct cli *c, const struct site *s, const char *folder, struct err *e)
{
    const struct bundle_source source = source_folder(folder);
    const struct pack *now = editions_at(editions_newest(&s->rules), clock_wall_ms())->pack;
    const struct widening *w = NULL;
    struct pack candidate = { .number = 0 };
    if (!pack_collect(&c->arena, &source, s->places.schemas, &candidate, e))
        return false;
    if (!pack_widens(&c->arena, s->catalogue, now, &candidate, &w, e))
        return false;
    say(w ? "changes that may widen, whatever was recorded; two approvers must sign them:\n"
          : "no change may widen: one approver is enough\n");
    for (const struct widening *one = w; one; one = one->next)
        say("  may widen: %s\n", one->what);
    return true;
}

/* NULL: what is wrong with it has been printed. */
static const struct bundle *load_candidate(struct cli *c, const struct site *s, const char *folder)
{
    struct problems p = { 0 };
    const struct bundle *b = bundle_load(&c->arena, folder, s->catalogue, &p);
    if (!b)
        cli_print_problems(&p);
    problems_release(&p);
    return b;
}

int cmd_effect(struct cli *c, int argc, char **argv)
{
    struct effect x;
    struct err e = { 0 };
    if (argc < 4 || argc > 5 || strcmp(argv[2], "--candidate") != 0)
        return CLI_USAGE;
    bool may_see_protected = argc == 5;
    if (may_see_protected && strcmp(argv[4], "--protected") != 0)
        return CLI_USAGE;
    struct site *s = cli_site(c, argv[1], true);
    if (!s)
        return CLI_NO;
    const struct bundle *candidate = load_candidate(c, s, argv[3]);
    if (!candidate)
        return CLI_NO;
    struct bus *b = cli_bus(s, true);
    if (!b)
        return CLI_CANNOT;
    bool good = replay_effect(b, s->bundle, candidate, &s->router_keys, s->live, &c->arena, &x, &e);
    bus_close(&b);
    if (!good)
        return cli_fail(CLI_CANNOT, &e);
    cli_print_unapproved(candidate, "taken as approved");
    print_effect(&x, may_see_protected);
    if (!print_widenings(c, s, argv[3], &e))
        return cli_fail(CLI_CANNOT, &e);
    return CLI_DONE;
}
