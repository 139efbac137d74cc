/* delivery.c - the loop of one delivery: take, the door, send, receipt. */
#include "delivery/delivery.h"

#include "base/wait.h"
#include "bus/topics.h"
#include "delivery/inside.h"
#include "delivery/receipt.h"

#include <string.h>

#define ARENA_MAX_BYTES ((size_t)64 << 20)
#define WAIT_MAX_MS 200

/* Switches to the newest edition. Called between two disclosures, never during one. */
static void take_newest_edition(struct delivery *d)
{
    d->head = editions_newest(d->rules);
    atomic_store(&d->generation, d->head->number);
}

uint64_t delivery_generation(const struct delivery *d)
{
    return atomic_load(&d->generation);
}

static bool delivery_open_topics(struct delivery *d, struct err *e)
{
    d->disclosures = topic_disclosures(&d->names, d->o.service);
    d->receipts = topic_receipts(&d->names, d->o.agency);
    d->heard = ARENA_ARRAY(&d->names, (size_t)d->o.bundle->partitions, struct bus_end);
    if (!d->disclosures || !d->receipts || !d->heard)
        return err_memory(e);
    if (!topic_open(d, e))
        return false;
    if (!known_open(&d->o, &d->known, e))
        return false;
    return trouble_begin(d, e);
}

static bool delivery_begin(struct delivery *d, struct err *e)
{
    int service = bundle_service(d->o.bundle, d->o.service);
    if (service < 0)
        return err_set(e, ERR_FATAL, "delivery.service", 0,
                       "cannot deliver: the region has no such service");
    d->to.n = (uint16_t)service;
    if (!waker_open(&d->stop_asked, e))
        return false;
    if (!store_open(d->o.database, &d->store, e))
        return false;
    return delivery_open_topics(d, e);
}

bool delivery_open(const struct delivery_options *o, struct delivery **out, struct err *e)
{
    struct delivery *d = mem_alloc(sizeof *d);
    if (!d)
        return err_memory(e);
    d->o = *o;
    d->who = (struct log_who){ "delivery", o->name };
    d->only = (struct edition){ .bundle = o->bundle, .from_ms = INT64_MIN };
    editions_add(&d->own, &d->only);
    d->rules = o->rules ? o->rules : &d->own;
    d->head = editions_newest(d->rules);
    arena_init(&d->names, 1 << 16);
    arena_init(&d->arena, ARENA_MAX_BYTES);
    buf_init(&d->work, ARENA_MAX_BYTES);
    buf_init(&d->answer, 1 << 20);
    buf_init(&d->receipt, 1 << 20);
    pthread_mutex_init(&d->lock, NULL);
    wait_init(&d->answered);
    if (!delivery_begin(d, e)) {
        delivery_close(&d);
        return false;
    }
    *out = d;
    return true;
}

void delivery_stop(struct delivery *d)
{
    atomic_store(&d->stopping, true);
    waker_wake(&d->stop_asked);
}

/* Waits that long, or until it is to stop. */
static void delivery_pause_ms(struct delivery *d, int64_t ms)
{
    (void)waker_wait(&d->stop_asked, -1, 0, wait_end_ns(ms));
}

void delivery_close(struct delivery **out)
{
    struct delivery *d = *out;
    *out = NULL;
    if (!d)
        return;
    bus_reader_close(&d->reader);
    told_release(&d->told);
    known_close(&d->known);
    store_close(&d->store);
    buf_release(&d->work);
    buf_release(&d->answer);
    buf_release(&d->receipt);
    arena_release(&d->names);
    arena_release(&d->arena);
    waker_close(&d->stop_asked);
    pthread_cond_destroy(&d->answered);
    pthread_mutex_destroy(&d->lock);
    mem_free(d);
}

/* Publishes the receipt, then deletes the row. After a crash the same bytes are published again. */
static bool finish_row(struct delivery *d, const struct queued *q, struct err *e)
{
    struct bus_record r = {
        .topic = d->receipts,
        .partition = (int)q->route,
        .key = q->subject,
        .value = q->receipt,
    };
    struct bus_end end;
    bool next;
    if (!bus_publish(d->o.bus, &r, 1, e))
        return false;
    if (!look_back_published(d, r.partition, &end, &next, e))
        return false;
    return store_forget(d->store, q, next ? &end : NULL, e);
}

/* The code of the receipt, with the partner's codes when the partner would not take it. A
 * disclosure that is cancelled or stopped at our door does not name the answer to an earlier try.
 * */
static const char *receipt_code(struct delivery *d, const struct queued *q, const struct sent *s)
{
    bool by_partner = q->state == QUEUED_DROPPED || strcmp(s->outcome, "refused") == 0;
    if (!by_partner || !q->said.n)
        return s->code;
    return arena_format(&d->arena, "%s %.*s", s->code, SHOWN(q->said));
}

static bool end_row(struct delivery *d, struct queued *q, const struct sent *s, struct err *e)
{
    struct receipt r = {
        .disclosure = q->id,
        .recipient = d->o.service,
        .outcome = s->outcome,
        .code = receipt_code(d, q, s),
        .at_ms = delivery_now_ms(d),
        .removed = s->removed,
        .removed_count = s->removed_count,
        .framed = s->framed,
    };
    buf_reset(&d->receipt);
    if (!r.code)
        return err_memory(e);
    if (!receipt_encode(d->o.bundle->catalogue, &r, &d->receipt, e))
        return false;
    if (!store_ended(d->store, q, s->outcome, buf_slice(&d->receipt), e))
        return false;
    if (s->code[0])
        log_line(LOG_WARN, &d->who, s->code, "disclosure %.*s %s%s%s", (int)q->id.n,
                 (const char *)q->id.p, s->outcome, s->why.text[0] ? ": " : "", s->why.text);
    q->receipt = buf_slice(&d->receipt);
    return finish_row(d, q, e);
}

/* Cancelled are a disclosure that is retracted before it can have arrived, and the retraction of
 * one that never left (law 10). */
static bool is_row_cancelled(struct delivery *d, const struct queued *q, bool *yes, struct err *e)
{
    *yes = false;
    if (q->retracts && q->original.n)
        return store_never_left(d->store, q->original, yes, e);
    if (q->maybe) /* it may have arrived */
        return true;
    return store_is_retracted(d->store, q->id, yes, e);
}

/* A named person gave it up. */
static bool end_dropped(struct delivery *d, struct queued *q, struct err *e)
{
    struct sent s = { .framed = q->bytes, .outcome = "stopped", .code = "delivery.dropped" };
    return end_row(d, q, &s, e);
}

/* The retraction of a parked disclosure has come, so the disclosure ends. If it may have arrived
 * the partner's refusal is its outcome, and the retraction is sent. */
static bool end_parked(struct delivery *d, struct queued *q, struct err *e)
{
    struct sent s = { .framed = q->bytes,
                      .outcome = q->maybe ? "refused" : "stopped",
                      .code = "delivery.cancelled" };
    return end_row(d, q, &s, e);
}

static bool try_row(struct delivery *d, struct queued *q, struct err *e)
{
    struct send_input in = {
        .o = &d->o,
        .bundle = editions_at(d->head, delivery_now_ms(d))->bundle,
        .id = q->id,
        .framed = q->bytes,
        .to = d->to,
        .maybe = q->maybe,
        .now_ms = delivery_now_ms(d),
        .notice = known_notice(d->known, q->subject),
        .local_id = known_local_id(d->known, q->subject),
    };
    struct sent s = { .framed = q->bytes, .outcome = "stopped", .code = "delivery.cancelled" };
    bool cancelled;
    if (q->state == QUEUED_PARKED || q->state == QUEUED_DROPPED) {
        bool ended = q->state == QUEUED_PARKED ? end_parked(d, q, e) : end_dropped(d, q, e);
        return ended && trouble_over(d, q, false, e);
    }
    if (!is_row_cancelled(d, q, &cancelled, e))
        return false;
    if (cancelled)
        return end_row(d, q, &s, e) && trouble_over(d, q, false, e);
    if (!send_prepare(&in, &d->arena, &d->work, &s, e))
        return false;
    if (s.ready) {
        if (!store_trying(d->store, q->seq, e))
            return false;
        send_hand_over(&in, buf_slice(&d->work), &d->answer, &s);
    }
    if (s.again || s.park)
        return trouble_take(d, q, &s, e);
    if (!end_row(d, q, &s, e))
        return false;
    return trouble_over(d, q, s.handed, e);
}

/* One pass over the rows that are due, in order. The notices are read to their end before each. */
static bool send_due(struct delivery *d, bool *busy, struct err *e)
{
    int64_t after = 0;
    bool found = true;
    for (;;) {
        struct queued q;
        asides_answer(d);
        if (atomic_load(&d->stopping) || delivery_now_ms(d) < d->quiet_until_ms)
            return true;
        arena_reset(&d->arena);
        take_newest_edition(d);
        if (!store_due(d->store, after, delivery_now_ms(d), &d->arena, &q, &found, e))
            return false;
        if (!found)
            return true;
        after = q.seq;
        *busy = true;
        if (q.state == QUEUED_ENDED) {
            if (!finish_row(d, &q, e))
                return false;
            continue;
        }
        if (!known_refresh(d->known, e))
            return false;
        if (!try_row(d, &q, e))
            return false;
    }
}

bool delivery_step(struct delivery *d, int wait_ms, bool *busy, struct err *e)
{
    *busy = false;
    asides_answer(d);
    take_newest_edition(d);
    if (!topic_take(d, wait_ms, busy, e))
        return false;
    if (!trouble_clock(d, e))
        return false;
    return send_due(d, busy, e);
}

/* How long the next step may wait for the topic. */
static int delivery_wait_for(struct delivery *d, struct err *e)
{
    int64_t due;
    if (!store_next_due(d->store, &due, e))
        return 0;
    if (due < d->quiet_until_ms)
        due = d->quiet_until_ms;
    if (due == INT64_MAX)
        return WAIT_MAX_MS;
    int64_t wait = due - delivery_now_ms(d);
    if (wait < 1)
        return 1;
    return wait < WAIT_MAX_MS ? (int)wait : WAIT_MAX_MS;
}

bool delivery_run(struct delivery *d, struct err *e)
{
    while (!atomic_load(&d->stopping)) {
        bool busy;
        struct err trouble = { 0 };
        int wait = delivery_wait_for(d, &trouble);
        if (trouble.fate == ERR_NONE && delivery_step(d, wait, &busy, &trouble))
            continue;
        if (trouble.fate == ERR_FATAL) {
            *e = trouble;
            return false;
        }
        log_err(LOG_WARN, &d->who, &trouble);
        delivery_pause_ms(d, d->o.retry_ms);
    }
    return true;
}
