/* cmd_status.c - concordat status SITE: law 2's three sums, with what waits and what is held. */
#include "cli/cli.h"

#include "audit/audit.h"
#include "delivery/delivery.h"
#include "intake/intake.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

struct routed {
    uint64_t events, candidates, disclosed, withheld, held, caught_up, duplicates, refused, receipts;
};

static void print_reason(void *ctx, const char *what, const char *name, uint64_t n)
{
    (void)ctx;
    printf("      %s %s: %" PRIu64 "\n", what, name, n);
}

/* False when the sum does not come to zero. */
static bool feed_status(const struct site_feed *f)
{
    struct feed_counts n;
    struct err e = { 0 };
    if (access(f->spool, R_OK) != 0) {
        printf("  %-16s never started\n", f->name);
        return true;
    }
    if (!feed_counts_read(f->spool, &n, &e))
        return cli_fail(CLI_CANNOT, &e) == CLI_DONE;
    uint64_t ended = n.published + n.unchanged + n.duplicates + n.not_carried + n.quarantined;
    printf("  %-16s taken %" PRIu64 " = published %" PRIu64 " + unchanged %" PRIu64
           " + duplicate %" PRIu64 " + not carried %" PRIu64 " + quarantined %" PRIu64 "%s\n"
           "      records made %" PRIu64 ", messages waiting for the bus %" PRIu64
           ", refused for environment %" PRIu64 ", asked to come later %" PRIu64 "\n",
           f->name, n.taken, n.published, n.unchanged, n.duplicates, n.not_carried, n.quarantined,
           ended == n.taken ? "" : "  DOES NOT BALANCE", n.events, n.waiting, n.refused_environment,
           n.refused_later);
    return feed_counts_each(f->spool, print_reason, NULL, &e) && ended == n.taken;
}

static bool delivery_status(const struct site_delivery *d)
{
    struct delivery_counts n;
    struct err e = { 0 };
    if (access(d->database, R_OK) != 0) {
        printf("  %-16s never started\n", d->name);
        return true;
    }
    if (!delivery_counts_read(d->database, &n, &e))
        return cli_fail(CLI_CANNOT, &e) == CLI_DONE;
    uint64_t ended = n.accepted + n.refused + n.stopped + n.outstanding;
    printf("  %-16s taken %" PRIu64 " = accepted %" PRIu64 " (%" PRIu64 " reduced at the door) + refused %"
           PRIu64 " + stopped at the door %" PRIu64 " + outstanding %" PRIu64 "%s\n",
           d->name, n.taken, n.accepted, n.reduced, n.refused, n.stopped, n.outstanding,
           ended == n.taken ? "" : "  DOES NOT BALANCE");
    return ended == n.taken;
}

static bool each_entry(void *ctx, int partition, const struct audit_read *r)
{
    struct routed *n = ctx;
    (void)partition;
    n->events += slice_equal_text(r->kind, "event");
    n->duplicates += slice_equal_text(r->kind, "duplicate");
    n->refused += slice_equal_text(r->kind, "refused");
    n->receipts += slice_equal_text(r->kind, "receipt");
    n->candidates += r->decision_count;
    for (size_t i = 0; i < r->decision_count; i++) {
        const struct audit_decision *d = &r->decisions[i];
        n->disclosed += slice_equal_text(d->outcome, "disclose");
        n->withheld += slice_equal_text(d->outcome, "withhold");
        n->held += slice_equal_text(d->outcome, "hold");
        n->caught_up += d->caught_up;
    }
    return true;
}

static bool router_status(const struct site *s)
{
    struct routed n = { 0 };
    struct err e = { 0 };
    struct bus *b = cli_bus(s, true);
    bool good = b && audit_each(b, s->catalogue, s->bundle->partitions, each_entry, &n, &e);
    if (b)
        bus_close(&b);
    if (!good)
        return e.fate == ERR_NONE ? false : cli_fail(CLI_CANNOT, &e) == CLI_DONE;
    uint64_t ended = n.disclosed + n.withheld + n.held;
    printf("  events %" PRIu64 " (duplicates dropped %" PRIu64 ", refused %" PRIu64 ", receipts %" PRIu64
           ")\n  decisions %" PRIu64 " = disclosed %" PRIu64 " (%" PRIu64 " caught up) + withheld %" PRIu64
           " + held %" PRIu64 "%s\n", n.events, n.duplicates, n.refused, n.receipts, n.candidates,
           n.disclosed, n.caught_up, n.withheld, n.held,
           ended == n.candidates ? "" : "  DOES NOT BALANCE");
    return ended == n.candidates;
}

int cmd_status(struct cli *c, int argc, char **argv)
{
    if (argc != 2)
        return CLI_USAGE;
    struct site *s = cli_site(c, argv[1], false);
    if (!s)
        return CLI_CANNOT;
    bool good = true;
    printf("feeds\n");
    for (size_t i = 0; i < s->feed_count; i++)
        good &= feed_status(&s->feeds[i]);
    printf("router\n");
    good &= router_status(s);
    printf("deliveries\n");
    for (size_t i = 0; i < s->delivery_count; i++)
        good &= delivery_status(&s->deliveries[i]);
    printf("%s\n", good ? "in = out: every sum comes to zero" : "a sum does not come to zero: see above");
    return good ? CLI_DONE : CLI_NO;
}
