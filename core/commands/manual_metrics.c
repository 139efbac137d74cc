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
    f.routed.reason_count = 1;
    f.routed.reasons[0] = (struct tally_reason){ "OUTCOME", "REASON", 0 };
    f.routed.waiting_by_count = 1;
    f.routed.waiting_by[0].reason = "REASON";
    f.routed.claim_count = 1;
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

/* What stands behind the next sign of that kind; empty where there is none. */
static struct slice behind(struct slice text, uint8_t sign)
{
    return slice_from(text, slice_find(text, sign) + 1);
}

/* Puts "counter; by feed, outcome": what the TYPE line says, and the labels of the first sample
 * (`name{feed="a",outcome="b"} 1`). A family without a sample has the next one's line there. */
static void put_kind(struct buf *kind, struct slice type, struct slice sample)
{
    struct slice name_and_type = slice_from(type, strlen("# TYPE "));
    buf_put(kind, behind(name_and_type, ' '));
    struct slice labels = behind(sample, '{');
    if (slice_starts(sample, SLICE("# ")))
        labels = slice_of(NULL, 0);
    const char *between = "; by ";
    while (labels.n > 0) {
        struct slice label = slice_head(labels, slice_find(labels, '='));
        buf_format(kind, "%s%.*s", between, SHOWN(label));
        between = ", ";
        struct slice value = behind(labels, '"');
        labels = behind(value, '"');
        if (!slice_starts(labels, SLICE(",")))
            break;
        labels = slice_from(labels, 1);
    }
    buf_byte(kind, '\0');
}

/* Puts the family of that HELP line. Takes its TYPE line off rest. */
static void put_family(struct slice help, struct slice *rest, struct buf *out)
{
    char name[100], text[400];
    struct slice name_and_text = slice_from(help, strlen("# HELP "));
    size_t name_bytes = slice_find(name_and_text, ' ');
    struct slice about = slice_from(name_and_text, name_bytes + 1);
    (void)snprintf(name, sizeof name, "%.*s", (int)name_bytes, (const char *)name_and_text.p);
    (void)snprintf(text, sizeof text, "%.*s", (int)about.n, (const char *)about.p);
    struct slice type = next_line(rest);
    struct slice after = *rest;
    struct slice sample = next_line(&after);
    struct buf kind;
    buf_init(&kind, 1000);
    put_kind(&kind, type, sample);
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
    struct slice rest = buf_slice(&all);
    while (rest.n > 0) {
        struct slice line = next_line(&rest);
        if (slice_starts(line, SLICE("# HELP ")))
            put_family(line, &rest, out);
    }
    buf_release(&all);
}
