/* cmd_status.c - concordat status SITE [--json | --vanished]: law 2's three sums, with what waits and what is
 * in motion; or the rows that the last snapshots lack.
 *
 * Reads the site's databases and the audit; works beside a running daemon and without one. */
#include "cli/cli.h"
#include "cli/status_rules.h"

#include "audit/holds.h"
#include "base/clock.h"
#include "delivery/delivery.h"
#include "intake/intake.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct routed {
    const struct site *site;
    uint64_t events, decisions, disclosed, withheld, held, caught_up, duplicates, refused, receipts;
    uint64_t to_deliveries;     /* disclosures to services that this site delivers to */
    struct holds holds;
};

struct totals {
    struct feed_counts *feeds;
    struct delivery_counts *deliveries;
    struct routed routed;
    struct holds_count held;
    struct part_states parts;   /* what each goes by */
    uint64_t in_motion;         /* taken in, decided or delivered, and not yet arrived at the next room */
    uint64_t outstanding;
    bool balanced;
};

static bool has_delivery(const struct site *s, struct slice service)
{
    for (size_t i = 0; i < s->delivery_count; i++)
        if (slice_equal(s->deliveries[i].service, service))
            return true;
    return false;
}

static bool each_entry(void *ctx, int partition, const struct audit_read *r)
{
    struct routed *n = ctx;
    n->events += slice_equal_text(r->kind, "event");
    n->duplicates += slice_equal_text(r->kind, "duplicate");
    n->refused += slice_equal_text(r->kind, "refused");
    n->receipts += slice_equal_text(r->kind, "receipt");
    n->decisions += r->decision_count;
    for (size_t i = 0; i < r->decision_count; i++) {
        const struct audit_decision *d = &r->decisions[i];
        bool disclosed = slice_equal_text(d->outcome, "disclose");
        n->disclosed += disclosed;
        n->withheld += slice_equal_text(d->outcome, "withhold");
        n->held += slice_equal_text(d->outcome, "hold");
        n->caught_up += d->caught_up;
        n->to_deliveries += disclosed && has_delivery(n->site, d->recipient);
    }
    return holds_take(&n->holds, partition, r);
}

static uint64_t feed_ended(const struct feed_counts *n)
{
    return n->published + n->unchanged + n->duplicates + n->not_carried + n->quarantined;
}

static uint64_t delivery_ended(const struct delivery_counts *n)
{
    return n->accepted + n->refused + n->stopped;
}

static uint64_t missing(uint64_t wanted, uint64_t there)
{
    return wanted > there ? wanted - there : 0;
}

/* What has left one room and not yet reached the next. */
static void add_up(const struct site *s, struct totals *t)
{
    uint64_t events = 0, taken = 0, ended = 0;
    t->balanced = t->routed.disclosed + t->routed.withheld + t->routed.held == t->routed.decisions;
    for (size_t i = 0; i < s->feed_count; i++) {
        events += t->feeds[i].events;
        t->in_motion += t->feeds[i].waiting;
        t->balanced &= feed_ended(&t->feeds[i]) == t->feeds[i].taken;
    }
    for (size_t i = 0; i < s->delivery_count; i++) {
        const struct delivery_counts *n = &t->deliveries[i];
        taken += n->taken;
        ended += delivery_ended(n);
        t->outstanding += n->outstanding;
        t->balanced &= delivery_ended(n) + n->outstanding == n->taken;
    }
    t->in_motion += missing(events, t->routed.events + t->routed.refused) +
                    missing(t->routed.to_deliveries, taken) + missing(ended, t->routed.receipts);
}

static bool gather(struct cli *c, const struct site *s, struct totals *t, struct err *e)
{
    t->feeds = ARENA_ARRAY(&c->arena, s->feed_count + 1, struct feed_counts);
    t->deliveries = ARENA_ARRAY(&c->arena, s->delivery_count + 1, struct delivery_counts);
    if (!t->feeds || !t->deliveries)
        return err_memory(e);
    for (size_t i = 0; i < s->feed_count; i++)
        if (access(s->feeds[i].spool, R_OK) == 0 && !feed_counts_read(s->feeds[i].spool, &t->feeds[i], e))
            return false;
    struct bus *b = cli_bus(s, true);
    t->routed.site = s;
    holds_init(&t->routed.holds, s->bundle);
    t->parts.a = &c->arena;
    bool good = b && audit_each(b, s->catalogue, s->bundle->partitions, each_entry, &t->routed, e) &&
                states_read(&t->parts, b, s->catalogue, e);
    if (b)
        bus_close(&b);
    good = good && (!t->routed.holds.lost || err_memory(e));
    holds_count(&t->routed.holds, clock_wall_ms(), &t->held);
    holds_release(&t->routed.holds);
    for (size_t i = 0; good && i < s->delivery_count; i++)
        if (access(s->deliveries[i].database, R_OK) == 0)
            good = delivery_counts_read(s->deliveries[i].database, &t->deliveries[i], e);
    if (good)
        add_up(s, t);
    return good;
}

static void print_reason(void *ctx, const char *what, const char *name, uint64_t n)
{
    (void)ctx;
    printf("                   %s %s: %" PRIu64 "\n", what, name, n);
}

static void print_snapshot(const struct feed_counts *n)
{
    bool is_stale = feed_is_stale(n, clock_wall_ms());
    if (n->vanished)
        printf("                   %" PRIu64 " rows of earlier snapshots are gone: somebody has to look"
               " (status SITE --vanished)\n", n->vanished);
    if (is_stale)
        printf("                   STALE: no complete snapshot for longer than %" PRId64 " hours\n",
               n->stale_after_ms / 3600000);
}

static void print_feeds(const struct site *s, const struct totals *t)
{
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct feed_counts *n = &t->feeds[i];
        struct err e = { 0 };
        printf("  feed     %-16s taken %" PRIu64 " = published %" PRIu64 " + unchanged %" PRIu64
               " + duplicate %" PRIu64 " + not carried %" PRIu64 " + quarantined %" PRIu64 "%s\n",
               s->feeds[i].name, n->taken, n->published, n->unchanged, n->duplicates, n->not_carried,
               n->quarantined, feed_ended(n) == n->taken ? "" : "  DOES NOT BALANCE");
        if (n->waiting + n->refused_environment + n->refused_later)
            printf("                   waiting for the bus %" PRIu64 ", of the wrong environment %" PRIu64
                   ", asked to come later %" PRIu64 "\n", n->waiting, n->refused_environment,
                   n->refused_later);
        print_snapshot(n);
        if (n->not_carried + n->quarantined &&
            !feed_counts_each(s->feeds[i].spool, print_reason, NULL, &e))
            cli_fail(CLI_CANNOT, &e);
    }
}

static void print_text(const struct site *s, const struct totals *t)
{
    const struct routed *r = &t->routed;
    status_rules_text(s, &t->parts);
    print_feeds(s, t);
    printf("  router   %" PRIu64 " events, %" PRIu64 " dropped as sent twice, %" PRIu64
           " refused; decisions %" PRIu64 " = disclosed %" PRIu64 " (%" PRIu64
           " caught up) + withheld %" PRIu64 " + held %" PRIu64 "\n", r->events, r->duplicates,
           r->refused, r->decisions, r->disclosed, r->caught_up, r->withheld, r->held);
    if (t->held.open)
        printf("  held     %" PRIu64 " wait for a named person, %" PRIu64 " of them %s: concordat held SITE list\n",
               t->held.open, t->held.overdue, t->held.overdue ? "OVERDUE" : "overdue");
    for (size_t i = 0; i < s->delivery_count; i++) {
        const struct delivery_counts *n = &t->deliveries[i];
        printf("  delivery %-16s taken %" PRIu64 " = accepted %" PRIu64 " (%" PRIu64
               " reduced at the door) + refused %" PRIu64 " + stopped at the door %" PRIu64
               " + outstanding %" PRIu64 "\n", s->deliveries[i].name, n->taken, n->accepted, n->reduced,
               n->refused, n->stopped, n->outstanding);
    }
    printf("%s; %" PRIu64 " in motion, %" PRIu64 " outstanding at partners\n",
           t->balanced ? "in = out: all three sums come to zero" : "A SUM DOES NOT COME TO ZERO",
           t->in_motion, t->outstanding);
}

/* How many rows somebody has to look for, and how many feeds are overdue, of all feeds. */
static void print_snapshots_json(const struct site *s, const struct totals *t)
{
    int64_t now_ms = clock_wall_ms();
    uint64_t vanished = 0, stale = 0;
    for (size_t i = 0; i < s->feed_count; i++) {
        vanished += t->feeds[i].vanished;
        stale += feed_is_stale(&t->feeds[i], now_ms);
    }
    printf(",\"snapshots\":{\"vanished\":%" PRIu64 ",\"stale\":%" PRIu64 "}", vanished, stale);
}

static void print_json(const struct site *s, const struct totals *t)
{
    const struct routed *r = &t->routed;
    printf("{\"balanced\":%s,\"in_motion\":%" PRIu64 ",\"outstanding\":%" PRIu64 ",\"events\":%" PRIu64
           ",\"duplicates\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"disclosed\":%" PRIu64
           ",\"withheld\":%" PRIu64 ",\"held\":%" PRIu64 ",\"receipts\":%" PRIu64 ",\"holds\":{\"open\":%" PRIu64
           ",\"overdue\":%" PRIu64 ",\"oldest\":%" PRId64 "}",
           t->balanced ? "true" : "false", t->in_motion, t->outstanding, r->events, r->duplicates,
           r->refused, r->disclosed, r->withheld, r->held, r->receipts,
           t->held.open, t->held.overdue, t->held.oldest_ms);
    print_snapshots_json(s, t);
    status_rules_json(s, &t->parts);
    printf("}\n");
}

static void print_vanished(void *ctx, struct slice row, int64_t since_ms)
{
    const struct site_feed *f = ctx;
    char time[TIME_TEXT_MAX];
    struct slice since = time_ms_to_iso(since_ms, time);
    printf("%s\t%.*s\tgone since %.*s\n", f->name, (int)row.n, (const char *)row.p, (int)since.n,
           (const char *)since.p);
}

/* For the agency's own people: the rows by their own keys. */
static int list_vanished(const struct site *s)
{
    struct err e = { 0 };
    for (size_t i = 0; i < s->feed_count; i++) {
        struct site_feed f = s->feeds[i];
        if (access(f.spool, R_OK) == 0 && !feed_vanished_each(f.spool, print_vanished, &f, &e))
            return cli_fail(CLI_CANNOT, &e);
    }
    return CLI_DONE;
}

int cmd_status(struct cli *c, int argc, char **argv)
{
    bool json = argc == 3 && strcmp(argv[2], "--json") == 0;
    bool vanished = argc == 3 && strcmp(argv[2], "--vanished") == 0;
    if (argc != 2 && !json && !vanished)
        return CLI_USAGE;
    struct site *s = cli_site(c, argv[1], false);
    struct totals t = { 0 };
    struct err e = { 0 };
    if (!s)
        return CLI_CANNOT;
    if (vanished)
        return list_vanished(s);
    if (!gather(c, s, &t, &e))
        return e.fate == ERR_NONE ? CLI_CANNOT : cli_fail(CLI_CANNOT, &e);
    if (json)
        print_json(s, &t);
    else
        print_text(s, &t);
    return t.balanced ? CLI_DONE : CLI_NO;
}
