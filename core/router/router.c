/* router.c - the worker's loop: fetch, decide, commit; what a failure leaves and how the loop goes
 * on.
 *
 * A step (step/step.h) is one record, wholly or not at all; a transaction is many steps. When a
 * commit fails, the changes of memory, the chains and the batch are dropped together, and the bus
 * hands out the same records again: memory then holds exactly what is committed. */
#include "router/router.h"

#include <stdatomic.h>
#include <time.h>

#include "step/step.h"
#include "base/clock.h"
#include "bus/topics.h"
#include "host/log.h"
#include "router/order.h"
#include "router/restore.h"
#include "router/transaction.h"

#define ROUTER_ARENA_BYTES ((size_t)64 * 1024 * 1024)
#define RUN_WAIT_MS 500
#define LOOKED_AT_ONCE 256 /* lanes; a broker is asked for each, and records wait meanwhile */
#define TOPICS_OF_AGENCY 3 /* the first is of its events */
#define BACK_OFF_MS 200
#define WARN_AGAIN_NS ((int64_t)10 * 1000 * 1000 * 1000)

enum count { EVENTS, DISCLOSED, WITHHELD, HELD, DUPLICATES, REFUSED, RECEIPTS, COMMITS, COUNTS };

struct router {
    struct router_options o;
    struct editions own; /* of one bundle alone */
    struct edition only;
    const struct editions *rules;
    const struct edition *head;  /* the newest at the start of this transaction */
    _Atomic uint64_t generation; /* its number: no later commit goes by an older one */
    struct arena arena;          /* of its whole life: names and tables */
    struct bus_worker *worker;
    struct partition *partitions;
    struct audit_chain *committed; /* the chains at the last commit */
    struct transaction tx;
    const struct bus_record *batch; /* fetched */
    struct order order;             /* the same, in order; decided up to at */
    size_t n, at;
    bool is_ordered;
    struct router_stand *standing; /* lanes that wait for a human */
    size_t standing_count;
    bool standing_told;    /* as they are */
    const char *waits_for; /* the code that was told; NULL: none */
    size_t
        looked; /* lanes of events of which all that there was has been looked at since the join */
    _Atomic size_t standing_seen;
    const char **topics;    /* what is fetched */
    bool goes_on;           /* a lane that stood is to be fetched again */
    int64_t warned_ns;      /* when an alarm of numbers was last logged */
    uint64_t tally[COUNTS]; /* of this transaction */
    _Atomic uint64_t counts[COUNTS];
    _Atomic int64_t in_step_ns; /* when all that there was had been committed */
    atomic_bool stop;
};

/* -- opening
 * -------------------------------------------------------------------------------------- */

bool router_topics(const struct bundle *b, struct arena *a, const char ***out, struct err *e)
{
    const char **list = ARENA_ARRAY(a, b->agency_count * TOPICS_OF_AGENCY + 3, const char *);
    size_t n = 0;
    if (!list)
        return err_memory(e);
    for (size_t i = 0; i < b->agency_count; i++) {
        list[n++] = topic_events(a, b->agencies[i].name);
        list[n++] = topic_receipts(a, b->agencies[i].name);
        list[n++] = topic_states(a, b->agencies[i].name);
        if (!list[n - 1] || !list[n - 2] || !list[n - 3])
            return err_memory(e);
    }
    list[n++] = topic_states(a, SLICE(""));
    list[n] = TOPIC_CONTROL;
    *out = list;
    return list[n - 1] || err_memory(e);
}

static bool router_join_bus(struct router *r, struct err *e)
{
    const struct bus_join how = { .id = r->o.worker,
                                  .topics = r->topics,
                                  .partitions = r->o.bundle->partitions };
    return bus_join(r->o.bus, &how, &r->worker, e);
}

static bool router_join(struct router *r, struct err *e)
{
    const struct bundle *b = r->o.bundle;
    r->partitions = ARENA_ARRAY(&r->arena, (size_t)b->partitions, struct partition);
    r->committed = ARENA_ARRAY(&r->arena, (size_t)b->partitions, struct audit_chain);
    r->standing =
        ARENA_ARRAY(&r->arena, b->agency_count * (size_t)b->partitions, struct router_stand);
    if (!r->partitions || !r->committed || !r->standing)
        return err_memory(e);
    if (!router_topics(b, &r->arena, &r->topics, e))
        return false;
    if (!transaction_init(&r->tx, b, r->topics, &r->arena, e))
        return false;
    return router_join_bus(r, e);
}

static bool router_restore(struct router *r, struct err *e)
{
    for (int i = 0; i < r->o.bundle->partitions; i++) {
        if (!restore_partition(r->o.bus, r->worker, r->o.bundle, i, &r->partitions[i], e))
            return false;
        r->committed[i] = r->partitions[i].chain;
    }
    return true;
}

bool router_open(const struct router_options *o, struct router **out, struct err *e)
{
    struct router *r = mem_alloc(sizeof *r);
    *out = r;
    if (!r)
        return err_memory(e);
    r->o = *o;
    r->only = (struct edition){ .bundle = o->bundle, .from_ms = INT64_MIN };
    editions_add(&r->own, &r->only);
    r->rules = o->rules ? o->rules : &r->own;
    r->head = editions_newest(r->rules);
    atomic_init(&r->in_step_ns, clock_mono_ns());
    arena_init(&r->arena, ROUTER_ARENA_BYTES);
    bool good = router_join(r, e);
    good = good && router_restore(r, e);
    if (!good)
        router_close(out);
    return good;
}

void router_close(struct router **out)
{
    struct router *r = *out;
    *out = NULL;
    if (!r)
        return;
    bus_leave(&r->worker);
    for (int i = 0; r->partitions && i < r->o.bundle->partitions; i++)
        memory_release(&r->partitions[i].memory);
    transaction_release(&r->tx);
    order_release(&r->order);
    arena_release(&r->arena);
    mem_free(r);
}

/* -- one record
 * ------------------------------------------------------------------------------------ */

static void router_tally(struct router *r, const struct step *s)
{
    static const enum count of_kind[] = {
        [AUDIT_EVENT] = EVENTS,     [AUDIT_DUPLICATE] = DUPLICATES, [AUDIT_REFUSED] = REFUSED,
        [AUDIT_RECEIPT] = RECEIPTS, [AUDIT_HOLD_ACT] = COUNTS,      [AUDIT_BUNDLE] = COUNTS,
        [AUDIT_UNREAD] = COUNTS,
    };
    static const enum count of_outcome[] = {
        [OUTCOME_DISCLOSE] = DISCLOSED,
        [OUTCOME_WITHHOLD] = WITHHELD,
        [OUTCOME_HOLD] = HELD,
    };
    if (of_kind[s->kind] < COUNTS)
        r->tally[of_kind[s->kind]]++;
    for (size_t i = 0; i < s->judged.decision_count; i++)
        r->tally[of_outcome[s->judged.decisions[i].outcome]]++;
}

static void log_refusal(const struct router *r, const struct bus_record *in, const struct step *s)
{
    const struct log_who who = { "router", r->o.worker };
    if (s->kind == AUDIT_REFUSED)
        log_line(
            LOG_WARN, &who, s->refusal.code,
            "refused %s partition %d offset %lld: %s; it is noted in the audit, and ends there",
            in->topic, in->partition, (long long)in->offset, s->refusal.text);
    if (s->judged.not_allowed)
        log_line(
            LOG_WARN, &who, "facts.not-allowed",
            "by facts.yaml %u things that %s partition %d offset %lld says are not for its role "
            "to say: not known, and noted in the audit",
            s->judged.not_allowed, in->topic, in->partition, (long long)in->offset);
    if (s->judged.overstepped)
        log_line(
            LOG_WARN, &who, "event.not-yours",
            "of what waited for %s partition %d offset %lld %u would take back or replace what "
            "is not theirs: dropped, and noted in the audit",
            in->topic, in->partition, (long long)in->offset, s->judged.overstepped);
}

/* Logs numbers that were given twice, or two spools of one feed, once in a while. The audit has
 * each. */
static void log_mark(struct router *r, const struct bus_record *in, const struct step *s)
{
    const struct log_who who = { "router", r->o.worker };
    int64_t now = clock_mono_ns();
    bool is_alarm = s->mark == MARK_RETURNED || s->mark == MARK_OTHER;
    bool warned_lately = r->warned_ns && now - r->warned_ns < WARN_AGAIN_NS;
    if (!is_alarm || warned_lately)
        return;
    r->warned_ns = now;
    bool is_returned = s->mark == MARK_RETURNED;
    const char *what = "a feed goes on with a spool that another one had followed: two hosts "
                       "take for it, or an older one has come back";
    if (is_returned)
        what = "an event that was never decided has a number that was: an older state of its "
               "feed has come back";
    log_line(LOG_WARN, &who, is_returned ? "feed.returned" : "feed.second",
             "%s partition %d offset %lld: %s; it is decided, and noted in the audit", in->topic,
             in->partition, (long long)in->offset, what);
}

static bool router_stands(const struct router *r, const struct bus_record *in)
{
    for (size_t i = 0; i < r->standing_count; i++)
        if (r->standing[i].partition == in->partition &&
            strcmp(r->standing[i].topic, in->topic) == 0)
            return true;
    return false;
}

static bool is_fetched(const struct router *r, const char *topic, int partition)
{
    bool is_lane = partition >= 0 && partition < r->o.bundle->partitions;
    for (size_t i = 0; is_lane && i < r->o.bundle->agency_count; i++)
        if (strcmp(r->topics[i * TOPICS_OF_AGENCY], topic) == 0)
            return true;
    return false;
}

static size_t lanes_of_events(const struct router *r)
{
    return r->o.bundle->agency_count * (size_t)r->o.bundle->partitions;
}

/* -1: the bus does not say. */
static int64_t committed_at(struct router *r, const char *topic, int partition)
{
    struct bus_position at;
    struct err e = { 0 };
    struct arena a;
    arena_init(&a, BUS_RECORD_MAX_BYTES);
    bool good = bus_committed(r->worker, topic, partition, &a, &at, &e);
    arena_release(&a);
    return good ? at.next : -1;
}

/* Until all lanes have been looked at, one that has a record at its committed place may stand:
 * after a join that place has still to be fetched. */
static bool stands_at(void *ctx, const char *topic, int partition, int64_t offset)
{
    struct router *r = ctx;
    struct bus_end end;
    struct err e = { 0 };
    for (size_t i = 0; i < r->standing_count; i++)
        if (r->standing[i].offset == offset && r->standing[i].partition == partition &&
            strcmp(r->standing[i].topic, topic) == 0)
            return true;
    if (r->looked == lanes_of_events(r) || !is_fetched(r, topic, partition))
        return false;
    return committed_at(r, topic, partition) == offset &&
           bus_end(r->o.bus, topic, partition, &end, &e) && offset < end.next;
}

/* Notes that this lane waits at this record for a human. Nothing of it is committed; all other
 * lanes go on. */
static bool stand_still(struct router *r, const struct bus_record *in, struct err *e)
{
    const struct log_who who = { "router", r->o.worker };
    const char *topic = arena_text(&r->arena, slice_text(in->topic));
    if (!topic)
        return err_memory(e);
    log_line(LOG_ERROR, &who, e->code, "%s partition %d stands still at offset %lld: %s", topic,
             in->partition, (long long)in->offset, e->text);
    r->standing[r->standing_count++] =
        (struct router_stand){ topic, in->partition, in->offset, clock_wall_ms(), *e };
    r->standing_told = false;
    atomic_store(&r->standing_seen, r->standing_count);
    err_clear(e);
    return true;
}

/* The step lives as long as the transaction: outputs borrow its keys. */
static bool router_decide(struct router *r, const struct bus_record *in, struct err *e)
{
    struct partition *p = &r->partitions[in->partition];
    if (router_stands(r, in))
        return true;
    struct step *step = ARENA_NEW(&r->tx.arena, struct step);
    if (!step)
        return err_memory(e);
    const struct edition *g = editions_at(r->head, step_time(p, in));
    const struct input_rules rules = { g->bundle, r->o.keys, r->o.live, r->o.demo, stands_at, r };
    if (!step_decide(&rules, p, in, &r->tx.arena, step, e)) {
        bool waits_for_human = slice_equal_text(SLICE("feed.unknown"), e->code);
        return waits_for_human && stand_still(r, in, e);
    }
    if (!transaction_room(&r->tx, step, e)) {
        step_drop(step);
        return false;
    }
    step_accept(p, step);
    transaction_add(&r->tx, in, step);
    if (step->goes_on)
        r->goes_on = true;
    router_tally(r, step);
    log_refusal(r, in, step);
    log_mark(r, in, step);
    return true;
}

/* -- one transaction
 * --------------------------------------------------------------------------------- */

static void end_transaction(struct router *r)
{
    transaction_reset(&r->tx);
    memset(r->tally, 0, sizeof r->tally);
}

/* Back to what is committed; the bus fetches from there too. */
static void router_forget(struct router *r)
{
    for (int i = 0; i < r->o.bundle->partitions; i++) {
        memory_drop(&r->partitions[i].memory);
        r->partitions[i].chain = r->committed[i];
    }
    r->n = r->at = 0;
    end_transaction(r);
}

static void router_keep(struct router *r)
{
    for (int i = 0; i < r->o.bundle->partitions; i++) {
        memory_merge(&r->partitions[i].memory);
        r->committed[i] = r->partitions[i].chain;
    }
    r->tally[COMMITS]++;
    for (int i = 0; i < COUNTS; i++)
        atomic_fetch_add_explicit(&r->counts[i], r->tally[i], memory_order_relaxed);
    end_transaction(r);
}

/* Fetches when all of the batch is decided; n 0: there is no next record. */
static bool router_fetch(struct router *r, int wait_ms, struct err *e)
{
    if (r->at == r->n) {
        r->n = r->at = 0;
        r->is_ordered = false;
        if (!bus_fetch(r->worker, wait_ms, &r->batch, &r->n, e))
            return false;
    }
    if (!r->is_ordered)
        r->is_ordered = order_batch(&r->order, r->batch, r->n, e);
    return r->is_ordered;
}

/* Takes records until the queue is empty or the transaction is full. A failure that may pass ends
 * the transaction early when there is something to commit: the record that failed begins the next
 * one. */
static bool router_take(struct router *r, int wait_ms, struct err *e)
{
    bool good = true;
    while (good && !transaction_is_full(&r->tx)) {
        good = router_fetch(r, r->tx.taken ? 0 : wait_ms, e);
        if (!good || r->n == 0)
            break;
        good = router_decide(r, r->order.list[r->at].record, e);
        if (good)
            r->at++;
    }
    if (good)
        return true;
    bool ends_early = e->fate == ERR_RETRY && r->tx.taken > 0;
    if (ends_early)
        err_clear(e);
    return ends_early;
}

/* All that may run out of memory is done before the bus is asked. If it does, the transaction
 * stays as it is and is committed later. */
static bool router_prepare(struct router *r, struct err *e)
{
    for (int i = 0; i < r->o.bundle->partitions; i++)
        if (!memory_ready(&r->partitions[i].memory, e))
            return false;
    return transaction_prepare(&r->tx, r->partitions, e);
}

static bool router_commit(struct router *r, struct err *e)
{
    const struct transaction *t = &r->tx;
    if (!router_prepare(r, e))
        return false;
    if (!bus_commit(r->worker, t->outputs, t->output_count, t->positions, t->position_count, e)) {
        router_forget(r);
        return false;
    }
    router_keep(r);
    return true;
}

/* Joins again when a lane that stood may go on: its fetched records were passed over, so all lanes
 * begin again at what is committed. */
static void router_go_on(struct router *r)
{
    if (r->goes_on && r->standing_count > 0) {
        bus_leave(&r->worker); /* joined again by the next step */
        r->n = r->at = r->standing_count = r->looked = 0;
        r->standing_told = false;
        atomic_store(&r->standing_seen, 0);
    }
    r->goes_on = false;
}

static bool is_lane_at_end(struct router *r, const char *topic, int partition)
{
    struct bus_end end;
    struct err e = { 0 };
    int64_t next = committed_at(r, topic, partition);
    if (next < 0 || !bus_end(r->o.bus, topic, partition, &end, &e))
        return false;
    bool is_empty = end.first == end.next;
    return is_empty || next >= end.next;
}

/* Whether each lane of events has been at its end once since the join; r->looked counts them. A
 * fetch that brought nothing does not tell, for it may have been too short. Lanes of other topics
 * never stand. */
static bool has_looked_at_all(struct router *r)
{
    size_t partitions = (size_t)r->o.bundle->partitions;
    size_t lanes = lanes_of_events(r);
    size_t until = r->looked + LOOKED_AT_ONCE;
    for (; r->looked < lanes && r->looked < until; r->looked++) {
        struct bus_record at = { .topic = r->topics[r->looked / partitions * TOPICS_OF_AGENCY],
                                 .partition = (int)(r->looked % partitions) };
        if (!router_stands(r, &at) && !is_lane_at_end(r, at.topic, at.partition))
            return false;
    }
    return r->looked == lanes;
}

/* Tells which lanes stand. That none does is told only when all lanes were looked at: a lane that
 * stood before a start keeps its time. */
static void tell_standing(struct router *r)
{
    bool is_all = has_looked_at_all(r);
    if (r->standing_told || (r->standing_count == 0 && !is_all))
        return;
    if (r->o.stands)
        r->o.stands(r->o.ctx, r->standing, r->standing_count);
    r->standing_told = true;
}

bool router_step(struct router *r, int wait_ms, size_t *done, struct err *e)
{
    *done = 0;
    if (!r->worker && !router_join_bus(r, e))
        return false;
    if (r->tx.taken == 0) {
        r->head = editions_newest(r->rules);
        atomic_store(&r->generation, r->head->number);
    }
    if (!router_take(r, wait_ms, e))
        return false;
    size_t taken = r->tx.taken;
    if (taken > 0) {
        if (!router_commit(r, e))
            return false;
        router_go_on(r);
    }
    if (r->n == 0 && r->worker) {
        atomic_store_explicit(&r->in_step_ns, clock_mono_ns(), memory_order_relaxed);
        tell_standing(r);
    }
    *done = taken;
    return true;
}

/* -- running
 * --------------------------------------------------------------------------------------- */

static void back_off(void)
{
    const struct timespec pause = { 0, (long)BACK_OFF_MS * 1000 * 1000 };
    (void)nanosleep(&pause, NULL);
}

/* Tells what the router waits for, when that is another cause than before. why: NULL, it goes on.
 */
static void tell_waits(struct router *r, const struct err *why)
{
    const char *code = why ? why->code : NULL;
    bool is_same = code == r->waits_for;
    if (code && r->waits_for)
        is_same = strcmp(code, r->waits_for) == 0;
    if (!is_same && r->o.waits)
        r->o.waits(r->o.ctx, why);
    r->waits_for = code;
}

bool router_run(struct router *r, struct err *e)
{
    const struct log_who who = { "router", r->o.worker };
    while (!atomic_load(&r->stop)) {
        size_t done = 0;
        if (router_step(r, RUN_WAIT_MS, &done, e)) {
            if (done > 0)
                tell_waits(r, NULL);
            continue;
        }
        if (e->fate != ERR_RETRY)
            return false;
        log_err(LOG_WARN, &who, e);
        tell_waits(r, e);
        err_clear(e);
        back_off();
    }
    return true;
}

void router_stop(struct router *r)
{
    atomic_store(&r->stop, true);
}

size_t router_standing(const struct router *r)
{
    return atomic_load(&r->standing_seen);
}

uint64_t router_generation(const struct router *r)
{
    return atomic_load(&r->generation);
}

int64_t router_lag_ms(const struct router *r)
{
    int64_t since = atomic_load_explicit(&r->in_step_ns, memory_order_relaxed);
    return (clock_mono_ns() - since) / 1000000;
}

void router_counts(const struct router *r, struct router_counts *out)
{
    uint64_t n[COUNTS];
    for (int i = 0; i < COUNTS; i++)
        n[i] = atomic_load_explicit(&r->counts[i], memory_order_relaxed);
    *out = (struct router_counts){
        .events = n[EVENTS],
        .disclosed = n[DISCLOSED],
        .withheld = n[WITHHELD],
        .held = n[HELD],
        .duplicates = n[DUPLICATES],
        .refused = n[REFUSED],
        .receipts = n[RECEIPTS],
        .commits = n[COMMITS],
    };
}
