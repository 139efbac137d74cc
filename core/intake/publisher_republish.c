/* publisher_republish.c - notes what the bus has confirmed, with the ends of its lanes, and sends
 * again what the bus has lost of that since. */
#include <inttypes.h>

#include "base/clock.h"
#include "intake/feed.h"

/* Asks the bus for the ends of the lanes that something went to since the last note. Lock not
 * held. */
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
    bool good = feed_begin(f, e) &&
                (f->publisher.sent == s->sent ||
                 spool_sent(s, f->publisher.sent, now_ms, ends, count, e)) &&
                spool_drop(s, now_ms - f->o.keep_ms, f->o.spool_max_bytes, e) && feed_commit(f, e);
    if (good)
        return true;
    spool_rollback(s);
    feed_forget(f);
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
    bool good = write_note(f, ends, count, e);
    pthread_cond_broadcast(&p->drained);
    pthread_mutex_unlock(&f->lock);
    if (!good)
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
    uint8_t *lanes; /* by partition: SETTLED once an end was found that the bus has */
    bool lacks;
    int64_t back_to; /* it has all up to that message */
    struct sent_note note;
};
enum { UNKNOWN, LOST, SETTLED };

static bool ask_lane(struct look *l, const struct lane_end *one, struct err *e)
{
    bool has = false;
    if (one->partition >= l->f->o.bundle->partitions || l->lanes[one->partition] == SETTLED)
        return true;
    if (!bus_still_has(l->f->o.bus, l->f->topic_events, one->partition, &one->end, &has, e))
        return false;
    if (has && l->lanes[one->partition] == UNKNOWN)
        l->f->publisher.ends[one->partition] = one->end;
    l->lanes[one->partition] = has ? SETTLED : LOST;
    return true;
}

/* Compares one note with the bus. Notes come from the newest back: a lane that has its end of one
 * note has all that older notes say of it. */
static bool look_at_note(struct look *l, struct err *e)
{
    bool lost = false;
    if (l->lacks && l->back_to < 0)
        l->back_to = l->note.n;
    for (size_t i = 0; i < l->note.count; i++) {
        const struct lane_end *one = &l->note.ends[i];
        if (!ask_lane(l, one, e))
            return false;
        lost = lost ||
               (one->partition < l->f->o.bundle->partitions && l->lanes[one->partition] == LOST);
    }
    if (lost) {
        l->lacks = true;
        l->back_to = -1; /* to the note before this one */
    }
    return true;
}

/* Compares all notes with the bus. The bus is asked without the lock, since it may take its time
 * and messages are taken meanwhile. Only this thread adds notes. */
static bool look_at_notes(struct look *l, struct err *e)
{
    int64_t before = INT64_MAX;
    for (bool found = true; found; before = l->note.n) {
        pthread_mutex_lock(&l->f->lock);
        bool good = spool_sent_before(&l->f->spool, before, &l->note, &found, e);
        pthread_mutex_unlock(&l->f->lock);
        if (!good || (found && !look_at_note(l, e)))
            return false;
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
                 " are no longer kept: only their sender can send them again",
                 first, last);
}

static bool go_back(struct feed *f, int64_t n, struct err *e)
{
    struct publisher *p = &f->publisher;
    int64_t first = 0, last = 0;
    pthread_mutex_lock(&f->lock);
    int64_t upto = p->sent;
    bool good = spool_go_back(&f->spool, n, f->o.now_ms(), &first, &last, e);
    if (good) {
        p->sent = f->spool.sent;
        p->last = (int64_t)f->spool.kept.counts.taken;
    }
    pthread_mutex_unlock(&f->lock);
    if (good)
        tell(f, n, upto, first, last);
    return good;
}

bool publisher_look(struct feed *f, struct err *e)
{
    struct publisher *p = &f->publisher;
    size_t partitions = (size_t)f->o.bundle->partitions;
    struct look *l = mem_alloc(sizeof *l + partitions);
    if (!l)
        return err_memory(e);
    l->f = f;
    l->back_to = -1;
    l->lanes = (uint8_t *)(l + 1);
    bool good = look_at_notes(l, e), lacks = l->lacks;
    int64_t back_to = l->back_to < 0 ? 0 : l->back_to;
    mem_free(l);
    if (!good)
        return false;
    p->looked_ns = clock_mono_ns();
    p->lacks = false;
    if (!lacks)
        return true;
    memset(p->ends, 0, partitions * sizeof *p->ends);
    return go_back(f, back_to, e);
}
