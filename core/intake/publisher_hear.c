/* publisher_hear.c - hears what other spools have said for this feed.
 *
 * It reads the feed's topic of events on from where it last came to. So a memory of this spool is
 * believed only where it is the last word (spool/lines.h). The publisher's thread. */
#include "base/clock.h"
#include "intake/feed.h"
#include "record/wire.h"

#define KEYS_BYTES_MAX ((size_t)32 * 1024 * 1024)

struct hearing {
    struct feed *f;
    struct arena *a;
    struct heard *to;  /* by partition: how far it was read now */
    bool others, lost; /* another spool has spoken; of whom cannot be told */
    bool is_anew;      /* this file has never asked, or the lane is not what it was */
    bool asked, ours;  /* of the opening that was met last */
    uint32_t opening;
    struct buf keys;
};

static bool is_ours(struct hearing *h, uint32_t opening, bool *ours, struct err *e)
{
    bool good = true;
    if (!h->asked || h->opening != opening) {
        pthread_mutex_lock(&h->f->lock);
        good = lines_is_ours(&h->f->spool.lines, opening, &h->ours, e);
        pthread_mutex_unlock(&h->f->lock);
        h->asked = good;
        h->opening = opening;
    }
    *ours = h->ours;
    return good;
}

static void note_key(struct hearing *h, struct slice key)
{
    if (key.n == ID_BYTES && h->keys.n + ID_BYTES <= KEYS_BYTES_MAX)
        buf_put(&h->keys, key);
    else
        h->lost = true;
}

/* Notes whom another spool has spoken of: the record's key, and its local id, by which a record
 * under a pseudonym is known here. */
static void note_subject(struct hearing *h, const struct bus_record *r,
                         const struct header_slots *s, const struct view *v)
{
    struct slice local_id = s->local_id < 0 ? slice_of(NULL, 0) : view_text(v, (size_t)s->local_id);
    uint8_t local[ID_BYTES];
    h->others = true;
    note_key(h, r->key);
    if (slice_is_empty(local_id))
        return;
    link_key(h->f->identity.agency, local_id, local);
    note_key(h, slice_of(local, ID_BYTES));
}

/* Notes a record that another spool has put there for this feed. A record that cannot be read was
 * written by a newer program, or is no feed's: it is passed over. */
static bool hear_record(struct hearing *h, const struct bus_record *r, struct err *e)
{
    struct err unread = { .fate = ERR_NONE };
    uint64_t fingerprint = 0;
    struct slice body;
    struct view v;
    bool ours = false;
    arena_reset(h->a);
    if (!wire_open(r->value, &fingerprint, &body, &unread))
        return true;
    const struct schema *s = catalogue_fingerprint(h->f->o.bundle->catalogue, fingerprint);
    const struct header_slots *slots = s ? plan_header(s->plan) : NULL;
    if (!slots || !plan_view(s->plan, h->a, body, &v, &unread) ||
        !slice_equal(view_text(&v, (size_t)slots->source_feed), h->f->origin.feed) ||
        view_is_null(&v, (size_t)slots->feed_seq))
        return true;
    if (!is_ours(h, (uint32_t)(view_long(&v, (size_t)slots->feed_seq) >> 32), &ours, e))
        return false;
    if (!ours)
        note_subject(h, r, slots, &v);
    return true;
}

/* Notes how far the lane was read, with the stamp of the last record: if the lane is made anew, or
 * comes out of a backup, another record stands there the next time. */
static void note_end(struct hearing *h, int partition, const struct bus_record *last)
{
    struct bus_end end;
    bus_end_behind(h->f->o.bus, last, &end);
    h->to[partition] = (struct heard){ end.next, end.stamp };
}

static bool hear_from(struct hearing *h, int partition, int64_t from, struct err *e)
{
    struct bus_reader *r = NULL;
    bool end = false,
         good = bus_reader_open(h->f->o.bus, h->f->topic_events, partition, from, &r, e);
    while (good && !end) {
        const struct bus_record *list = NULL;
        size_t n = 0;
        good = !atomic_load(&h->f->stopping) && bus_reader_next(r, 0, &list, &n, &end, e);
        for (size_t i = 0; good && i < n; i++) {
            good = hear_record(h, &list[i], e);
            h->to[partition].next = list[i].offset + 1;
        }
        if (good && n > 0)
            note_end(h, partition, &list[n - 1]);
    }
    bus_reader_close(&r);
    return good;
}

/* *same: the lane still has the record up to which it was read. */
static bool is_same(struct hearing *h, int partition, const struct heard *to, bool *same,
                    struct err *e)
{
    const struct bus_end then = { .next = to->next, .stamp = to->word };
    *same = false;
    return to->next < 0 ||
           bus_still_has(h->f->o.bus, h->f->topic_events, partition, &then, same, e);
}

/* Reads on in one lane. A lane that was made anew is read from its start. Where records have aged
 * out before they were read, nobody can tell who has spoken (lost). */
static bool hear_lane(struct hearing *h, int partition, struct err *e)
{
    struct bus_end now = { .first = 0 };
    struct heard *to = &h->to[partition];
    bool same = false;
    pthread_mutex_lock(&h->f->lock);
    bool good = lines_heard(&h->f->spool.lines, partition, to, e);
    pthread_mutex_unlock(&h->f->lock);
    if (!good || !bus_end(h->f->o.bus, h->f->topic_events, partition, &now, e) ||
        !is_same(h, partition, to, &same, e))
        return false;
    h->is_anew = h->is_anew || !same;
    h->lost = h->lost || (same && to->next >= 0 && to->next < now.first);
    if (to->next < 0 && h->f->spool.lines.is_old)
        *to = (struct heard){ now.next, now.stamp };
    else if (!same || to->next < now.first)
        *to = (struct heard){ .next = 0 };
    return to->next >= now.next || hear_from(h, partition, to->next, e);
}

static bool put_lanes(struct hearing *h, struct err *e)
{
    for (int i = 0; i < h->f->o.bundle->partitions; i++)
        if (!lines_put_heard(&h->f->spool.lines, i, &h->to[i], e))
            return false;
    return true;
}

static bool put_keys(struct hearing *h, struct err *e)
{
    struct lines *l = &h->f->spool.lines;
    for (size_t at = 0; at < h->keys.n; at += ID_BYTES)
        if (!lines_put_spoken(l, h->keys.p + at, e))
            return false;
    return !h->lost || lines_put_spoken(l, NULL, e);
}

/* Stores whether this spool's memories are the last word. They are not where another has spoken,
 * where records were lost, or where the file has never asked this lane. */
static bool put_verdict(struct hearing *h, struct err *e)
{
    struct lines *l = &h->f->spool.lines;
    return h->others || h->lost || h->is_anew ? lines_others(l, e) : lines_alone(l, e);
}

/* Lock held. */
static bool write(struct hearing *h, struct err *e)
{
    struct feed *f = h->f;
    struct lines *l = &f->spool.lines;
    struct err ignored = { .fate = ERR_NONE };
    bool good = feed_begin(f, e) && lines_store(l, e) && put_lanes(h, e) && put_keys(h, e) &&
                put_verdict(h, e) && feed_commit(f, e);
    if (good) {
        l->in_doubt = false;
    } else {
        spool_rollback(&f->spool);
        feed_forget(f);
    }
    return lines_read(l, good ? e : &ignored) && good;
}

static void tell(const struct hearing *h)
{
    if (h->lost)
        log_line(LOG_WARN, &h->f->who, "intake.unheard",
                 "cannot tell whether another spool has spoken for this feed: what was on the bus "
                 "since is gone; "
                 "what changes is told once more");
    else if (h->others)
        log_line(LOG_WARN, &h->f->who, "intake.others",
                 "another spool has spoken for this feed, or this one came back: what it remembers "
                 "of whom that "
                 "spoke of counts no more, and is told once more");
}

bool publisher_hear(struct feed *f, struct arena *a, struct err *e)
{
    struct hearing h = { .f = f, .a = a };
    size_t partitions = (size_t)f->o.bundle->partitions;
    f->publisher.heard_ns = clock_mono_ns();
    h.to = mem_alloc(partitions * sizeof *h.to);
    if (!h.to)
        return err_memory(e);
    buf_init(&h.keys, KEYS_BYTES_MAX);
    bool good = true;
    for (int i = 0; good && i < f->o.bundle->partitions; i++)
        good = hear_lane(&h, i, e);
    if (good && (good = buf_done(&h.keys, e))) {
        pthread_mutex_lock(&f->lock);
        good = write(&h, e);
        pthread_mutex_unlock(&f->lock);
    }
    if (good)
        tell(&h);
    buf_release(&h.keys);
    mem_free(h.to);
    return good;
}

/* One turn. Lock held. */
static bool settle_some(struct feed *f, bool *more, struct err *e)
{
    if (feed_begin(f, e) && doubts_settle(&f->spool, more, e) && feed_commit(f, e))
        return true;
    spool_rollback(&f->spool);
    feed_forget(f);
    return false;
}

bool publisher_settle(struct feed *f, struct err *e)
{
    bool good = true;
    for (bool more = true; good && more;) {
        pthread_mutex_lock(&f->lock);
        good = settle_some(f, &more, e);
        f->publisher.is_settled = good && !more && !f->spool.lines.in_doubt;
        pthread_mutex_unlock(&f->lock);
    }
    return good;
}

void publisher_doubt(struct feed *f)
{
    lines_doubt(&f->spool.lines);
    f->publisher.is_settled = false;
}
