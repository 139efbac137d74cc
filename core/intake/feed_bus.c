/* feed_bus.c - how a feed stands to the bus: joins it, leaves it, waits for it, says what is in no
 * spool. */
#include "intake/feed.h"

#include "base/clock.h"
#include "base/wait.h"
#include "intake/spool/queued.h"

void feed_join_bus(struct feed *f)
{
    pthread_mutex_lock(&f->lock);
    f->publisher.waits = false;
    pthread_cond_broadcast(&f->publisher.wake);
    pthread_mutex_unlock(&f->lock);
}

void feed_leave_bus(struct feed *f)
{
    pthread_mutex_lock(&f->lock);
    f->publisher.waits = true;
    f->publisher.hears = false;
    publisher_doubt(f);
    if (!atomic_load(&f->publisher.away_ms))
        atomic_store(&f->publisher.away_ms, f->o.now_ms());
    pthread_cond_broadcast(&f->publisher.wake);
    pthread_cond_broadcast(&f->publisher.drained); /* turns that wait for what it hears */
    pthread_mutex_unlock(&f->lock);
}

int64_t feed_bus_away_ms(const struct feed *f)
{
    return atomic_load(&f->publisher.away_ms);
}

const char *feed_bus_trouble(const struct feed *f)
{
    return atomic_load(&f->publisher.trouble);
}

bool feed_drain(struct feed *f, int64_t ms)
{
    struct publisher *p = &f->publisher;
    int64_t end_ns = wait_end_ns(ms);
    pthread_mutex_lock(&f->lock);
    p->drains++;
    pthread_cond_broadcast(&p->wake);
    while (p->sent < p->last || f->spool.sent < p->sent)
        if (!wait_until(&p->drained, &f->lock, end_ns))
            break;
    bool done = p->sent >= p->last && f->spool.sent >= p->sent;
    p->drains--;
    pthread_mutex_unlock(&f->lock);
    return done;
}

bool feed_publish(struct feed *f, struct arena *a, struct slice queued, struct err *e)
{
    struct queued q;
    arena_reset(a);
    for (size_t at = 0; queued_next(queued, &at, &q, e);) {
        bool event = q.topic == QUEUED_EVENT;
        const struct bus_record one = { .topic = event ? f->topic_events : f->topic_quarantine,
                                        .partition = q.partition,
                                        .key = slice_of(q.key, event ? ID_BYTES : 0),
                                        .value = q.value };
        if (!bus_publish(f->o.bus, &one, 1, e))
            return false;
    }
    return e->fate == ERR_NONE;
}
