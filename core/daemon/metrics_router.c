/* metrics_router.c - see metrics_router.h. */
#include "daemon/metrics_router.h"

#include "daemon/metrics_text.h"

static void put_held(struct buf *out, const struct figures *f)
{
    static const char open[] = "concordat_held_disclosures";
    static const char overdue[] = "concordat_held_overdue_disclosures";
    static const char age[] = "concordat_held_oldest_age_seconds";
    const struct tally_held *list = f->routed.waiting_by;
    const size_t n = f->routed.waiting_by_count;
    metrics_put_family(out, open, "gauge", "Held disclosures that wait for a named person.");
    for (size_t i = 0; i < n; i++) {
        const struct metrics_label reason = { "reason", slice_text(list[i].reason) };
        metrics_put_count(out, open, &reason, 1, list[i].count.open);
    }
    metrics_put_family(out, overdue, "gauge",
                       "Held disclosures past their deadline: page somebody.");
    for (size_t i = 0; i < n; i++) {
        const struct metrics_label reason = { "reason", slice_text(list[i].reason) };
        metrics_put_count(out, overdue, &reason, 1, list[i].count.overdue);
    }
    metrics_put_family(out, age, "gauge", "How long the oldest held disclosure has waited.");
    for (size_t i = 0; i < n; i++) {
        const struct metrics_label reason = { "reason", slice_text(list[i].reason) };
        metrics_put_seconds(out, age, &reason, 1, f->at_ms - list[i].count.oldest_ms);
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
    static const char made[] = "concordat_claims_made_total";
    static const char caught_up[] = "concordat_claims_caught_up_total";
    static const char now[] = "concordat_claims";
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

void metrics_put_router(struct buf *out, const struct figures *f, const struct metrics_process *p)
{
    static const char decisions[] = "concordat_decisions_total";
    static const char lag[] = "concordat_router_lag_seconds";
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
