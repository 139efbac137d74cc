/* manual_metrics.c - the metrics, as they are written for a made-up site that has one of
 * everything: each family's help, and the labels of its first sample. */
#include "commands/manual.h"

#include <stdio.h>
#include <string.h>

#include "daemon/certificates.h"
#include "daemon/metrics.h"

/* One feed, one delivery, one of whatever a family has a sample of. */
static void write_example(struct buf *out)
{
    static const struct transport none = { .name = "none", .fetches = true };
    struct site_feed feed = { .name = "NAME", .transport = &none };
    struct site_delivery delivery = { .name = "NAME", .transport = &none };
    const struct site site = {
        .feeds = &feed, .feed_count = 1, .deliveries = &delivery, .delivery_count = 1
    };
    const struct agreement agreement = { .name = SLICE("NAME") };
    const struct bundle bundle = { .agreements = &agreement, .agreement_count = 1 };
    const struct edition rules = { .bundle = &bundle };
    struct feed_counts feeds = { .snapshot_ms = 1, .stale_after_ms = 1 };
    struct delivery_counts deliveries = { .taken = 0 };
    const struct figures_aside aside = { .code = SLICE("CODE") };
    struct expiry end = { .agreement = 0 };
    struct figures f = { .rules = &rules,
                         .feeds = &feeds,
                         .deliveries = &deliveries,
                         .asides = &aside,
                         .aside_count = 1,
                         .ends = &end,
                         .end_count = 1 };
    void *there = &feed; /* asked only whether it is there */
    const int64_t away_ms[1] = { 0 };
    const struct metrics_process process = { .bus_away_since_ms = away_ms };
    const struct figures_of of = { .site = &site, .tally = there };
    f.routed.reason_count = f.routed.waiting_by_count = f.routed.claim_count = 1;
    f.routed.reasons[0] = (struct tally_reason){ "OUTCOME", "REASON", 0 };
    f.routed.waiting_by[0].reason = "REASON";
    metrics_write(&of, &f, &process, out);
    buf_text(out, certificates_family);
}

static struct slice next_line(struct slice *rest)
{
    size_t n = slice_find(*rest, '\n');
    struct slice line = slice_head(*rest, n);
    *rest = slice_from(*rest, n + 1);
    return line;
}

/* "counter; feed, outcome" of a family whose TYPE line and first sample these are. */
static void put_kind(struct buf *kind, struct slice type, struct slice sample)
{
    struct slice labels = slice_from(sample, slice_find(sample, '{') + 1);
    const char *between = "; by ";
    struct slice named = slice_from(type, strlen("# TYPE "));
    buf_put(kind, slice_from(named, slice_find(named, ' ') + 1));
    while (!slice_starts(sample, SLICE("# ")) && labels.n) {
        buf_format(kind, "%s%.*s", between, SHOWN(slice_head(labels, slice_find(labels, '='))));
        labels = slice_from(labels, slice_find(labels, '"') + 1);
        labels = slice_from(labels, slice_find(labels, '"') + 1);
        labels = labels.n && labels.p[0] == ',' ? slice_from(labels, 1) : slice_of(NULL, 0);
        between = ", ";
    }
    buf_byte(kind, '\0');
}

static void put_family(struct slice help, struct slice *rest, struct buf *out)
{
    char name[100], text[400];
    struct slice about = slice_from(help, strlen("# HELP "));
    size_t cut = slice_find(about, ' ');
    struct slice type = next_line(rest), after = *rest;
    struct buf kind;
    (void)snprintf(name, sizeof name, "%.*s", (int)cut, (const char *)about.p);
    about = slice_from(about, cut + 1);
    (void)snprintf(text, sizeof text, "%.*s", (int)about.n, (const char *)about.p);
    buf_init(&kind, 1000);
    put_kind(&kind, type, next_line(&after));
    if (buf_ok(&kind))
        manual_item(out, name, (const char *)buf_slice(&kind).p, text);
    buf_release(&kind);
}

void manual_metrics(const struct cli *c, struct buf *out)
{
    struct buf all;
    (void)c;
    buf_init(&all, 1 << 20);
    write_example(&all);
    manual_heading(out, "Families");
    for (struct slice rest = buf_slice(&all); rest.n > 0;) {
        struct slice line = next_line(&rest);
        if (slice_starts(line, SLICE("# HELP ")))
            put_family(line, &rest, out);
    }
    buf_release(&all);
}
