/* cmd_why.c - concordat why SITE EVENT-ID [SERVICE]: one sentence a recipient, from the audit. */
#include "cli/cli.h"

#include "audit/audit.h"
#include "base/clock.h"

#include <stdio.h>
#include <string.h>

struct why {
    const struct bundle *bundle;
    struct slice id, service;
    size_t found;
};

static void print_list(const char *word, const struct slice *list, size_t n)
{
    if (!n)
        return;
    printf("; %s", word);
    for (size_t i = 0; i < n; i++)
        printf("%s%.*s", i ? ", " : " ", (int)list[i].n, (const char *)list[i].p);
}

/* " (file:line)" of a clause or prohibition by name; nothing when the bundle has no such one now. */
static void print_clause(const struct why *w, struct slice name)
{
    uint32_t line;
    printf("%.*s", (int)name.n, (const char *)name.p);
    for (uint32_t i = 0; i < w->bundle->clause_count; i++)
        if (slice_equal(clause_name(w->bundle, i), name)) {
            const char *file = clause_place(w->bundle, i, &line);
            printf(" (%s:%u)", file, line);
            return;
        }
    for (uint32_t i = 0; i < w->bundle->prohibition_count; i++)
        if (slice_equal(prohibition_name(w->bundle, i), name)) {
            const char *file = prohibition_place(w->bundle, i, &line);
            printf(" (%s:%u)", file, line);
            return;
        }
}

static void print_names(const struct why *w, const char *word, const struct slice *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        printf("%s", i ? ", " : word);
        print_clause(w, names[i]);
    }
}

static void print_decision(const struct why *w, const struct audit_decision *d)
{
    bool shared = slice_equal_text(d->outcome, "disclose");
    char reason[64];
    snprintf(reason, sizeof reason, "%.*s", (int)d->reason.n, (const char *)d->reason.p);
    printf("  %s %.*s", shared ? "shared with" : slice_equal_text(d->outcome, "hold") ? "held for"
                                                                                    : "withheld from",
           (int)d->recipient.n, (const char *)d->recipient.p);
    if (!shared)
        printf(": %s (%s)", reason_sentence(reason), reason);
    print_names(w, " under ", d->clauses, d->clause_count);
    if (d->caught_up)
        printf(", caught up");
    if (d->disclosure.n)
        printf(", as %.*s", (int)d->disclosure.n, (const char *)d->disclosure.p);
    print_list("released", d->released, d->released_count);
    print_list("withheld", d->withheld, d->withheld_count);
    print_names(w, "; taken by ", d->prohibitions, d->prohibition_count);
    printf("\n");
}

static void print_entry(const struct audit_read *r, int partition)
{
    char time[TIME_TEXT_MAX];
    struct slice at = time_ms_to_iso(r->decided_ms, time);
    printf("%.*s.%.*s from %.*s, decided %.*s, audit %d/%lld%s%.*s\n", (int)r->schema.n,
           (const char *)r->schema.p, (int)r->event_kind.n, (const char *)r->event_kind.p,
           (int)r->source.n, (const char *)r->source.p, (int)at.n, (const char *)at.p, partition,
           (long long)r->sequence, r->note.n ? ", " : "", (int)r->note.n, (const char *)r->note.p);
}

static bool each_entry(void *ctx, int partition, const struct audit_read *r)
{
    struct why *w = ctx;
    bool mine = slice_equal(r->event_id, w->id), printed = false;
    if (mine && slice_is_empty(w->service)) {
        print_entry(r, partition);
        printed = true;
        w->found++;
    }
    for (size_t i = 0; i < r->decision_count; i++) {
        const struct audit_decision *d = &r->decisions[i];
        if (!slice_equal(d->event_id, w->id) && !slice_equal(d->disclosure, w->id))
            continue;
        if (!slice_is_empty(w->service) && !slice_equal(d->recipient, w->service))
            continue;
        if (!printed)
            print_entry(r, partition);
        printed = true;
        print_decision(w, d);
        w->found++;
    }
    return true;
}

int cmd_why(struct cli *c, int argc, char **argv)
{
    if (argc != 3 && argc != 4)
        return CLI_USAGE;
    struct site *s = cli_site(c, argv[1], false);
    struct bus *b = s ? cli_bus(s, true) : NULL;
    if (!b)
        return CLI_CANNOT;
    struct why w = { .bundle = s->bundle, .id = slice_text(argv[2]),
                     .service = slice_text(argc == 4 ? argv[3] : NULL) };
    struct err e = { 0 };
    bool good = audit_each(b, s->catalogue, s->bundle->partitions, each_entry, &w, &e);
    bus_close(&b);
    if (!good)
        return cli_fail(CLI_CANNOT, &e);
    if (!w.found)
        printf("nothing is recorded of '%s'%s: no clause names such an event for anybody else, or it "
               "has not been decided\n", argv[2], argc == 4 ? " for that service" : "");
    return w.found ? CLI_DONE : CLI_NO;
}
