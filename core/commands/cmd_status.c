/* cmd_status.c - concordat status SITE [--json | --vanished | --claims]: prints law 2's three sums,
 * with what waits, is in motion or stands; or the rows that the last snapshots lack; or how many
 * people each service claims to know.
 *
 * It reads the site's databases and the audit, whether a daemon runs or not. When the bus does not
 * answer, it prints what the databases say and that this is not all, and exits 3. */
#include "commands/cli.h"
#include "daemon/figures.h"
#include "daemon/standing.h"
#include "daemon/unnamed.h"
#include "commands/status_rules.h"
#include "host/say.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What the bus tells: the audit, and which bundle each part goes by. */
struct asked {
    struct bus *bus;
    struct tally *tally;
    struct part_states parts;
    struct err away; /* why the bus could not be asked; then only this site's own files are known */
};

static void leave_bus(struct asked *q)
{
    tally_close(&q->tally);
    if (q->bus)
        bus_close(&q->bus);
}

static void ask_bus(const struct site *s, struct asked *q)
{
    const struct bus_options o = {
        .url = s->bus_url, .prefix = s->topic_prefix, .client = "concordat", .read_only = true
    };
    bool is_read = bus_open(&o, &q->bus, &q->away);
    is_read = is_read && tally_open(s, q->bus, &q->tally, &q->away);
    is_read = is_read && tally_read(q->tally, &q->away);
    is_read = is_read && states_read(&q->parts, q->bus, s->bundle, &q->away);
    if (is_read)
        return;
    leave_bus(q);
    q->parts.first = NULL;
}

static bool is_away(const struct asked *q)
{
    return q->away.fate != ERR_NONE;
}

static bool gather_status(struct cli *c, const struct site *s, struct figures *out, struct asked *q,
                          struct err *e)
{
    *q = (struct asked){ .parts = { .a = &c->arena } };
    ask_bus(s, q);
    const struct figures_of of = { .site = s, .tally = q->tally };
    bool good = figures_gather(&of, &c->arena, out, e);
    leave_bus(q);
    return good;
}

static void print_reason(void *ctx, const char *what, const char *name, uint64_t n)
{
    (void)ctx;
    say("                   %s %s: %" PRIu64 "\n", what, name, n);
}

static void print_snapshot(const struct feed_counts *n, int64_t now_ms)
{
    bool is_stale = feed_is_stale(n, now_ms);
    if (n->vanished)
        say("                   %" PRIu64
            " rows of earlier snapshots are gone: somebody has to look"
            " (status SITE --vanished)\n",
            n->vanished);
    if (is_stale)
        say("                   STALE: no complete snapshot for longer than %" PRId64
            " hours: ask its sender\n",
            n->stale_after_ms / 3600000);
}

/* Prints what came in and is in no record, though no message was refused. */
static void print_losses(const struct feed_counts *n)
{
    if (n->lost_ids)
        say("                   LOOK: %" PRIu64
            " NHS numbers failed their check and were left out\n",
            n->lost_ids);
    if (n->unknown)
        say("                   LOOK: %" PRIu64
            " messages are of types that the mapping does not name, and go nowhere until it does\n",
            n->unknown);
    if (n->not_kept)
        say("                   %" PRIu64 " values were read and could not be kept\n", n->not_kept);
}

/* Prints what the bus or the quarantine lost: only its sender has it. */
static void print_lost(const struct feed_counts *n)
{
    char one[TIME_TEXT_MAX], two[TIME_TEXT_MAX];
    struct slice from = time_ms_to_iso(n->aside_lost_from_ms, one);
    struct slice to = time_ms_to_iso(n->aside_lost_to_ms, two);
    if (n->lost > n->aside_lost)
        say("                   LOST BY THE BUS: %" PRIu64 " messages between number %" PRIu64
            " and %" PRIu64 ", which were no longer kept here: only their sender has them\n",
            n->lost - n->aside_lost, n->lost_first, n->lost_last);
    if (n->aside_lost)
        say("                   ALARM: LOST FROM THE QUARANTINE: %" PRIu64
            " messages, numbers from %" PRIu64 " to %" PRIu64 ", times from %.*s to %.*s: the bus "
            "knows of them, and this file came back older or is another: ask their sender to send "
            "them again; concordat quarantine SITE list, then drop\n",
            n->aside_lost, n->aside_lost_first, n->aside_lost_last, SHOWN(from), SHOWN(to));
}

/* Prints how many messages are in quarantine now. */
static void print_aside(const struct feed_counts *n, int64_t now_ms)
{
    char time[TIME_TEXT_MAX];
    struct slice oldest = time_ms_to_iso(n->aside_oldest_ms, time);
    if (n->aside)
        say("                   %sin quarantine now %" PRIu64
            ", the oldest of %.*s%s: concordat quarantine SITE list\n",
            feed_is_full_or_old(n, now_ms) ? "ALARM: " : "", n->aside, SHOWN(oldest),
            n->aside_full ? ", and no room for another" : "");
}

/* Prints how many words about sharing are kept for links to come. */
static void print_words(const struct feed_counts *n)
{
    char time[TIME_TEXT_MAX];
    struct slice oldest = time_ms_to_iso(n->words_oldest_ms, time);
    if (n->words || n->words_full)
        say("                   %swords about sharing, kept for links to come %" PRIu64
            ", the oldest of %.*s%s\n",
            n->words_full ? "ALARM: " : "", n->words, SHOWN(oldest),
            n->words_full ? ", and no room for another: words_max in site.yaml, or "
                            "concordat quarantine SITE drop --code " WORDS_KEPT
                          : "");
}

/* A partner that is asked, and cannot be. */
static void print_fetch(const struct spool_fetch *f)
{
    char at[TIME_TEXT_MAX], next[TIME_TEXT_MAX];
    struct slice since = time_ms_to_iso(f->since_ms, at);
    struct slice again = time_ms_to_iso(f->again_ms, next);
    if (f->tries)
        say("                   CANNOT FETCH since %.*s: %s, tried %" PRIu64
            " times, next try at %.*s: concordat manual %s\n",
            SHOWN(since), f->code, f->tries, SHOWN(again), f->code);
}

static void print_feeds(const struct site *s, const struct figures *t)
{
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct feed_counts *n = &t->feeds[i];
        struct err e = { 0 };
        say("  feed     %-16s taken %" PRIu64 " = published %" PRIu64 " + unchanged %" PRIu64
            " + duplicate %" PRIu64 " + not carried %" PRIu64 " + quarantined %" PRIu64 "%s\n",
            s->feeds[i].name, n->taken, n->published, n->unchanged, n->duplicates, n->not_carried,
            n->quarantined, figures_feed_ended(n) == n->taken ? "" : "  DOES NOT BALANCE");
        if (n->waiting + n->refused_environment + n->refused_later)
            say("                   waiting for the bus %" PRIu64
                ", of the wrong environment %" PRIu64 ", asked to come later %" PRIu64 "\n",
                n->waiting, n->refused_environment, n->refused_later);
        print_lost(n);
        print_fetch(&n->fetch);
        print_aside(n, t->at_ms);
        print_words(n);
        print_snapshot(n, t->at_ms);
        print_losses(n);
        if (n->not_carried + n->quarantined + n->not_kept &&
            !feed_counts_each(s->feeds[i].spool, print_reason, NULL, &e))
            cli_fail(CLI_CANNOT, &e);
    }
}

/* A parked disclosure stands at the head of its person's queue. The person's others wait behind it.
 */
static void print_parked(const struct delivery_counts *n)
{
    char time[TIME_TEXT_MAX];
    struct slice since = time_ms_to_iso(n->parked_since_ms, time);
    uint64_t refused = n->parked - n->unrendered;
    if (!n->parked)
        return;
    say("                   ALARM: %" PRIu64 " parked since %.*s, %" PRIu64
        " wait behind them: concordat deliveries SITE list\n",
        n->parked, SHOWN(since), n->behind);
    if (n->unrendered)
        say("                     %" PRIu64
            " that the mapping cannot render: mend the mapping and restart the "
            "delivery, or concordat deliveries SITE drop\n",
            n->unrendered);
    if (refused)
        say("                     %" PRIu64
            " that the partner refused: concordat deliveries SITE again|drop, by "
            "a named person\n",
            refused);
}

/* Prints what the i-th delivery cannot send, and whether somebody has to look. */
static void print_trouble(const struct site *s, const struct figures *t, size_t i)
{
    const struct figures_of of = { .site = s };
    const struct delivery_counts *n = &t->deliveries[i];
    const char *alarm = figures_is_alarming(&of, t, i) ? "ALARM: " : "";
    char time[TIME_TEXT_MAX];
    struct slice down = time_ms_to_iso(n->down_since_ms, time);
    if (n->down_since_ms)
        say("                   %sdown since %.*s: %s%s\n", alarm, SHOWN(down), n->code,
            n->down_by_site ? ", to be mended at this site" : "");
    struct slice since = time_ms_to_iso(n->troubled_since_ms, time);
    if (n->troubled && !n->down_since_ms)
        say("                   %s%" PRIu64 " not sent, tried since %.*s, last failure %s\n", alarm,
            n->troubled, SHOWN(since), n->code);
    print_parked(n);
}

/* Figures alone: nothing of a person. */
static void print_held(const struct tally_counts *r)
{
    char time[TIME_TEXT_MAX];
    struct slice since = time_ms_to_iso(r->unread_oldest_ms, time);
    if (r->waiting.open)
        say("  held     %" PRIu64 " wait for a named person, %" PRIu64
            " of them %s: concordat held SITE list\n",
            r->waiting.open, r->waiting.overdue, r->waiting.overdue ? "OVERDUE" : "overdue");
    if (r->unread)
        say("  unread   %" PRIu64 " people's events wait for somebody to look at a message, the "
            "oldest since %.*s: concordat held SITE list\n",
            r->unread, SHOWN(since));
}

static void print_router(const struct tally_counts *r)
{
    say("  router   %" PRIu64 " events, %" PRIu64 " dropped as sent twice, %" PRIu64
        " refused; decisions %" PRIu64 " = disclosed %" PRIu64 " (%" PRIu64
        " caught up) + withheld %" PRIu64 " + held %" PRIu64 "\n",
        r->events, r->duplicates, r->refused, r->decisions, r->disclosed, r->caught_up, r->withheld,
        r->held);
    if (r->not_yours + r->not_allowed)
        say("           not taken: %" PRIu64
            " would take back, replace or reuse what another said, %" PRIu64
            " would make known what facts.yaml does not let their role say\n",
            r->not_yours, r->not_allowed);
    if (r->skipped)
        say("           PASSED OVER: up to %" PRIu64 " records aged out unread, and named people "
            "went on without them\n",
            r->skipped);
    if (r->returned + r->second)
        say("           LOOK: %" PRIu64 " events had a number that was given before, at %" PRIu64
            " a feed went on with another spool: state came back, or two hosts take for it\n",
            r->returned, r->second);
    print_held(r);
}

static void print_deliveries(const struct site *s, const struct figures *t)
{
    for (size_t i = 0; i < s->delivery_count; i++) {
        const struct delivery_counts *n = &t->deliveries[i];
        say("  delivery %-16s taken %" PRIu64 " = accepted %" PRIu64 " (%" PRIu64
            " reduced at the door) + refused %" PRIu64 " + stopped at the door %" PRIu64
            " + outstanding %" PRIu64 "\n",
            s->deliveries[i].name, n->taken, n->accepted, n->reduced, n->refused, n->stopped,
            n->outstanding);
        if (n->returned)
            say("                   %" PRIu64 " of them had ended by another state file: it came "
                "back, is new, or two hosts deliver for it\n",
                n->returned);
        if (n->untold)
            say("                   CANNOT TELL: up to %" PRIu64
                " receipts aged out that its state file does not know\n",
                n->untold);
        print_trouble(s, t, i);
    }
}

/* ---- what stands: it needs somebody before it goes on ---- */

struct showing_standing {
    struct arena *a;
    const char *room, *name;
    void (*each)(void *ctx, const struct standing *x);
    size_t count;
};

static void each_standing(const struct site *s, struct showing_standing *w)
{
    w->room = "router";
    w->name = NULL;
    if (s->has_router)
        standing_each(s, w->room, w->name, w->each, w);
    w->room = "feed";
    for (size_t i = 0; i < s->feed_count; i++) {
        w->name = s->feeds[i].name;
        standing_each(s, w->room, w->name, w->each, w);
    }
    w->room = "delivery";
    for (size_t i = 0; i < s->delivery_count; i++) {
        w->name = s->deliveries[i].name;
        standing_each(s, w->room, w->name, w->each, w);
    }
}

static void print_standing(void *ctx, const struct standing *x)
{
    const struct showing_standing *w = ctx;
    char time[TIME_TEXT_MAX];
    struct slice since = time_ms_to_iso(x->since_ms, time);
    const char *way_on = standing_way_on(w->a, w->room, w->name, x);
    if (x->lane.n)
        say("STANDS: lane %.*s of the router, since %.*s: %.*s (%.*s)\n", SHOWN(x->lane),
            SHOWN(since), (int)x->sentence.n, (const char *)x->sentence.p, SHOWN(x->code));
    else
        say("%s: %s%s%s, since %.*s: %.*s (%.*s)\n", x->waits ? "WAITS" : "STOPPED", w->room,
            w->name ? " " : "", w->name ? w->name : "", SHOWN(since), (int)x->sentence.n,
            (const char *)x->sentence.p, SHOWN(x->code));
    say("           %s\n", way_on ? way_on : "");
}

static void put_standing(void *ctx, const struct standing *x)
{
    struct showing_standing *w = ctx;
    const char *way_on = standing_way_on(w->a, w->room, w->name, x);
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_format(&b, "%s{\"part\":\"%s%s%s\",\"since\":%" PRId64 ",\"lane\":", w->count++ ? "," : "",
               w->room, w->name ? ":" : "", w->name ? w->name : "", x->since_ms);
    buf_json(&b, x->lane);
    buf_text(&b, ",\"code\":");
    buf_json(&b, x->code);
    buf_text(&b, ",\"sentence\":");
    buf_json(&b, x->sentence);
    buf_text(&b, ",\"way_on\":");
    buf_json(&b, slice_text(way_on));
    buf_format(&b, ",\"waits\":%s", x->waits ? "true" : "false");
    buf_byte(&b, '}');
    say_lines(stdout, buf_slice(&b));
    buf_release(&b);
}

static void print_standing_json(struct cli *c, const struct site *s)
{
    struct showing_standing w = { .a = &c->arena, .each = put_standing };
    say(",\"standing\":[");
    each_standing(s, &w);
    say("]");
}

static void print_unnamed(void *ctx, const struct unnamed *x)
{
    char text[UNNAMED_TEXT_MAX];
    (void)ctx;
    say("ALARM: site.yaml names no %s (check.unnamed)\n", unnamed_text(x, text));
}

static void print_text(struct cli *c, const struct site *s, const struct figures *t,
                       const struct asked *q)
{
    struct showing_standing w = { .a = &c->arena, .each = print_standing };
    each_standing(s, &w);
    unnamed_each(s, print_unnamed, NULL);
    status_rules_text(s, t, &q->parts);
    print_feeds(s, t);
    if (!is_away(q))
        print_router(&t->routed);
    print_deliveries(s, t);
    if (is_away(q)) {
        say("THE BUS CANNOT BE ASKED: this is what this site's own files say; what was "
            "decided, what is\nheld, and whether in = out cannot be told; %" PRIu64
            " outstanding at partners\n",
            t->outstanding);
        return;
    }
    say("%s; %" PRIu64 " in motion, %" PRIu64 " outstanding at partners\n",
        t->balanced ? "in = out: all three sums come to zero" : "A SUM DOES NOT COME TO ZERO",
        t->in_motion, t->outstanding);
}

/* Sums over all feeds: rows that vanished, and feeds whose snapshot is overdue. */
static void print_snapshots_json(const struct site *s, const struct figures *t)
{
    uint64_t vanished = 0, stale = 0;
    for (size_t i = 0; i < s->feed_count; i++) {
        vanished += t->feeds[i].vanished;
        stale += feed_is_stale(&t->feeds[i], t->at_ms);
    }
    say(",\"snapshots\":{\"vanished\":%" PRIu64 ",\"stale\":%" PRIu64 "}", vanished, stale);
}

/* Names of feeds need no escapes: the configuration allows plain ones only. */
static void print_feeds_json(const struct site *s, const struct figures *t)
{
    say(",\"feeds\":{");
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct feed_counts *n = &t->feeds[i];
        say("%s\"%s\":{\"taken\":%" PRIu64 ",\"published\":%" PRIu64 ",\"unchanged\":%" PRIu64
            ",\"duplicates\":%" PRIu64 ",\"not_carried\":%" PRIu64 ",\"quarantined\":%" PRIu64
            ",\"refused_environment\":%" PRIu64 ",\"refused_later\":%" PRIu64 ",\"events\":%" PRIu64
            ",\"waiting\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"lost_from_quarantine\":%" PRIu64
            ",\"lost_ids\":%" PRIu64 ",\"unknown\":%" PRIu64 ",\"not_kept\":%" PRIu64
            ",\"vanished\":%" PRIu64 ",\"stale\":%s,\"in_quarantine\":%" PRIu64
            ",\"quarantine_oldest\":%" PRId64 ",\"quarantine_alarm\":%s,\"words\":%" PRIu64
            ",\"words_oldest\":%" PRId64 ",\"words_full\":%s,\"fetch_since\":%" PRId64
            ",\"fetch_tries\":%" PRIu64 ",\"fetch_again\":%" PRId64 ",\"fetch_code\":\"%s\"}",
            i ? "," : "", s->feeds[i].name, n->taken, n->published, n->unchanged, n->duplicates,
            n->not_carried, n->quarantined, n->refused_environment, n->refused_later, n->events,
            n->waiting, n->lost, n->aside_lost, n->lost_ids, n->unknown, n->not_kept, n->vanished,
            feed_is_stale(n, t->at_ms) ? "true" : "false", n->aside, n->aside_oldest_ms,
            feed_is_full_or_old(n, t->at_ms) ? "true" : "false", n->words, n->words_oldest_ms,
            n->words_full ? "true" : "false", n->fetch.since_ms, n->fetch.tries, n->fetch.again_ms,
            n->fetch.code);
    }
    say("}");
}

static void print_deliveries_json(const struct site *s, const struct figures *t)
{
    const struct figures_of of = { .site = s };
    say(",\"deliveries\":{");
    for (size_t i = 0; i < s->delivery_count; i++) {
        const struct delivery_counts *n = &t->deliveries[i];
        say("%s\"%s\":{\"taken\":%" PRIu64 ",\"accepted\":%" PRIu64 ",\"reduced\":%" PRIu64
            ",\"refused\":%" PRIu64 ",\"stopped\":%" PRIu64 ",\"duplicates\":%" PRIu64
            ",\"returned\":%" PRIu64 ",\"untold\":%" PRIu64 ",\"outstanding\":%" PRIu64
            ",\"parked\":%" PRIu64 ",\"unrendered\":%" PRIu64 ",\"behind\":%" PRIu64
            ",\"parked_since\":%" PRId64 ",\"troubled\":%" PRIu64 ",\"down_since\":%" PRId64
            ",\"alarm\":%s}",
            i ? "," : "", s->deliveries[i].name, n->taken, n->accepted, n->reduced, n->refused,
            n->stopped, n->duplicates, n->returned, n->untold, n->outstanding, n->parked,
            n->unrendered, n->behind, n->parked_since_ms, n->troubled, n->down_since_ms,
            figures_is_alarming(&of, t, i) ? "true" : "false");
    }
    say("}");
}

/* Prints reasons as everybody may see them. */
static void print_reasons_json(const struct figures *t)
{
    say(",\"reasons\":[");
    for (size_t i = 0; i < t->routed.reason_count; i++)
        say("%s{\"outcome\":\"%s\",\"reason\":\"%s\",\"decisions\":%" PRIu64 "}", i ? "," : "",
            t->routed.reasons[i].outcome, t->routed.reasons[i].reason, t->routed.reasons[i].count);
    say("],\"holds_by_reason\":[");
    for (size_t i = 0; i < t->routed.waiting_by_count; i++)
        say("%s{\"reason\":\"%s\",\"open\":%" PRIu64 ",\"overdue\":%" PRIu64 ",\"oldest\":%" PRId64
            "}",
            i ? "," : "", t->routed.waiting_by[i].reason, t->routed.waiting_by[i].count.open,
            t->routed.waiting_by[i].count.overdue, t->routed.waiting_by[i].count.oldest_ms);
    say("]");
}

/* Figures alone: nothing of a person. */
static void print_claims(const struct figures *t)
{
    const struct tally_counts *n = &t->routed;
    for (size_t i = 0; i < n->claim_count; i++) {
        const struct tally_claims *c = &n->claims[i];
        say("%.*s  claims made %" PRIu64 ", caught up on at once %" PRIu64 "; now",
            SHOWN(c->service), c->made, c->caught_up);
        for (enum claim_state s = CLAIM_NONE + 1; s < CLAIM_STATES; s++)
            say("%s %s %" PRIu64, s == CLAIM_NONE + 1 ? "" : ",", claimed_state_name(s), c->now[s]);
        say("\n");
    }
    if (n->claim_count == 0)
        say_to(stderr, "no service claims anybody by its own agency's word\n");
}

static void print_claims_json(const struct figures *t)
{
    say(",\"claims\":{");
    for (size_t i = 0; i < t->routed.claim_count; i++) {
        const struct tally_claims *c = &t->routed.claims[i];
        say("%s\"%.*s\":{\"made\":%" PRIu64 ",\"caught_up\":%" PRIu64, i ? "," : "",
            SHOWN(c->service), c->made, c->caught_up);
        for (enum claim_state s = CLAIM_NONE + 1; s < CLAIM_STATES; s++)
            say(",\"%s\":%" PRIu64, claimed_state_name(s), c->now[s]);
        say("}");
    }
    say("}");
}

/* Without the bus, what only the bus tells is null or left out. */
static void print_sums_json(const struct figures *t, const struct asked *q)
{
    const struct tally_counts *r = &t->routed;
    if (is_away(q)) {
        say("{\"bus\":\"%s\",\"balanced\":null,\"in_motion\":null,\"outstanding\":%" PRIu64,
            q->away.code, t->outstanding);
        return;
    }
    say("{\"bus\":\"\",\"balanced\":%s,\"in_motion\":%" PRIu64 ",\"outstanding\":%" PRIu64
        ",\"events\":%" PRIu64 ",\"duplicates\":%" PRIu64 ",\"refused\":%" PRIu64
        ",\"disclosed\":%" PRIu64 ",\"withheld\":%" PRIu64 ",\"held\":%" PRIu64
        ",\"feed_openings\":%" PRIu64 ",\"returned\":%" PRIu64 ",\"second_spool\":%" PRIu64
        ",\"skipped\":%" PRIu64 ",\"caught_up\":%" PRIu64 ",\"receipts\":%" PRIu64
        ",\"not_yours\":%" PRIu64 ",\"not_allowed\":%" PRIu64 ",\"holds\":{\"open\":%" PRIu64
        ",\"overdue\":%" PRIu64 ",\"oldest\":%" PRId64 "},\"unread\":{\"people\":%" PRIu64
        ",\"oldest\":%" PRId64 "}",
        t->balanced ? "true" : "false", t->in_motion, t->outstanding, r->events, r->duplicates,
        r->refused, r->disclosed, r->withheld, r->held, r->openings, r->returned, r->second,
        r->skipped, r->caught_up, r->receipts, r->not_yours, r->not_allowed, r->waiting.open,
        r->waiting.overdue, r->waiting.oldest_ms, r->unread, r->unread_oldest_ms);
}

static void print_json(struct cli *c, const struct site *s, const struct figures *t,
                       const struct asked *q)
{
    print_sums_json(t, q);
    print_snapshots_json(s, t);
    print_feeds_json(s, t);
    print_deliveries_json(s, t);
    if (!is_away(q)) {
        print_reasons_json(t);
        print_claims_json(t);
    }
    print_standing_json(c, s);
    status_rules_json(s, t, &q->parts);
    say("}\n");
}

static void print_vanished(void *ctx, struct slice row, int64_t since_ms)
{
    const struct site_feed *f = ctx;
    char time[TIME_TEXT_MAX];
    struct slice since = time_ms_to_iso(since_ms, time);
    say("%s\t%.*s\tgone since %.*s\n", f->name, (int)row.n, (const char *)row.p, (int)since.n,
        (const char *)since.p);
}

/* Lists vanished rows by their own keys, for the agency's own people. */
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

static int print_status(struct cli *c, const struct site *s, const char *how)
{
    struct figures f;
    struct asked q;
    struct err e = { 0 };
    if (!gather_status(c, s, &f, &q, &e))
        return cli_fail(CLI_CANNOT, &e);
    if (strcmp(how, "--json") == 0)
        print_json(c, s, &f, &q);
    else if (strcmp(how, "--claims") != 0)
        print_text(c, s, &f, &q);
    else if (!is_away(&q))
        print_claims(&f);
    if (is_away(&q))
        return cli_fail(CLI_CANNOT, &q.away);
    return f.balanced ? CLI_DONE : CLI_NO;
}

int cmd_status(struct cli *c, int argc, char **argv)
{
    static const char *const options[] = { "", "--json", "--vanished", "--claims" };
    const char *how = argc == 3 ? argv[2] : "";
    if (argc != 2 && argc != 3)
        return CLI_USAGE;
    if (!slice_is_one_of_texts(slice_text(how), options, 4))
        return CLI_USAGE;
    struct site *s = cli_site(c, argv[1], false);
    if (!s)
        return CLI_CANNOT;
    if (strcmp(how, "--vanished") == 0)
        return list_vanished(s);
    return print_status(c, s, how);
}
