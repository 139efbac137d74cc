/* cmd_audit.c - concordat audit verify|replay|list SITE. */
#include "commands/cli.h"

#include "audit/audit.h"
#include "base/clock.h"
#include "commands/fates.h"
#include "host/say.h"
#include "replay/replay.h"
#include "sharing/rules/prohibition.h"
#include "sharing/rules/withheld.h"

#include <inttypes.h>
#include <string.h>

static void print_finding(void *ctx, const char *sentence)
{
    (void)ctx;
    say("BROKEN  %s\n", sentence);
}

static void print_expired(const struct audit_report *r)
{
    char first[TIME_TEXT_MAX], last[TIME_TEXT_MAX];
    for (size_t i = 0; i < r->expired_count; i++) {
        const struct audit_expired *x = &r->expired[i];
        struct slice from = time_ms_to_iso(x->first_ms, first);
        struct slice to = time_ms_to_iso(x->last_ms, last);
        say("EXPIRED %.*s: %" PRIu64 " records that the audit has, of %.*s to %.*s, are gone from "
            "the front of the topic. Each entry keeps the hash of its record, but there is "
            "nothing to compare it with. Whether they aged out or somebody deleted them cannot be "
            "told\n",
            SHOWN(x->topic), x->count, SHOWN(from), SHOWN(to));
    }
}

static int print_report(const char *word, const struct audit_report *r)
{
    uint64_t expired = 0;
    for (size_t i = 0; i < r->expired_count; i++)
        expired += r->expired[i].count;
    print_expired(r);
    say("%s: %" PRIu64 " entries of %" PRIu64 " events, %" PRIu64 " decisions, %" PRIu64
        " disclosures",
        r->broken ? "NOT verified" : word, r->entries, r->events, r->decisions, r->disclosures);
    if (r->broken)
        say("; %" PRIu64 " findings", r->broken);
    if (expired)
        say("; expired: %" PRIu64, expired);
    say("\n");
    return r->broken ? CLI_NO : CLI_DONE;
}

static void print_strings(struct buf *b, const char *name, const struct slice *list, size_t n)
{
    buf_format(b, ",\"%s\":[", name);
    for (size_t i = 0; i < n; i++) {
        buf_text(b, i ? "," : "");
        buf_json(b, list[i]);
    }
    buf_byte(b, ']');
}

static void print_string(struct buf *b, const char *name, struct slice text)
{
    buf_format(b, ",\"%s\":", name);
    buf_json(b, text);
}

struct listing {
    struct buf line;
    const struct bundle *bundle;
    struct fates fates;
    bool may_see_protected;
};

static void put_shown_name(void *ctx, struct slice name)
{
    struct buf *b = ctx;
    buf_text(b, b->p[b->n - 1] == '[' ? "" : ",");
    buf_json(b, name);
}

/* Adds the categories that were withheld. That an event had one tells of its person, so protected
 * ones are listed only for those who may see them. */
static void print_withheld(struct listing *l, const struct audit_decision *d)
{
    struct buf *b = &l->line;
    buf_text(b, ",\"withheld\":[");
    for (size_t i = 0; i < d->withheld_count; i++) {
        bool is_shown = l->may_see_protected || !withheld_hides(l->bundle, d->withheld[i]);
        if (is_shown)
            put_shown_name(b, d->withheld[i]);
    }
    buf_byte(b, ']');
}

/* Adds the prohibitions that acted and what was released. Where a prohibition is protected, what
 * was released would tell of it: that is null for those who may not see protected ones. */
static void print_categories(struct listing *l, const struct audit_decision *d)
{
    struct buf *b = &l->line;
    buf_text(b, ",\"prohibitions\":[");
    prohibitions_shown(l->bundle, d->prohibitions, d->prohibition_count, l->may_see_protected,
                       put_shown_name, b);
    buf_byte(b, ']');
    bool is_disclosed = slice_equal_text(d->outcome, decision_outcome_name(OUTCOME_DISCLOSE));
    bool hides = prohibitions_hide(l->bundle, d->prohibitions, d->prohibition_count);
    if (is_disclosed && hides && !l->may_see_protected) {
        buf_text(b, ",\"released\":null,\"withheld\":null,\"obliged\":null");
        return;
    }
    print_strings(b, "released", d->released, d->released_count);
    print_withheld(l, d);
    print_strings(b, "obliged", d->obliged, d->obliged_count);
}

/* Adds what became of the disclosure; null where nothing was disclosed. */
static void print_fate(struct listing *l, const struct audit_decision *d)
{
    if (!d->disclosure.n) {
        buf_text(&l->line, ",\"delivery\":null");
        return;
    }
    const struct fate f = fates_of(&l->fates, d->disclosure, d->recipient);
    bool hides = prohibitions_hide(l->bundle, d->prohibitions, d->prohibition_count);
    fates_json(&f, hides && !l->may_see_protected, &l->line);
}

/* Adds when it was decided and by which bundle: the first 8 bytes of its hash, as status shows
 * them. */
static void print_rules(struct buf *b, const struct audit_read *r)
{
    char time[TIME_TEXT_MAX];
    print_string(b, "decided", time_ms_to_iso(r->decided_ms, time));
    buf_text(b, ",\"bundle\":\"");
    buf_hex(b, slice_of(r->bundle_hash, 8));
    buf_byte(b, '"');
}

static bool list_entry(void *ctx, int partition, const struct audit_read *r)
{
    struct listing *l = ctx;
    struct buf *b = &l->line;
    for (size_t i = 0; i < r->decision_count; i++) {
        const struct audit_decision *d = &r->decisions[i];
        buf_reset(b);
        buf_format(b, "{\"partition\":%d,\"sequence\":%" PRId64, partition, r->sequence);
        print_rules(b, r);
        print_string(b, "schema", d->schema);
        print_string(b, "kind", d->kind);
        print_string(b, "source", d->source);
        print_string(b, "event", d->event_id);
        print_string(b, "recipient", d->recipient);
        print_string(b, "outcome", d->outcome);
        print_string(b, "reason", reason_shown(d->reason, l->may_see_protected));
        print_string(b, "disclosure", d->disclosure);
        print_strings(b, "clauses", d->clauses, d->clause_count);
        print_categories(l, d);
        print_fate(l, d);
        buf_format(b, ",\"caught_up\":%s}", d->caught_up ? "true" : "false");
        say_lines(stdout, buf_slice(b));
        say("\n");
    }
    return true;
}

/* Prints an entry of an act. Its note is a sentence: who did what, and why. */
static bool list_act(void *ctx, int partition, const struct audit_read *r)
{
    struct listing *l = ctx;
    struct buf *b = &l->line;
    if (!slice_equal_text(r->kind, audit_kind_name(AUDIT_HOLD_ACT)))
        return true;
    buf_reset(b);
    buf_format(b, "{\"partition\":%d,\"sequence\":%" PRId64, partition, r->sequence);
    print_rules(b, r);
    print_string(b, "act", r->note);
    buf_byte(b, '}');
    say_lines(stdout, buf_slice(b));
    say("\n");
    return true;
}

static int list_audit(struct cli *c, const struct site *s, bool may_see_protected, bool acts)
{
    struct bus *b = cli_bus(s, true);
    struct listing l = { .bundle = s->bundle, .may_see_protected = may_see_protected };
    struct err e = { 0 };
    if (!b)
        return CLI_CANNOT;
    buf_init(&l.line, 1 << 20);
    bool is_read = true;
    if (!acts)
        is_read = fates_read(&c->arena, s, b, &l.fates, &e);
    if (is_read)
        is_read = audit_each(b, s->catalogue, s->bundle->partitions, acts ? list_act : list_entry,
                             &l, &e);
    buf_release(&l.line);
    bus_close(&b);
    return is_read ? CLI_DONE : cli_fail(CLI_CANNOT, &e);
}

/* Finds the bundle of an entry among those that the site keeps. */
struct finder {
    struct cli *c;
    const struct site *site;
};

static const struct bundle *find_bundle(void *ctx, const uint8_t hash[HASH_BYTES])
{
    const struct finder *f = ctx;
    return site_bundle_hashed(f->site, &f->c->arena, hash);
}

static int examine_audit(struct cli *c, const struct site *s, bool replay)
{
    struct bus *b = cli_bus(s, true);
    if (!b)
        return CLI_CANNOT;
    struct audit_report r = { 0 };
    struct err e = { 0 };
    struct finder finder = { c, s };
    const struct replay_bundles bundles = { find_bundle, &finder, s->places.demo };
    bool is_read;
    if (replay)
        is_read =
            replay_audit_by(b, s->bundle, &bundles, &s->router_keys, print_finding, NULL, &r, &e);
    else
        is_read = audit_verify(b, s->bundle, &c->arena, print_finding, NULL, &r, &e);
    bus_close(&b);
    if (!is_read)
        return cli_fail(CLI_CANNOT, &e);
    return print_report(replay ? "judged again, the same" : "verified", &r);
}

/* `list SITE`, `list SITE --protected`, `list SITE --acts`. */
static int call_list(struct cli *c, int argc, char **argv)
{
    struct slice option = slice_text(argc == 4 ? argv[3] : NULL);
    bool may_see_protected = slice_equal_text(option, "--protected");
    bool acts = slice_equal_text(option, "--acts");
    bool is_known = argc == 3 || may_see_protected || acts;
    if (!is_known)
        return CLI_USAGE;
    const struct site *s = cli_site(c, argv[2], false);
    if (!s)
        return CLI_CANNOT;
    return list_audit(c, s, may_see_protected, acts);
}

/* `verify SITE`, `replay SITE`. A replay decides again, for which it needs the router's keys. */
static int call_examine(struct cli *c, int argc, char **argv, bool replay)
{
    if (argc != 3)
        return CLI_USAGE;
    const struct site *s = cli_site(c, argv[2], replay);
    return s ? examine_audit(c, s, replay) : CLI_CANNOT;
}

int cmd_audit(struct cli *c, int argc, char **argv)
{
    if (argc < 3)
        return CLI_USAGE;
    struct slice verb = slice_text(argv[1]);
    if (slice_equal_text(verb, "list"))
        return call_list(c, argc, argv);
    if (slice_equal_text(verb, "verify"))
        return call_examine(c, argc, argv, false);
    if (slice_equal_text(verb, "replay"))
        return call_examine(c, argc, argv, true);
    return CLI_USAGE;
}
