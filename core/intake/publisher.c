/* publisher.c - the publisher: reads the spool in order, sends to the bus, forgets what the bus
 * has.
 *
 * A message is read again from the file, not handed over in memory: what waits may be more than
 * memory, and after a crash it is the same path. While the bus is down messages pile up in the
 * spool, in order; there is never a second way around it (law 8). */
#include "intake/feed.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/wait.h"
#include "intake/spool/queued.h"

#define BATCH_ROWS 128 /* of a turn each */
#define BATCH_BYTES_MAX ((size_t)96 * 1024 * 1024)
/* A busy feed fills a batch within the linger; a quiet one waits no longer than that. */
#define LINGER_ROWS 512
#define LINGER_MS 20
#define IDLE_MS 50
#define BACKOFF_MS 100
#define BACKOFF_MOST_MS 5000
#define FORGET_SELF 1000
#define NOTE_MS 2000
#define LOOK_MS 60000

/* Waits until last reaches n, until the publisher is to stop, drain or wait, or until end_ns. True:
 * last reached n. Lock held. */
static bool wait_for_last(struct feed *f, int64_t n, int64_t end_ns)
{
    struct publisher *p = &f->publisher;
    bool drains = p->drains > 0;
    p->wake_at = n;
    while (p->last < n && !p->stop && !p->waits && (p->drains > 0) == drains)
        if (!wait_until(&p->wake, &f->lock, end_ns))
            break;
    p->wake_at = INT64_MAX;
    return p->last >= n;
}

/* Waits for messages: a while for the first, then a moment for a batch. False: none came. Lock
 * held. */
static bool wait_for_work(struct feed *f)
{
    struct publisher *p = &f->publisher;
    int64_t linger_ns = wait_end_ns(LINGER_MS);
    if (p->last == p->sent && !p->stop && p->drains == 0) {
        wait_for_last(f, p->sent + 1, wait_end_ns(IDLE_MS));
        linger_ns = wait_end_ns(LINGER_MS);
    }
    if (p->last > p->sent && !p->stop && p->drains == 0)
        wait_for_last(f, p->sent + LINGER_ROWS, linger_ns);
    return p->last > p->sent;
}

/* Waits for ms, or until feed_close. */
static void rest_for(struct feed *f, int64_t ms)
{
    int64_t end_ns = wait_end_ns(ms);
    pthread_mutex_lock(&f->lock);
    while (!f->publisher.stop && wait_until(&f->publisher.wake, &f->lock, end_ns))
        ;
    pthread_mutex_unlock(&f->lock);
}

/* Waits after a failure, twice as long each time. */
static void back_off(struct feed *f, int64_t *wait_ms)
{
    rest_for(f, *wait_ms);
    *wait_ms = *wait_ms * 2 < BACKOFF_MOST_MS ? *wait_ms * 2 : BACKOFF_MOST_MS;
}

static bool count_records(const struct spool_row *rows, size_t n, size_t *records, struct err *e)
{
    struct queued q;
    *records = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t at = 0; queued_next(rows[i].records, &at, &q, e);)
            ++*records;
    return e->fate == ERR_NONE;
}

/* The rows' entries as records for the bus; keys and values borrow from the rows. */
static bool as_records(struct feed *f, struct arena *a, const struct spool_row *rows, size_t n,
                       struct bus_record **out, size_t *count, struct err *e)
{
    if (!count_records(rows, n, count, e))
        return false;
    struct bus_record *r = ARENA_ARRAY(a, *count, struct bus_record);
    if (!r)
        return err_memory(e);
    *out = r;
    for (size_t i = 0; i < n; i++) {
        struct queued q;
        for (size_t at = 0; queued_next(rows[i].records, &at, &q, e); r++) {
            bool event = q.topic == QUEUED_EVENT;
            if (event && q.partition < f->o.bundle->partitions)
                f->publisher.touched[q.partition] = true;
            *r = (struct bus_record){ .topic = event ? f->topic_events : f->topic_quarantine,
                                      .partition = q.partition,
                                      .value = q.value };
            r->key = arena_copy(a, slice_of(q.key, event ? ID_BYTES : 0));
            if (!r->key.p)
                return err_memory(e);
        }
    }
    return true;
}

/* Reads the next batch of the spool: nothing before others were heard. *upto: all messages up to
 * that number are in this batch or were before it. */
static bool read_batch(struct feed *f, struct arena *a, struct spool_row *rows, size_t *n,
                       int64_t *upto, struct err *e)
{
    pthread_mutex_lock(&f->lock);
    const struct publisher *p = &f->publisher;
    *upto = p->is_settled ? p->last : p->sent;
    bool good = !p->is_settled || spool_batch(&f->spool, p->sent, a, rows, BATCH_ROWS, n, e);
    pthread_mutex_unlock(&f->lock);
    if (*n > 0)
        *upto = rows[*n - 1].n; /* there may be more: the batch was full, or its memory */
    return good;
}

/* Notes that the bus is there: it took something. */
static void note_bus_is_there(struct feed *f)
{
    struct publisher *p = &f->publisher;
    bool was = atomic_exchange(&p->trouble, NULL);
    if (was)
        log_line(LOG_INFO, &f->who, "intake.published", "the bus accepts records again");
    if (was && f->o.waits)
        f->o.waits(f->o.waits_ctx, NULL);
    atomic_store(&p->away_ms, 0);
}

static void note_sent(struct feed *f, const struct spool_row *rows, size_t n, int64_t upto)
{
    struct publisher *p = &f->publisher;
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < n; i++)
        f->spool.waiting_bytes -= rows[i].bytes;
    p->sent = upto;
    pthread_cond_broadcast(&p->drained);
    pthread_mutex_unlock(&f->lock);
    note_bus_is_there(f);
}

/* One batch from the spool to the bus. */
static bool publish_batch(struct feed *f, struct arena *a, struct err *e)
{
    struct spool_row *rows = ARENA_ARRAY(a, BATCH_ROWS, struct spool_row);
    struct bus_record *records = NULL;
    size_t n = 0, count = 0;
    int64_t upto = 0;
    if (!rows)
        return err_memory(e);
    if (!read_batch(f, a, rows, &n, &upto, e))
        return false;
    if (!as_records(f, a, rows, n, &records, &count, e))
        return false;
    if (count > 0 && !bus_publish(f->o.bus, records, count, e))
        return false;
    note_sent(f, rows, n, upto);
    return true;
}

/* Deletes messages that are kept no longer, where there are more of them than that. Turns delete
 * them too, but a quiet feed has no turns, and a busy one may not keep up. */
static void forget_sent(struct feed *f, int64_t more_than)
{
    struct publisher *p = &f->publisher;
    struct err e = { .fate = ERR_NONE };
    pthread_mutex_lock(&f->lock);
    if (f->spool.dropped - p->forgotten > more_than) {
        if (feed_begin(f, &e) && spool_forget(&f->spool, f->spool.dropped, &e) &&
            feed_commit(f, &e)) {
            p->forgotten = f->spool.dropped;
        } else {
            spool_rollback(&f->spool);
            feed_forget(f);
        }
    }
    pthread_mutex_unlock(&f->lock);
}

/* Says a trouble of the bus once, not at every try. */
static void complain(struct feed *f, const struct err *e)
{
    struct publisher *p = &f->publisher;
    const char *before = atomic_exchange(&p->trouble, e->code);
    bool is_news = !before || strcmp(before, e->code) != 0;
    if (is_news)
        log_err(e->fate == ERR_RETRY ? LOG_WARN : LOG_ERROR, &f->who, e);
    if (is_news && f->o.waits)
        f->o.waits(f->o.waits_ctx, e);
    if (!before && !atomic_load(&p->away_ms))
        atomic_store(&p->away_ms, f->o.now_ms());
    /* Each time: where others can be heard and nothing be said, the doubt had ended between. */
    pthread_mutex_lock(&f->lock);
    publisher_doubt(f);
    pthread_mutex_unlock(&f->lock);
}

/* Waits until the bus may be asked: it has its topics, which a question could make it create by
 * itself. False: the feed closes before. */
static bool wait_for_bus(struct feed *f)
{
    struct publisher *p = &f->publisher;
    pthread_mutex_lock(&f->lock);
    bool waited = p->waits;
    while (p->waits && !p->stop)
        pthread_cond_wait(&p->wake, &f->lock);
    bool good = !p->waits;
    pthread_mutex_unlock(&f->lock);
    if (waited && good)
        note_bus_is_there(f);
    return good;
}

static bool is_stopped(struct feed *f)
{
    pthread_mutex_lock(&f->lock);
    bool stop = f->publisher.stop;
    pthread_mutex_unlock(&f->lock);
    return stop;
}

/* Lets turns go on that wait for the publisher to hear others. */
static void end_waits(struct feed *f)
{
    pthread_mutex_lock(&f->lock);
    f->publisher.hears = false;
    pthread_cond_broadcast(&f->publisher.drained);
    pthread_mutex_unlock(&f->lock);
}

static bool hear_others(struct feed *f, struct arena *a, struct err *e)
{
    return publisher_hear(f, a, e) && publisher_settle(f, e);
}

/* Publishes the schemas, looks what the bus lacks, and hears what other spools have said. The
 * schemas go first, since a reader of the bus must be able to read every record on it. Nothing else
 * goes before others were heard, so that it stands behind what they said. False: the feed is closed
 * before. */
static bool start_publishing(struct feed *f, struct arena *a)
{
    int64_t wait_ms = BACKOFF_MS;
    if (!wait_for_bus(f))
        return false;
    while (!is_stopped(f)) {
        struct err e = { .fate = ERR_NONE };
        arena_reset(a);
        bool good = publisher_schemas(f, a, &e) && publisher_look(f, &e) && hear_others(f, a, &e);
        end_waits(f);
        if (good && f->o.waits)
            f->o.waits(f->o.waits_ctx, NULL); /* also what a run before has told */
        if (good)
            note_bus_is_there(f);
        if (good || e.fate == ERR_NONE)
            return good;
        complain(f, &e);
        back_off(f, &wait_ms);
    }
    return false;
}

static void read_links_quietly(struct feed *f, struct arena *a)
{
    struct err e = { .fate = ERR_NONE };
    arena_reset(a);
    if (!publisher_links(f, a, &e))
        log_err(LOG_DEBUG, &f->who, &e); /* tried again at the next quiet second */
}

static bool is_older(int64_t ns, int64_t than_ms)
{
    return clock_mono_ns() - ns >= than_ms * 1000000;
}

/* Notes on disk what was sent: at once, or every NOTE_MS while messages go, and every LOOK_MS in
 * any case. Asks the bus every LOOK_MS whether it still has it all. */
static bool look_after(struct feed *f, struct arena *a, bool at_once, struct err *e)
{
    struct publisher *p = &f->publisher;
    const bool has_news = p->sent > f->spool.sent;
    const bool is_news_due = has_news && (at_once || is_older(p->noted_ns, NOTE_MS));
    if (is_news_due || is_older(p->noted_ns, LOOK_MS)) {
        arena_reset(a);
        if (!publisher_note(f, a, e))
            return false;
    }
    const bool is_look_due = p->lacks || is_older(p->looked_ns, LOOK_MS);
    return !is_look_due || publisher_look(f, e);
}

/* Hears other spools: before anything is sent where it is in doubt whether they speak, and else
 * once in LOOK_MS, when a failure only waits for the next time. */
static bool listen_to_others(struct feed *f, struct arena *a, bool is_settled, struct err *e)
{
    struct err later = { .fate = ERR_NONE };
    if (!is_settled)
        return hear_others(f, a, e);
    if (!is_older(f->publisher.heard_ns, LOOK_MS))
        return true;
    if (!publisher_hear(f, a, &later) && later.fate != ERR_NONE)
        log_err(LOG_DEBUG, &f->who, &later);
    return true;
}

static bool publish_next(struct feed *f, struct arena *a, struct err *e)
{
    arena_reset(a);
    return publish_batch(f, a, e);
}

/* What only a publisher that has nothing else to do looks at. */
static void look_around(struct feed *f, struct arena *a)
{
    read_links_quietly(f, a);
    feed_watch_snapshot(f);
    feed_watch_quarantine(f);
}

/* What a round finds when it begins. */
struct round {
    bool work, stop, drain, waits, is_settled;
};

static struct round begin_round(struct feed *f)
{
    const struct publisher *p = &f->publisher;
    struct round r = { .work = false };
    pthread_mutex_lock(&f->lock);
    r.work = wait_for_work(f);
    r.stop = p->stop;
    r.drain = p->drains > 0;
    r.waits = p->waits;
    r.is_settled = p->is_settled;
    pthread_mutex_unlock(&f->lock);
    return r;
}

static bool work_round(struct feed *f, struct arena *a, const struct round *r, struct err *e)
{
    const bool is_last = !r->work || r->stop || r->drain;
    if (!listen_to_others(f, a, r->is_settled, e))
        return false;
    if (r->work && !publish_next(f, a, e))
        return false;
    if (!publisher_tell_ends(f, a, e))
        return false;
    return look_after(f, a, is_last, e);
}

/* One round of the publisher. False: it is time to end. */
static bool run_round(struct feed *f, struct arena *a, int64_t *wait_ms)
{
    struct err e = { .fate = ERR_NONE };
    const struct round r = begin_round(f);
    if (r.waits)
        return true; /* publisher_main looks */
    if (!work_round(f, a, &r, &e)) {
        if (e.fate == ERR_NONE)
            return false; /* the program ended while others were heard */
        complain(f, &e);
        if (!r.stop)
            back_off(f, wait_ms);
        return !r.stop;
    }
    *wait_ms = BACKOFF_MS;
    if (atomic_load(&f->publisher.trouble))
        note_bus_is_there(f); /* what failed before was tried again first */
    forget_sent(f, r.work && !r.stop && !r.drain ? FORGET_SELF : 0);
    if (!r.work && !r.stop)
        look_around(f, a);
    return r.work || !r.stop;
}

static void *publisher_main(void *ctx)
{
    struct feed *f = ctx;
    struct arena a;
    int64_t wait_ms = BACKOFF_MS;
    arena_init(&a, BATCH_BYTES_MAX);
    if (start_publishing(f, &a)) {
        read_links_quietly(f, &a);
        while (wait_for_bus(f) && run_round(f, &a, &wait_ms))
            ;
    }
    bus_reader_close(&f->publisher.links);
    arena_release(&a);
    return NULL;
}

bool publisher_start(struct feed *f, struct err *e)
{
    struct publisher *p = &f->publisher;
    wait_init(&p->wake);
    wait_init(&p->drained);
    size_t partitions = (size_t)f->o.bundle->partitions;
    p->touched = ARENA_ARRAY(&f->own, partitions, bool);
    p->ends = ARENA_ARRAY(&f->own, partitions, struct bus_end);
    if (!p->touched || !p->ends)
        return err_memory(e);
    p->sent = f->spool.sent;
    p->forgotten = f->spool.first - 1;
    p->last = (int64_t)f->spool.kept.counts.taken;
    p->wake_at = INT64_MAX;
    p->waits = f->o.without_bus;
    p->hears = !p->waits;
    atomic_init(&p->away_ms, p->waits ? f->o.now_ms() : 0);
    int failed = pthread_create(&p->thread, NULL, publisher_main, f);
    if (failed)
        return err_errno(e, ERR_FATAL, "intake.thread", failed, "cannot start publisher of",
                         f->o.name);
    p->running = true;
    return true;
}

void publisher_committed(struct feed *f)
{
    struct publisher *p = &f->publisher;
    p->last = (int64_t)f->spool.kept.counts.taken;
    if (p->last >= p->wake_at)
        pthread_cond_signal(&p->wake);
}

void publisher_stop(struct feed *f)
{
    struct publisher *p = &f->publisher;
    if (!p->running)
        return;
    pthread_mutex_lock(&f->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&f->lock);
    pthread_join(p->thread, NULL);
    pthread_cond_destroy(&p->wake);
    pthread_cond_destroy(&p->drained);
    p->running = false;
}
