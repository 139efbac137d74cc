/* tally.c - adds up the audit, entry by entry. */
#include "cli/tally.h"

#include <pthread.h>

struct tally {
    const struct site *site;
    struct bus *bus;
    pthread_mutex_t lock;
    struct audit_follow *audit;
    struct tally_counts counts;
};

static bool has_delivery(const struct site *s, struct slice service)
{
    for (size_t i = 0; i < s->delivery_count; i++)
        if (slice_equal(s->deliveries[i].service, service))
            return true;
    return false;
}

/* Outcomes and shown reasons are constants, so they are compared as pointers. */
static void count_reason(struct tally_counts *n, const char *outcome, const char *reason)
{
    size_t i = 0;
    while (i < n->reason_count &&
           (n->reasons[i].outcome != outcome || n->reasons[i].reason != reason))
        i++;
    if (i == TALLY_REASONS_MAX)
        return;
    if (i == n->reason_count)
        n->reasons[n->reason_count++] = (struct tally_reason){ outcome, reason, 0 };
    n->reasons[i].count++;
}

static void take_decision(struct tally *t, const struct audit_decision *d)
{
    struct tally_counts *n = &t->counts;
    uint64_t *const of_outcome[] = { [OUTCOME_DISCLOSE] = &n->disclosed,
                                     [OUTCOME_WITHHOLD] = &n->withheld,
                                     [OUTCOME_HOLD] = &n->held };
    n->decisions++;
    n->caught_up += d->caught_up;
    for (enum outcome o = 0; o < sizeof of_outcome / sizeof of_outcome[0]; o++)
        if (slice_equal_text(d->outcome, outcome_name(o))) {
            ++*of_outcome[o];
            n->to_deliveries += o == OUTCOME_DISCLOSE && has_delivery(t->site, d->recipient);
            count_reason(n, outcome_name(o), (const char *)reason_shown(d->reason, false).p);
        }
}

static bool take_entry(void *ctx, int partition, const struct audit_read *r)
{
    struct tally *t = ctx;
    struct tally_counts *n = &t->counts;
    n->events += slice_equal_text(r->kind, audit_kind_name(AUDIT_EVENT));
    n->duplicates += slice_equal_text(r->kind, audit_kind_name(AUDIT_DUPLICATE));
    n->refused += slice_equal_text(r->kind, audit_kind_name(AUDIT_REFUSED));
    n->receipts += slice_equal_text(r->kind, audit_kind_name(AUDIT_RECEIPT));
    for (size_t i = 0; i < r->decision_count; i++)
        take_decision(t, &r->decisions[i]);
    return holds_take(&n->holds, partition, r);
}

static void begin_anew(struct tally *t)
{
    audit_follow_close(&t->audit);
    holds_release(&t->counts.holds);
    t->counts = (struct tally_counts){ .events = 0 };
    holds_init(&t->counts.holds, t->site->bundle);
}

bool tally_open(const struct site *s, struct bus *b, struct tally **out, struct err *e)
{
    struct tally *t = mem_alloc(sizeof *t);
    *out = t;
    if (!t)
        return err_memory(e);
    t->site = s;
    t->bus = b;
    pthread_mutex_init(&t->lock, NULL);
    holds_init(&t->counts.holds, s->bundle);
    return true;
}

bool tally_read(struct tally *t, void (*use)(void *ctx, struct tally_counts *c), void *ctx,
                struct err *e)
{
    const struct site *s = t->site;
    pthread_mutex_lock(&t->lock);
    bool good = (t->audit ||
                 audit_follow_open(t->bus, s->catalogue, s->bundle->partitions, &t->audit, e)) &&
                audit_follow_read(t->audit, take_entry, t, e);
    if (good)
        use(ctx, &t->counts);
    else
        begin_anew(t);
    pthread_mutex_unlock(&t->lock);
    return good;
}

void tally_close(struct tally **out)
{
    struct tally *t = *out;
    *out = NULL;
    if (!t)
        return;
    begin_anew(t);
    pthread_mutex_destroy(&t->lock);
    mem_free(t);
}
