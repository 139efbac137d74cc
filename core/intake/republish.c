/* republish.c - what the bus has confirmed, noted with the ends of its lanes; and what it has lost of
 * that since, sent again. */
#include <inttypes.h>

#include "base/clock.h"
#include "intake/feed.h"

/* The lanes that something went to since the last time. Asked without the lock. */
static bool ask_ends(struct feed *f, struct lane_end *out, size_t *count, struct err *e)
{
    struct publisher *p = &f->publisher;
    *count = 0;
    for (int i = 0; i < f->o.bundle->partitions; i++) {
        struct lane_end *one = &out[*count];
        if (!p->touched[i])
            continue;
        one->partition = i;
        if (!bus_published(f->o.bus, f->topic_events, i, &one->end, e))
            return false;
        p->lacks = p->lacks || one->end.next < p->ends[i].next;
        ++*count;
    }
    return true;
}

static bool write_note(struct feed *f, const struct lane_end *ends, size_t count, struct err *e)
{
    struct spool *s = &f->spool;
    int64_t now_ms = f->o.now_ms();
    const struct spool before = *s;
    bool ok = feed_begin(f, e) &&
              (f->publisher.sent == s->sent ||
               spool_sent(s, f->publisher.sent, now_ms, ends, count, e)) &&
              spool_drop(s, now_ms - f->o.keep_ms, f->o.spool_max_bytes, e) && feed_commit(f, e);
    if (ok)
        return true;
    spool_rollback(s);
    s->sent = before.sent;
    s->kept_bytes = before.kept_bytes;
    s->dropped = before.dropped;
    s->dropped_ms = before.dropped_ms;
    s->noted_ms = before.noted_ms;
    return false;
}

bool publisher_note(struct feed *f, struct arena *a, struct err *e)
{
    struct publisher *p = &f->publisher;
    size_t count = 0, partitions = (size_t)f->o.bundle->partitions;
    struct lane_end *ends = ARENA_ARRAY(a, partitions, struct lane_end);
    if (!ends)
        return err_memory(e);
    if (!ask_ends(f, ends, &count, e) || p->lacks)
        return e->fate == ERR_NONE;
    pthread_mutex_lock(&f->lock);
    bool ok = write_note(f, ends, count, e);
    pthread_cond_broadcast(&p->drained);
    pthread_mutex_unlock(&f->lock);
    if (!ok)
        return false;
    p->noted_ns = clock_mono_ns();
    for (size_t i = 0; i < count; i++) {
        p->touched[ends[i].partition] = false;
        p->ends[ends[i].partition] = ends[i].end;
    }
    return true;
}

/* ---- what it lacks ---- */

struct look {
    struct feed *f;
    struct err *e;
    uint8_t *lanes;  /* by partition: SETTLED once an end was found that the bus has */
    bool failed, lacks;
    int64_t back_to; /* it has all up to that message */
};
enum { UNKNOWN, LOST, SETTLED };

static bool ask_lane(struct look *l, const struct lane_end *one)
{
    bool has = false;
    if (one->partition >= l->f->o.bundle->partitions || l->lanes[one->partition] == SETTLED)
        return true;
    if (!bus_still_has(l->f->o.bus, l->f->topic_events, one->partition, &one->end, &has, l->e)) {
        l->failed = true;
        return false;
    }
    if (has && l->lanes[one->partition] == UNKNOWN)
        l->f->publisher.ends[one->partition] = one->end;
    l->lanes[one->partition] = has ? SETTLED : LOST;
    return true;
}

/* From the newest note back: what a lane had in an older one that the bus has, it has. */
static bool look_at_note(void *ctx, int64_t n, const struct lane_end *ends, size_t count)
{
    struct look *l = ctx;
    bool lost = false;
    if (l->lacks && l->back_to < 0)
        l->back_to = n;
    for (size_t i = 0; i < count; i++) {
        if (!ask_lane(l, &ends[i]))
            return false;
        lost = lost || (ends[i].partition < l->f->o.bundle->partitions &&
                        l->lanes[ends[i].partition] == LOST);
    }
    if (lost) {
        l->lacks = true;
        l->back_to = -1; /* to the note before this one */
    }
    return true;
}

static void tell(struct feed *f, int64_t from, int64_t upto, int64_t first, int64_t last)
{
    log_line(LOG_WARN, &f->who, "intake.republish",
             "the bus no longer has what it confirmed of the messages after number %" PRId64
             ": what is kept of them, up to number %" PRId64 ", is published again",
             from, upto);
    if (first > 0)
        log_line(LOG_ERROR, &f->who, "intake.lost",
                 "the bus has lost what it confirmed, and messages number %" PRId64 " to %" PRId64
                 " are no longer kept: they cannot be published again",
                 first, last);
}

static bool go_back(struct feed *f, int64_t n, struct err *e)
{
    struct publisher *p = &f->publisher;
    int64_t first = 0, last = 0;
    pthread_mutex_lock(&f->lock);
    int64_t upto = p->sent;
    bool ok = spool_go_back(&f->spool, n, f->o.now_ms(), &first, &last, e);
    if (ok) {
        p->sent = f->spool.sent;
        p->last = (int64_t)f->spool.kept.counts.taken;
    }
    pthread_mutex_unlock(&f->lock);
    if (ok)
        tell(f, n, upto, first, last);
    return ok;
}

bool publisher_look(struct feed *f, struct err *e)
{
    struct publisher *p = &f->publisher;
    struct look l = { .f = f, .e = e, .back_to = -1 };
    size_t partitions = (size_t)f->o.bundle->partitions;
    l.lanes = mem_alloc(partitions * sizeof *l.lanes);
    if (!l.lanes)
        return err_memory(e);
    pthread_mutex_lock(&f->lock);
    bool ok = spool_sent_each(&f->spool, look_at_note, &l, e) && !l.failed;
    pthread_mutex_unlock(&f->lock);
    mem_free(l.lanes);
    if (!ok)
        return false;
    p->looked_ns = clock_mono_ns();
    p->lacks = false;
    if (!l.lacks)
        return true;
    memset(p->ends, 0, partitions * sizeof *p->ends);
    return go_back(f, l.back_to < 0 ? 0 : l.back_to, e);
}
