/* delivery.c - the loop of one delivery: take, the door, send, receipt. */
#include "delivery/delivery.h"

#include "base/wait.h"
#include "bus/topics.h"
#include "delivery/inside.h"
#include "delivery/receipt.h"

#include <string.h>

#define ARENA_MAX_BYTES ((size_t)64 << 20)
#define WAIT_MAX_MS 200

/* Between two rows: from now on nothing goes by an older generation. */
static void look_up(struct delivery *d)
{
    d->head = editions_newest(d->rules);
    atomic_store(&d->generation, d->head->number);
}

uint64_t delivery_generation(const struct delivery *d)
{
    return atomic_load(&d->generation);
}

static bool open_topics(struct delivery *d, struct err *e)
{
    d->disclosures = topic_disclosures(&d->names, d->o.service);
    d->receipts = topic_receipts(&d->names, d->o.agency);
    if (!d->disclosures || !d->receipts)
        return err_memory(e);
    return topic_open(d, e) && known_open(&d->o, &d->known, e) && trouble_begin(d, e);
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
    int service = bundle_service(o->bundle, o->service);
    bool good = service >= 0 || err_set(e, ERR_FATAL, "delivery.service", 0,
                                        "cannot deliver: the region has no such service");
    d->to.n = (uint16_t)service;
    if (!good || !waker_open(&d->stop_asked, e) || !store_open(o->database, &d->store, e) || !open_topics(d, e)) {
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
static void pause_ms(struct delivery *d, int64_t ms)
{
    (void)waker_wait(&d->stop_asked, -1, 0, wait_end_ns(ms));
}

void delivery_close(struct delivery **d)
{
    if (!*d)
        return;
    bus_reader_close(&(*d)->reader);
    told_release(&(*d)->told);
    known_close(&(*d)->known);
    store_close(&(*d)->store);
    buf_release(&(*d)->work);
    buf_release(&(*d)->answer);
    buf_release(&(*d)->receipt);
    arena_release(&(*d)->names);
    arena_release(&(*d)->arena);
    waker_close(&(*d)->stop_asked);
    pthread_cond_destroy(&(*d)->answered);
    pthread_mutex_destroy(&(*d)->lock);
    mem_free(*d);
    *d = NULL;
}

/* Publishes the receipt, then forgets the row. A repeat after a crash carries the same bytes. */
static bool finish(struct delivery *d, const struct queued *q, struct err *e)
{
    struct bus_record r = {
        .topic = d->receipts,
        .partition = (int)q->route,
        .key = q->subject,
        .value = q->receipt,
    };
    return bus_publish(d->o.bus, &r, 1, e) && store_forget(d->store, q, e);
}

/* One that the partner would not take says by which codes. What ends it otherwise, cancelled or stopped
 * at our door, has nothing to do with what was said to an earlier try. */
static const char *receipt_code(struct delivery *d, const struct queued *q, const struct sent *s)
{
    bool by_partner = q->state == QUEUED_DROPPED || strcmp(s->outcome, "refused") == 0;
    return by_partner && q->said.n ? arena_format(&d->arena, "%s %.*s", s->code, SHOWN(q->said)) : s->code;
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
    if (!receipt_encode(d->o.bundle->catalogue, &r, &d->receipt, e) ||
        !store_ended(d->store, q, s->outcome, buf_slice(&d->receipt), e))
        return false;
    if (s->code[0])
        log_line(LOG_WARN, &d->who, s->code, "disclosure %.*s %s%s%s", (int)q->id.n,
                 (const char *)q->id.p, s->outcome, s->why.text[0] ? ": " : "", s->why.text);
    q->receipt = buf_slice(&d->receipt);
    return finish(d, q, e);
}

/* A row that is taken back before it can have arrived, and the retraction of one that never left,
 * end here (law 10). */
static bool is_cancelled(struct delivery *d, const struct queued *q, bool *yes, struct err *e)
{
    *yes = false;
    if (q->retracts && q->original.n)
        return store_never_left(d->store, q->original, yes, e);
    return q->maybe || store_is_retracted(d->store, q->id, yes, e);
}

/* A named person gave it up. */
static bool end_dropped(struct delivery *d, struct queued *q, struct err *e)
{
    struct sent s = { .framed = q->bytes, .outcome = "stopped", .code = "delivery.dropped" };
    return end_row(d, q, &s, e);
}

/* Its retraction has come. What may have arrived ends as it was left, and the retraction goes. */
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
    if (q->state == QUEUED_PARKED)
        return end_parked(d, q, e) && trouble_over(d, q, false, e);
    if (q->state == QUEUED_DROPPED)
        return end_dropped(d, q, e) && trouble_over(d, q, false, e);
    if (!is_cancelled(d, q, &cancelled, e))
        return false;
    if (cancelled)
        return end_row(d, q, &s, e);
    if (!send_prepare(&in, &d->arena, &d->work, &s, e))
        return false;
    if (s.ready) {
        if (!store_trying(d->store, q->seq, e))
            return false;
        send_hand_over(&in, buf_slice(&d->work), &d->answer, &s);
    }
    if (s.again || s.park)
        return trouble_take(d, q, &s, e);
    return end_row(d, q, &s, e) && trouble_over(d, q, s.handed, e);
}

/* One pass over the heads that are due, in order. The restrictions are read to their end before
 * each. */
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
        look_up(d);
        if (!store_due(d->store, after, delivery_now_ms(d), &d->arena, &q, &found, e))
            return false;
        if (!found)
            return true;
        after = q.seq;
        *busy = true;
        bool good = q.state == QUEUED_ENDED ? finish(d, &q, e)
                                            : known_refresh(d->known, e) && try_row(d, &q, e);
        if (!good)
            return false;
    }
}

bool delivery_step(struct delivery *d, int wait_ms, bool *busy, struct err *e)
{
    *busy = false;
    asides_answer(d);
    look_up(d);
    return topic_take(d, wait_ms, busy, e) && trouble_clock(d, e) && send_due(d, busy, e);
}

/* How long the next step may wait for the topic. */
static int wait_for(struct delivery *d, struct err *e)
{
    int64_t due;
    if (!store_next_due(d->store, &due, e))
        return 0;
    if (due < d->quiet_until_ms)
        due = d->quiet_until_ms;
    int64_t wait = due == INT64_MAX ? WAIT_MAX_MS : due - delivery_now_ms(d);
    return wait < 1 ? 1 : wait > WAIT_MAX_MS ? WAIT_MAX_MS : (int)wait;
}

bool delivery_run(struct delivery *d, struct err *e)
{
    while (!atomic_load(&d->stopping)) {
        bool busy;
        struct err trouble = { 0 };
        int wait = wait_for(d, &trouble);
        if (trouble.fate == ERR_NONE && delivery_step(d, wait, &busy, &trouble))
            continue;
        if (trouble.fate == ERR_FATAL) {
            *e = trouble;
            return false;
        }
        log_err(LOG_WARN, &d->who, &trouble);
        pause_ms(d, d->o.retry_ms);
    }
    return true;
}
