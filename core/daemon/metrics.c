/* metrics.c - writes the families of metrics and their samples. */
#include "daemon/metrics.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "audit/audit.h"
#include "daemon/certificates.h"
#include "daemon/metrics_router.h"
#include "daemon/metrics_text.h"

/* ---- feeds and deliveries: a row each ---- */

#define COLUMNS_MAX 6

/* A family: a sample a row, or a row and column. A column is its figure's place in the row. */
struct table_family {
    const char *name, *type, *help, *label; /* label: of the columns, NULL when there is but one */
    struct {
        const char *value;
        size_t at;
    } columns[COLUMNS_MAX];
    size_t count;
};

#define FEED(member) offsetof(struct feed_counts, member)
#define DELIVERY(member) offsetof(struct delivery_counts, member)

static const struct table_family of_feeds[] = {
    { "concordat_feed_taken_messages_total",
      "counter",
      "Messages taken in.",
      NULL,
      { { NULL, FEED(taken) } },
      1 },
    { "concordat_feed_ended_messages_total",
      "counter",
      "What became of the messages taken in.",
      "outcome",
      { { "published", FEED(published) },
        { "unchanged", FEED(unchanged) },
        { "duplicate", FEED(duplicates) },
        { "not-carried", FEED(not_carried) },
        { "quarantined", FEED(quarantined) } },
      5 },
    { "concordat_feed_refused_messages_total",
      "counter",
      "Messages that were refused and not stored.",
      "reason",
      { { "wrong-environment", FEED(refused_environment) }, { "later", FEED(refused_later) } },
      2 },
    { "concordat_feed_events_total",
      "counter",
      "Events made from the messages.",
      NULL,
      { { NULL, FEED(events) } },
      1 },
    { "concordat_feed_lost_numbers_total",
      "counter",
      "Identifiers that failed their own check and were not used.",
      NULL,
      { { NULL, FEED(lost_ids) } },
      1 },
    { "concordat_feed_unknown_messages_total",
      "counter",
      "Messages of a type that the mapping neither has a rule for nor lists under not_carried.",
      NULL,
      { { NULL, FEED(unknown) } },
      1 },
    { "concordat_feed_unkept_values_total",
      "counter",
      "Values that are in no record because a table lacks them or they cannot be read.",
      NULL,
      { { NULL, FEED(not_kept) } },
      1 },
    { "concordat_feed_unpublished_messages",
      "gauge",
      "Messages in the spool that wait for the bus.",
      NULL,
      { { NULL, FEED(waiting) } },
      1 },
    { "concordat_feed_lost_messages",
      "gauge",
      "Messages that only their sender has: lost by the bus, or with state that came back older.",
      NULL,
      { { NULL, FEED(lost) } },
      1 },
    { "concordat_feed_unpublished_bytes",
      "gauge",
      "Size of the messages in the spool that wait for the bus.",
      NULL,
      { { NULL, FEED(waiting_bytes) } },
      1 },
    { "concordat_feed_vanished_rows",
      "gauge",
      "Rows missing from the last snapshot: somebody has to look.",
      NULL,
      { { NULL, FEED(vanished) } },
      1 },
    { "concordat_feed_quarantine_bytes",
      "gauge",
      "Size of the messages in the quarantine.",
      NULL,
      { { NULL, FEED(aside_bytes) } },
      1 },
    { "concordat_feed_words",
      "gauge",
      "Consents, objections and restrictions stored until a link says whom they are about.",
      NULL,
      { { NULL, FEED(words) } },
      1 },
    { "concordat_feed_words_bytes",
      "gauge",
      "Size of the stored consents, objections and restrictions that wait for a link.",
      NULL,
      { { NULL, FEED(words_bytes) } },
      1 },
};

static const struct table_family of_deliveries[] = {
    { "concordat_delivery_taken_disclosures_total",
      "counter",
      "Disclosures taken for delivery.",
      NULL,
      { { NULL, DELIVERY(taken) } },
      1 },
    { "concordat_delivery_ended_disclosures_total",
      "counter",
      "What became of the disclosures taken.",
      "outcome",
      { { "accepted", DELIVERY(accepted) },
        { "refused", DELIVERY(refused) },
        { "stopped", DELIVERY(stopped) } },
      3 },
    { "concordat_delivery_reduced_disclosures_total",
      "counter",
      "Disclosures accepted by the partner after the last check before sending removed something.",
      NULL,
      { { NULL, DELIVERY(reduced) } },
      1 },
    { "concordat_delivery_skipped_disclosures_total",
      "counter",
      "Disclosures that the bus deleted before they were taken, and that a person skipped.",
      NULL,
      { { NULL, DELIVERY(skipped) } },
      1 },
    { "concordat_delivery_returned_disclosures_total",
      "counter",
      "Disclosures that another state file of the delivery had ended.",
      NULL,
      { { NULL, DELIVERY(returned) } },
      1 },
    { "concordat_delivery_untold_receipts_total",
      "counter",
      "Receipts, at most, that the bus deleted before this state file knew them: what another file "
      "sent cannot be told.",
      NULL,
      { { NULL, DELIVERY(untold) } },
      1 },
    { "concordat_delivery_undelivered_disclosures",
      "gauge",
      "Disclosures that wait for the partner.",
      NULL,
      { { NULL, DELIVERY(outstanding) } },
      1 },
    { "concordat_delivery_parked_disclosures",
      "gauge",
      "Waiting disclosures set aside until somebody deals with them (status says how): page "
      "somebody.",
      NULL,
      { { NULL, DELIVERY(parked) } },
      1 },
    { "concordat_delivery_troubled_disclosures",
      "gauge",
      "Waiting disclosures that failed and will be tried again.",
      NULL,
      { { NULL, DELIVERY(troubled) } },
      1 },
};

struct rows {
    const char *label;
    size_t count, size;
    const void *base;
    const bool *which; /* NULL: all */
    const char *(*name)(const struct site *s, size_t i);
};

static const char *feed_name(const struct site *s, size_t i)
{
    return s->feeds[i].name;
}

static const char *delivery_name(const struct site *s, size_t i)
{
    return s->deliveries[i].name;
}

static uint64_t figure_at(const struct rows *r, size_t row, size_t at)
{
    uint64_t value;
    memcpy(&value, (const char *)r->base + row * r->size + at, sizeof value);
    return value;
}

static void put_table(struct buf *out, const struct site *s, const struct rows *r,
                      const struct table_family *f)
{
    const size_t label_count = f->label ? 2 : 1;
    metrics_put_family(out, f->name, f->type, f->help);
    for (size_t i = 0; i < r->count; i++) {
        if (r->which && !r->which[i])
            continue;
        for (size_t k = 0; k < f->count; k++) {
            const struct metrics_label labels[] = { { r->label, slice_text(r->name(s, i)) },
                                                    { f->label, slice_text(f->columns[k].value) } };
            uint64_t figure = figure_at(r, i, f->columns[k].at);
            metrics_put_count(out, f->name, labels, label_count, figure);
        }
    }
}

/* Whether the figures have that feed: one that this process does not run is left out. */
static bool has_feed(const struct figures_of *of, size_t i)
{
    return !of->feeds || of->feeds[i];
}

static bool has_delivery(const struct figures_of *of, size_t i)
{
    return !of->deliveries || of->deliveries[i];
}

/* How long it is since a time; 0 where there is no such time. */
static int64_t age_ms(const struct figures *f, int64_t since_ms)
{
    return since_ms ? f->at_ms - since_ms : 0;
}

/* Snapshots are written apart: their age is counted from now, which no column can do. */
static void put_snapshots(struct buf *out, const struct figures_of *of, const struct figures *f)
{
    static const char age[] = "concordat_feed_snapshot_age_seconds";
    static const char stale[] = "concordat_feed_snapshot_stale";
    const struct site *s = of->site;
    metrics_put_family(
        out, age, "gauge",
        "Seconds since the last complete snapshot, or since the feed began to wait for the first.");
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct metrics_label name = { "feed", slice_text(s->feeds[i].name) };
        if (has_feed(of, i) && f->feeds[i].snapshot_ms)
            metrics_put_seconds(out, age, &name, 1, f->at_ms - f->feeds[i].snapshot_ms);
    }
    metrics_put_family(out, stale, "gauge",
                       "Is 1 when the last snapshot is older than stale_after: page somebody.");
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct metrics_label name = { "feed", slice_text(s->feeds[i].name) };
        if (has_feed(of, i) && f->feeds[i].stale_after_ms)
            metrics_put_count(out, stale, &name, 1, feed_is_stale(&f->feeds[i], f->at_ms));
    }
}

/* Writes for how long each delivery has been in trouble, and whether somebody has to look. */
static void put_trouble(struct buf *out, const struct figures_of *of, const struct figures *f)
{
    static const char alarm[] = "concordat_delivery_alarm";
    static const char trouble[] = "concordat_delivery_trouble_age_seconds";
    static const char down[] = "concordat_delivery_down_seconds";
    const struct site *s = of->site;
    metrics_put_family(
        out, alarm, "gauge",
        "Is 1 when something is parked, needs a person to mend it, or has failed for longer "
        "than alarm_after: page somebody.");
    for (size_t i = 0; i < s->delivery_count; i++) {
        const struct metrics_label name = { "delivery", slice_text(s->deliveries[i].name) };
        if (has_delivery(of, i))
            metrics_put_count(out, alarm, &name, 1, figures_is_alarming(of, f, i));
    }
    metrics_put_family(out, trouble, "gauge",
                       "How long the oldest failing disclosure has been failing; 0 when none is.");
    for (size_t i = 0; i < s->delivery_count; i++) {
        const struct metrics_label name = { "delivery", slice_text(s->deliveries[i].name) };
        int64_t since_ms = f->deliveries[i].troubled_since_ms;
        if (has_delivery(of, i))
            metrics_put_seconds(out, trouble, &name, 1, age_ms(f, since_ms));
    }
    metrics_put_family(out, down, "gauge",
                       "For how long nothing could be sent to the partner; 0 while it works.");
    for (size_t i = 0; i < s->delivery_count; i++) {
        const struct metrics_label name = { "delivery", slice_text(s->deliveries[i].name) };
        int64_t since_ms = f->deliveries[i].down_since_ms;
        if (has_delivery(of, i))
            metrics_put_seconds(out, down, &name, 1, age_ms(f, since_ms));
    }
}

/* Writes what is in quarantine now by code, how old the oldest is, and whether somebody has to
 * look. */
static void put_asides(struct buf *out, const struct figures_of *of, const struct figures *f)
{
    static const char now[] = "concordat_feed_quarantine_messages";
    static const char age[] = "concordat_feed_quarantine_oldest_age_seconds";
    static const char alarm[] = "concordat_feed_quarantine_alarm";
    const struct site *s = of->site;
    metrics_put_family(out, now, "gauge",
                       "Messages in the quarantine, by the code of their error.");
    for (size_t i = 0; i < f->aside_count; i++) {
        const struct figures_aside *a = &f->asides[i];
        const struct metrics_label labels[] = { { "feed", slice_text(s->feeds[a->feed].name) },
                                                { "code", a->code } };
        metrics_put_count(out, now, labels, 2, a->n);
    }
    metrics_put_family(out, age, "gauge",
                       "Age of the oldest message in the quarantine; 0 when there is none.");
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct metrics_label name = { "feed", slice_text(s->feeds[i].name) };
        if (has_feed(of, i))
            metrics_put_seconds(out, age, &name, 1, age_ms(f, f->feeds[i].aside_oldest_ms));
    }
    metrics_put_family(
        out, alarm, "gauge",
        "Is 1 when the quarantine is full or has a message older than quarantine_age: page "
        "somebody.");
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct metrics_label name = { "feed", slice_text(s->feeds[i].name) };
        if (has_feed(of, i))
            metrics_put_count(out, alarm, &name, 1, feed_is_full_or_old(&f->feeds[i], f->at_ms));
    }
}

/* Writes how old the oldest word is that is kept for links to come, and whether no other fits. */
static void put_words(struct buf *out, const struct figures_of *of, const struct figures *f)
{
    static const char age[] = "concordat_feed_words_oldest_age_seconds";
    static const char full[] = "concordat_feed_words_full";
    const struct site *s = of->site;
    metrics_put_family(
        out, age, "gauge",
        "Age of the oldest stored consent, objection or restriction that waits for a link; "
        "0 when there is none.");
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct metrics_label name = { "feed", slice_text(s->feeds[i].name) };
        if (has_feed(of, i))
            metrics_put_seconds(out, age, &name, 1, age_ms(f, f->feeds[i].words_oldest_ms));
    }
    metrics_put_family(
        out, full, "gauge",
        "Is 1 when a sender was asked to come again because words_max was reached: page somebody.");
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct metrics_label name = { "feed", slice_text(s->feeds[i].name) };
        if (has_feed(of, i))
            metrics_put_count(out, full, &name, 1, f->feeds[i].words_full);
    }
}

/* Writes of each feed whose transport fetches for how long, and how often, it has tried in vain. */
static void put_fetches(struct buf *out, const struct figures_of *of, const struct figures *f)
{
    static const char seconds[] = "concordat_feed_fetch_trouble_seconds";
    static const char tries[] = "concordat_feed_fetch_trouble_tries";
    const struct site *s = of->site;
    metrics_put_family(
        out, seconds, "gauge",
        "For how long a feed that fetches could not; 0 while it can. Page somebody when it lasts.");
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct spool_fetch *x = &f->feeds[i].fetch;
        const struct metrics_label name = { "feed", slice_text(s->feeds[i].name) };
        int64_t trouble_ms = x->tries ? f->at_ms - x->since_ms : 0;
        if (has_feed(of, i) && s->feeds[i].transport->fetches)
            metrics_put_seconds(out, seconds, &name, 1, trouble_ms);
    }
    metrics_put_family(out, tries, "gauge",
                       "How often a feed that fetches has tried in vain since it last could.");
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct metrics_label name = { "feed", slice_text(s->feeds[i].name) };
        if (has_feed(of, i) && s->feeds[i].transport->fetches)
            metrics_put_count(out, tries, &name, 1, f->feeds[i].fetch.tries);
    }
}

static void put_tables(struct buf *out, const struct figures_of *of, const struct figures *f)
{
    const struct site *s = of->site;
    const struct rows feeds = { "feed",   s->feed_count, sizeof *f->feeds,
                                f->feeds, of->feeds,     feed_name };
    const struct rows deliveries = { "delivery",    s->delivery_count, sizeof *f->deliveries,
                                     f->deliveries, of->deliveries,    delivery_name };
    for (size_t i = 0; i < sizeof of_feeds / sizeof of_feeds[0]; i++)
        put_table(out, s, &feeds, &of_feeds[i]);
    put_snapshots(out, of, f);
    put_asides(out, of, f);
    put_words(out, of, f);
    put_fetches(out, of, f);
    for (size_t i = 0; i < sizeof of_deliveries / sizeof of_deliveries[0]; i++)
        put_table(out, s, &deliveries, &of_deliveries[i]);
    put_trouble(out, of, f);
}

/* Writes of each feed for how long the bus has been away. */
static void put_away(struct buf *out, const struct figures_of *of, const struct figures *f,
                     const struct metrics_process *p)
{
    static const char away[] = "concordat_feed_bus_away_seconds";
    if (of->site->feed_count == 0)
        return;
    metrics_put_family(
        out, away, "gauge",
        "For how long the bus has not accepted what the feed has stored; 0 while it does.");
    for (size_t i = 0; i < of->site->feed_count; i++) {
        const struct metrics_label label = { "feed", slice_text(of->site->feeds[i].name) };
        if (has_feed(of, i))
            metrics_put_seconds(out, away, &label, 1, age_ms(f, p->bus_away_since_ms[i]));
    }
}

/* ---- rules ---- */

static void put_bundle(struct buf *out, const struct figures *f, const struct metrics_process *p)
{
    static const char info[] = "concordat_bundle_info";
    char hash[17];
    const struct metrics_label label = { "hash",
                                         slice_text(bundle_short_hash(f->rules->bundle, hash)) };
    metrics_put_family(out, info, "gauge", "The bundle in force, by the beginning of its hash.");
    metrics_put_count(out, info, &label, 1, 1);
    metrics_put_one(out, "concordat_bundle_number", "gauge", "The number of the bundle in force.",
                    f->rules->number);
    metrics_put_one(out, "concordat_bundle_wants_restart", "gauge",
                    "Is 1 when a bundle that is due needs a restart of this process.",
                    p->wants_restart);
}

/* Writes a sample of an agreement. */
static void put_of_agreement(struct buf *out, const char *name, const struct agreement *g,
                             int64_t value)
{
    char version[16];
    (void)snprintf(version, sizeof version, "%d", g->version);
    const struct metrics_label labels[] = { { "agreement", g->name },
                                            { "version", slice_text(version) } };
    metrics_put_name(out, name, labels, 2);
    buf_format(out, "%" PRId64 "\n", value);
}

static void put_ends(struct buf *out, const struct figures *f)
{
    static const char days[] = "concordat_agreement_days_left";
    static const char review[] = "concordat_agreement_review_overdue";
    const struct agreement *list = f->rules->bundle->agreements;
    metrics_put_family(out, days, "gauge",
                       "Whole days after today until the agreement ends; below 0 it has ended, and "
                       "disclosures under it are held.");
    for (size_t i = 0; i < f->end_count; i++)
        put_of_agreement(out, days, &list[f->ends[i].agreement], f->ends[i].days_left);
    metrics_put_family(out, review, "gauge", "Is 1 when the agreement's review is overdue.");
    for (size_t i = 0; i < f->end_count; i++)
        put_of_agreement(out, review, &list[f->ends[i].agreement], f->ends[i].review_overdue);
}

/* ---- all of it ---- */

static void put_process(struct buf *out, const struct figures *f, const struct metrics_process *p)
{
    static const char build[] = "concordat_build_info";
    static const char start[] = "concordat_start_time_seconds";
    const struct metrics_label labels[] = { { "version", SLICE(CONCORDAT_VERSION) },
                                            { "engine", SLICE(ENGINE_VERSION) } };
    metrics_put_family(out, build, "gauge", "What runs here.");
    metrics_put_count(out, build, labels, 2, 1);
    metrics_put_family(out, start, "gauge", "When it started, in seconds since 1970.");
    metrics_put_seconds(out, start, NULL, 0, p->started_ms);
    metrics_put_one(out, "concordat_ready", "gauge", "Is 1 when /health/ready says yes.",
                    p->is_ready);
    metrics_put_one(out, "concordat_state_disk_free_bytes", "gauge",
                    "Free space for this process on the disk of the state folder.",
                    p->disk_free_bytes);
    metrics_put_one(out, "concordat_state_disk_size_bytes", "gauge",
                    "Size of the disk of the state folder.", p->disk_size_bytes);
    metrics_put_one(out, "concordat_balanced", "gauge",
                    "Is 1 when every balance in status comes to zero.", f->balanced);
}

void metrics_write(const struct figures_of *of, const struct figures *f,
                   const struct metrics_process *p, struct buf *out)
{
    put_process(out, f, p);
    put_bundle(out, f, p);
    put_ends(out, f);
    put_tables(out, of, f);
    certificates_write(of, f->at_ms, out);
    if (p->bus_away_since_ms)
        put_away(out, of, f, p);
    if (of->tally)
        metrics_put_router(out, f, p);
    if (of->tally && !of->feeds && !of->deliveries)
        metrics_put_one(
            out, "concordat_in_motion", "gauge",
            "Messages, events, disclosures and receipts on their way between two parts of the "
            "program.",
            f->in_motion);
}
