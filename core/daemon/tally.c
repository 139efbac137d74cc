/* tally.c - adds up the audit, entry by entry. */
#include "daemon/tally.h"

#include <pthread.h>

#include "step/marks.h"
#include "base/clock.h"

struct tally {
    const struct site *site;
    struct bus *bus;
    struct audit_follow *audit;
    struct tally_counts counts; /* so far; of the thread that reads */
    struct holds holds;
    pthread_mutex_t lock;
    struct tally_counts last; /* under the lock */
};

static bool has_delivery(const struct site *s, struct slice service)
{
    for (size_t i = 0; i < s->delivery_count; i++)
        if (slice_equal(s->deliveries[i].service, service))
            return true;
    return false;
}

/* The row of an outcome and a reason, a new one where there is none. NULL: no row is left. Outcomes
 * and shown reasons are constants, so they are compared as pointers. */
static struct tally_reason *reason_row(struct tally_counts *n, const char *outcome,
                                       const char *reason)
{
    for (size_t i = 0; i < n->reason_count; i++) {
        struct tally_reason *row = &n->reasons[i];
        if (row->outcome == outcome && row->reason == reason)
            return row;
    }
    if (n->reason_count == TALLY_REASONS_MAX)
        return NULL;
    struct tally_reason *added = &n->reasons[n->reason_count++];
    *added = (struct tally_reason){ outcome, reason, 0 };
    return added;
}

static void tally_decision(struct tally *t, const struct audit_decision *d)
{
    struct tally_counts *n = &t->counts;
    uint64_t *const of_outcome[] = { [OUTCOME_DISCLOSE] = &n->disclosed,
                                     [OUTCOME_WITHHOLD] = &n->withheld,
                                     [OUTCOME_HOLD] = &n->held };
    n->decisions++;
    if (d->caught_up)
        n->caught_up++;
    for (enum outcome o = 0; o < sizeof of_outcome / sizeof of_outcome[0]; o++) {
        const char *outcome = decision_outcome_name(o);
        if (!slice_equal_text(d->outcome, outcome))
            continue;
        ++*of_outcome[o];
        if (o == OUTCOME_DISCLOSE && has_delivery(t->site, d->recipient))
            n->to_deliveries++;
        struct slice reason = reason_shown(d->reason, false);
        struct tally_reason *row = reason_row(n, outcome, (const char *)reason.p);
        if (row)
            row->count++;
    }
}

static bool is_kind(const struct audit_read *r, enum audit_kind kind)
{
    return slice_equal_text(r->kind, audit_kind_name(kind));
}

/* How often the note of an entry has a code. The note of an act is a person's own text: it is not
 * looked at. */
static uint64_t count_noted(const struct audit_read *r, struct slice code)
{
    uint64_t n = 0;
    struct slice rest = r->note;
    if (is_kind(r, AUDIT_HOLD_ACT))
        return 0;
    while (rest.n > 0) {
        const uint8_t *at = memmem(rest.p, rest.n, code.p, code.n);
        if (!at)
            break;
        n++;
        rest = slice_from(rest, (size_t)(at - rest.p) + code.n);
    }
    return n;
}

/* The row of a service, a new one where there is none. NULL: no row is left. */
static struct tally_claims *claims_row(struct tally_counts *n, struct slice service)
{
    for (size_t i = 0; i < n->claim_count; i++)
        if (slice_equal(n->claims[i].service, service))
            return &n->claims[i];
    if (n->claim_count == TALLY_CLAIMS_MAX)
        return NULL;
    struct tally_claims *added = &n->claims[n->claim_count++];
    *added = (struct tally_claims){ .service = service };
    return added;
}

/* A name that this program does not know is taken as the last state. */
static enum claim_state claim_state_named(struct slice name)
{
    const enum claim_state last = CLAIM_STATES - 1;
    for (enum claim_state s = CLAIM_NONE; s < last; s++)
        if (slice_equal_text(name, claimed_state_name(s)))
            return s;
    return last;
}

/* Claims of a service that has left the region are not counted. */
static void tally_claim(struct tally *t, const struct audit_claim *c)
{
    const struct bundle *b = t->site->bundle;
    int service = bundle_service(b, c->service);
    if (service < 0)
        return;
    struct tally_claims *n = claims_row(&t->counts, b->services[service].name);
    if (!n)
        return;
    enum claim_state before = claim_state_named(c->before);
    enum claim_state after = claim_state_named(c->after);
    if (c->caught_up > 0)
        n->caught_up++;
    if (before == CLAIM_NONE)
        n->made++;
    else if (n->now[before] > 0)
        n->now[before]--;
    if (after != CLAIM_NONE)
        n->now[after]++;
}

/* How many records a person skipped, by the note of the act: "skip router, up to 28 records of ...
 * by ..." (commands/skip.c). */
static uint64_t count_skipped(const struct audit_read *r)
{
    static const char before[] = ", up to ";
    uint64_t n = 0;
    if (!is_kind(r, AUDIT_HOLD_ACT) || !slice_starts(r->note, SLICE("skip ")))
        return 0;
    const uint8_t *at = memmem(r->note.p, r->note.n, before, sizeof before - 1);
    if (!at)
        return 0;
    const uint8_t *end = r->note.p + r->note.n;
    for (const uint8_t *p = at + sizeof before - 1; p < end; p++) {
        if (*p < '0' || *p > '9')
            break;
        n = n * 10 + (uint64_t)(*p - '0');
    }
    return n;
}

static bool tally_entry(void *ctx, int partition, const struct audit_read *r)
{
    struct tally *t = ctx;
    struct tally_counts *n = &t->counts;
    if (is_kind(r, AUDIT_EVENT))
        n->events++;
    else if (is_kind(r, AUDIT_DUPLICATE))
        n->duplicates++;
    else if (is_kind(r, AUDIT_REFUSED))
        n->refused++;
    else if (is_kind(r, AUDIT_RECEIPT))
        n->receipts++;
    n->skipped += count_skipped(r);
    n->not_yours += count_noted(r, SLICE("event.not-yours"));
    n->openings += count_noted(r, slice_text(mark_note(MARK_FIRST)));
    n->returned += count_noted(r, slice_text(mark_note(MARK_RETURNED)));
    n->second += count_noted(r, slice_text(mark_note(MARK_OTHER)));
    n->not_allowed += count_noted(r, SLICE("facts.not-allowed"));
    for (size_t i = 0; i < r->decision_count; i++)
        tally_decision(t, &r->decisions[i]);
    for (size_t i = 0; i < r->claim_count; i++)
        tally_claim(t, &r->claims[i]);
    return holds_take(&t->holds, partition, r);
}

/* What waits for that reason. Where no row is left it is counted with the last, so that nothing
 * that waits goes uncounted. */
static struct holds_count *waiting_by(struct tally_counts *n, const char *reason)
{
    for (size_t i = 0; i < n->waiting_by_count; i++)
        if (n->waiting_by[i].reason == reason)
            return &n->waiting_by[i].count;
    if (n->waiting_by_count == TALLY_REASONS_MAX)
        return &n->waiting_by[TALLY_REASONS_MAX - 1].count;
    struct tally_held *added = &n->waiting_by[n->waiting_by_count++];
    *added = (struct tally_held){ .reason = reason };
    return &added->count;
}

static void count_waiting(struct tally *t)
{
    struct tally_counts *n = &t->counts;
    n->read_ms = clock_wall_ms();
    holds_count(&t->holds, n->read_ms, &n->waiting);
    n->unread = t->holds.unread.people;
    n->unread_oldest_ms = unread_oldest_ms(&t->holds.unread);
    n->waiting_by_count = 0;
    for (const struct held *h = t->holds.first; h; h = h->next) {
        struct slice reason = reason_shown(slice_text(h->reason), false);
        holds_count_one(h, n->read_ms, waiting_by(n, (const char *)reason.p));
    }
}

static void forget_counts(struct tally *t)
{
    audit_follow_close(&t->audit);
    holds_release(&t->holds);
    t->counts = (struct tally_counts){ .events = 0 };
    holds_init(&t->holds, t->site->bundle);
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
    holds_init(&t->holds, s->bundle);
    t->last.read_ms = clock_wall_ms();
    return true;
}

bool tally_read(struct tally *t, struct err *e)
{
    const struct site *s = t->site;
    bool is_read = true;
    if (!t->audit)
        is_read = audit_follow_open(t->bus, s->catalogue, s->bundle->partitions, &t->audit, e);
    is_read = is_read && audit_follow_read(t->audit, tally_entry, t, e);
    if (!is_read) {
        forget_counts(t);
        return false;
    }
    count_waiting(t);
    pthread_mutex_lock(&t->lock);
    t->last = t->counts;
    pthread_mutex_unlock(&t->lock);
    return true;
}

struct holds *tally_holds(struct tally *t)
{
    return &t->holds;
}

void tally_last(struct tally *t, struct tally_counts *out)
{
    pthread_mutex_lock(&t->lock);
    *out = t->last;
    pthread_mutex_unlock(&t->lock);
}

void tally_close(struct tally **out)
{
    struct tally *t = *out;
    *out = NULL;
    if (!t)
        return;
    forget_counts(t);
    pthread_mutex_destroy(&t->lock);
    mem_free(t);
}
