/* metrics.c - writes the families of metrics and their samples. */
#include "daemon/metrics.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "audit/audit.h"
#include "daemon/certificates.h"
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
      "Their size.",
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
      "Their size.",
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
    metrics_put_family(out, f->name, f->type, f->help);
    for (size_t i = 0; i < r->count; i++)
        for (size_t k = 0; k < f->count && (!r->which || r->which[i]); k++) {
            const struct metrics_label labels[] = { { r->label, slice_text(r->name(s, i)) },
                                                    { f->label, slice_text(f->columns[k].value) } };
            metrics_put_count(out, f->name, labels, f->label ? 2 : 1,
                              figure_at(r, i, f->columns[k].at));
        }
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
        if ((!of->feeds || of->feeds[i]) && f->feeds[i].snapshot_ms)
            metrics_put_seconds(out, age, &name, 1, f->at_ms - f->feeds[i].snapshot_ms);
    }
    metrics_put_family(out, stale, "gauge",
                       "Is 1 when the last snapshot is older than stale_after: page somebody.");
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct metrics_label name = { "feed", slice_text(s->feeds[i].name) };
        if ((!of->feeds || of->feeds[i]) && f->feeds[i].stale_after_ms)
            metrics_put_count(out, stale, &name, 1, feed_is_stale(&f->feeds[i], f->at_ms));
    }
}

/* Writes for how long each delivery has been in trouble, and whether somebody has to look. */
static void put_trouble(struct buf *out, const struct figures_of *of, const struct figures *f)
{
    static const char alarm[] = "concordat_delivery_alarm";
    static const char *const ages[] = { "concordat_delivery_trouble_age_seconds",
                                        "concordat_delivery_down_seconds" };
    const struct site *s = of->site;
    metrics_put_family(
        out, alarm, "gauge",
        "Is 1 when something is parked, needs a person to mend it, or has failed for longer "
        "than alarm_after: page somebody.");
    for (size_t i = 0; i < s->delivery_count; i++) {
        const struct metrics_label name = { "delivery", slice_text(s->deliveries[i].name) };
        if (!of->deliveries || of->deliveries[i])
            metrics_put_count(out, alarm, &name, 1, figures_is_alarming(of, f, i));
    }
    for (size_t k = 0; k < 2; k++) {
        metrics_put_family(
            out, ages[k], "gauge",
            k ? "For how long nothing could be sent to the partner; 0 while it works."
              : "How long the oldest failing disclosure has been failing; 0 when none is.");
        for (size_t i = 0; i < s->delivery_count; i++) {
            const struct delivery_counts *n = &f->deliveries[i];
            const struct metrics_label name = { "delivery", slice_text(s->deliveries[i].name) };
            int64_t since = k ? n->down_since_ms : n->troubled_since_ms;
            if (!of->deliveries || of->deliveries[i])
                metrics_put_seconds(out, ages[k], &name, 1, since ? f->at_ms - since : 0);
        }
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
        int64_t since = f->feeds[i].aside_oldest_ms;
        if (!of->feeds || of->feeds[i])
            metrics_put_seconds(out, age, &name, 1, since ? f->at_ms - since : 0);
    }
    metrics_put_family(
        out, alarm, "gauge",
        "Is 1 when the quarantine is full or has a message older than quarantine_age: page "
        "somebody.");
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct metrics_label name = { "feed", slice_text(s->feeds[i].name) };
        if (!of->feeds || of->feeds[i])
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
        int64_t since = f->feeds[i].words_oldest_ms;
        if (!of->feeds || of->feeds[i])
            metrics_put_seconds(out, age, &name, 1, since ? f->at_ms - since : 0);
    }
    metrics_put_family(
        out, full, "gauge",
        "Is 1 when a sender was asked to come again because words_max was reached: page somebody.");
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct metrics_label name = { "feed", slice_text(s->feeds[i].name) };
        if (!of->feeds || of->feeds[i])
            metrics_put_count(out, full, &name, 1, f->feeds[i].words_full);
    }
}

/* Of feeds whose transport fetches. */
static void put_fetches(struct buf *out, const struct figures_of *of, const struct figures *f)
{
    static const char *const names[] = { "concordat_feed_fetch_trouble_seconds",
                                         "concordat_feed_fetch_trouble_tries" };
    const struct site *s = of->site;
    for (size_t k = 0; k < 2; k++) {
        metrics_put_family(
            out, names[k], "gauge",
            k ? "How often the feed has tried in vain since then."
              : "Since when a feed that fetches cannot; 0: it can. Page somebody when it "
                "lasts.");
        for (size_t i = 0; i < s->feed_count; i++) {
            const struct spool_fetch *x = &f->feeds[i].fetch;
            const struct metrics_label name = { "feed", slice_text(s->feeds[i].name) };
            if (!s->feeds[i].transport->fetches || (of->feeds && !of->feeds[i]))
                continue;
            if (k)
                metrics_put_count(out, names[k], &name, 1, x->tries);
            else
                metrics_put_seconds(out, names[k], &name, 1, x->tries ? f->at_ms - x->since_ms : 0);
        }
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
        int64_t since_ms = p->bus_away_since_ms[i];
        if (!of->feeds || of->feeds[i])
            metrics_put_seconds(out, away, &label, 1, since_ms ? f->at_ms - since_ms : 0);
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

static void put_ends(struct buf *out, const struct figures *f)
{
    static const char days[] = "concordat_agreement_days_left";
    static const char review[] = "concordat_agreement_review_overdue";
    const struct agreement *list = f->rules->bundle->agreements;
    char version[16];
    for (int is_review = 0; is_review < 2; is_review++) {
        if (is_review)
            metrics_put_family(out, review, "gauge",
                               "Is 1 when the agreement's review is overdue.");
        else
            metrics_put_family(
                out, days, "gauge",
                "Whole days after today until the agreement ends; below 0 it has ended, and "
                "disclosures under it are held.");
        for (size_t i = 0; i < f->end_count; i++) {
            const struct expiry *x = &f->ends[i];
            (void)snprintf(version, sizeof version, "%d", list[x->agreement].version);
            const struct metrics_label labels[] = { { "agreement", list[x->agreement].name },
                                                    { "version", slice_text(version) } };
            metrics_put_name(out, is_review ? review : days, labels, 2);
            buf_format(out, "%" PRId64 "\n", is_review ? (int64_t)x->review_overdue : x->days_left);
        }
    }
}

/* ---- the router ---- */

static void put_held(struct buf *out, const struct figures *f)
{
    static const struct {
        const char *name, *help;
    } families[] = {
        { "concordat_held_disclosures", "Held disclosures that wait for a named person." },
        { "concordat_held_overdue_disclosures",
          "Held disclosures past their deadline: page somebody." },
        { "concordat_held_oldest_age_seconds", "How long the oldest held disclosure has waited." },
    };
    for (size_t k = 0; k < 3; k++) {
        metrics_put_family(out, families[k].name, "gauge", families[k].help);
        for (size_t i = 0; i < f->routed.waiting_by_count; i++) {
            const struct holds_count *n = &f->routed.waiting_by[i].count;
            const struct metrics_label reason = { "reason",
                                                  slice_text(f->routed.waiting_by[i].reason) };
            if (k == 2)
                metrics_put_seconds(out, families[k].name, &reason, 1, f->at_ms - n->oldest_ms);
            else
                metrics_put_count(out, families[k].name, &reason, 1, k ? n->overdue : n->open);
        }
    }
}

/* Signs are counted apart from held events: a sign also holds a person of whom no event has come.
 */
static void put_unread(struct buf *out, const struct figures *f)
{
    static const char age[] = "concordat_unread_oldest_age_seconds";
    const struct tally_counts *n = &f->routed;
    metrics_put_one(
        out, "concordat_unread_people", "gauge",
        "People whose events wait until somebody looks at a message that could not be read.",
        n->unread);
    metrics_put_family(out, age, "gauge",
                       "How long the events of the first of these people have waited.");
    metrics_put_seconds(out, age, NULL, 0, n->unread ? f->at_ms - n->unread_oldest_ms : 0);
}

/* Writes how many people each service claims to know by its own agency's word. Somebody should look
 * at a service that claims many of whom none was checked. */
static void put_claims(struct buf *out, const struct figures *f)
{
    static const char made[] = "concordat_claims_made_total",
                      caught_up[] = "concordat_claims_caught_up_total", now[] = "concordat_claims";
    const struct tally_counts *n = &f->routed;
    metrics_put_family(out, made, "counter",
                       "People that a service began to claim by its own agency's word.");
    for (size_t i = 0; i < n->claim_count; i++) {
        const struct metrics_label label = { "service", n->claims[i].service };
        metrics_put_count(out, made, &label, 1, n->claims[i].made);
    }
    metrics_put_family(out, caught_up, "counter",
                       "Claimed people whose older events were sent to the service at once.");
    for (size_t i = 0; i < n->claim_count; i++) {
        const struct metrics_label label = { "service", n->claims[i].service };
        metrics_put_count(out, caught_up, &label, 1, n->claims[i].caught_up);
    }
    metrics_put_family(
        out, now, "gauge",
        "People claimed now, by how the claim compares with what other agencies say.");
    for (size_t i = 0; i < n->claim_count; i++)
        for (enum claim_state s = CLAIM_NONE + 1; s < CLAIM_STATES; s++) {
            const struct metrics_label labels[] = {
                { "service", n->claims[i].service }, { "state", slice_text(claimed_state_name(s)) }
            };
            metrics_put_count(out, now, labels, 2, n->claims[i].now[s]);
        }
}

static void put_router(struct buf *out, const struct figures *f, const struct metrics_process *p)
{
    static const char decisions[] = "concordat_decisions_total",
                      lag[] = "concordat_router_lag_seconds";
    static const char age[] = "concordat_router_audit_age_seconds";
    const struct tally_counts *n = &f->routed;
    metrics_put_one(out, "concordat_router_events_total", "counter", "Events decided.", n->events);
    metrics_put_one(out, "concordat_router_duplicate_events_total", "counter",
                    "Events dropped because they were decided before.", n->duplicates);
    metrics_put_one(out, "concordat_router_feed_openings_total", "counter",
                    "Times that a partition met a new spool of a feed.", n->openings);
    metrics_put_one(
        out, "concordat_router_returned_events_total", "counter",
        "Events decided although their number was used before: an older state folder came back.",
        n->returned);
    metrics_put_one(out, "concordat_router_second_spool_events_total", "counter",
                    "Events with which a feed changed from one spool to another.", n->second);
    metrics_put_one(
        out, "concordat_skipped_records_total", "counter",
        "Records that the bus deleted before a part had read them, and that a person skipped.",
        n->skipped);
    metrics_put_one(
        out, "concordat_router_standing_lanes", "gauge",
        "Partitions of topics that wait for a person to say how to go on (concordat skip).",
        p->standing_lanes);
    metrics_put_one(out, "concordat_router_refused_events_total", "counter",
                    "Events that could not be decided.", n->refused);
    metrics_put_one(
        out, "concordat_router_not_yours_events_total", "counter",
        "Events ignored because they would retract, replace or reuse what another agency or "
        "service said.",
        n->not_yours);
    metrics_put_one(out, "concordat_router_not_allowed_facts_total", "counter",
                    "Facts ignored because the line of facts.yaml does not name the sender's role.",
                    n->not_allowed);
    metrics_put_one(out, "concordat_router_receipts_total", "counter",
                    "Receipts taken into the audit.", n->receipts);
    metrics_put_one(out, "concordat_router_caught_up_decisions_total", "counter",
                    "Decisions on older events, made when a service began to be entitled to them.",
                    n->caught_up);
    metrics_put_family(out, decisions, "counter", "Decisions, one for each event and recipient.");
    for (size_t i = 0; i < n->reason_count; i++) {
        const struct metrics_label labels[] = { { "outcome", slice_text(n->reasons[i].outcome) },
                                                { "reason", slice_text(n->reasons[i].reason) } };
        metrics_put_count(out, decisions, labels, 2, n->reasons[i].count);
    }
    metrics_put_family(out, lag, "gauge",
                       "Seconds since the router last had nothing left to decide.");
    metrics_put_seconds(out, lag, NULL, 0, p->router_lag_ms);
    metrics_put_family(
        out, age, "gauge",
        "Seconds since the audit was last read: figures from the audit are that old.");
    metrics_put_seconds(out, age, NULL, 0, f->at_ms - n->read_ms);
    put_held(out, f);
    put_unread(out, f);
    put_claims(out, f);
}

/* ---- all of it ---- */

static void put_process(struct buf *out, const struct figures *f, const struct metrics_process *p)
{
    static const char build[] = "concordat_build_info", start[] = "concordat_start_time_seconds";
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
        put_router(out, f, p);
    if (of->tally && !of->feeds && !of->deliveries)
        metrics_put_one(
            out, "concordat_in_motion", "gauge",
            "Messages, events, disclosures and receipts on their way between two parts of the "
            "program.",
            f->in_motion);
}
