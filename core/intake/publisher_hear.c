/* publisher_hear.c - hears what other spools have said for this feed.
 *
 * It reads the feed's topic of events on from where it last came to. So a memory of this spool is
 * believed only where it is the last word (spool/lines.h). It reads the topic of quarantine
 * likewise: what another spool has set aside is not lost in silence (spool/noticed.h). The
 * publisher's thread. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "intake/feed.h"
#include "record/wire.h"

#define KEYS_BYTES_MAX ((size_t)32 * 1024 * 1024)
#define NOTICES_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct hearing {
    struct feed *f;
    struct arena *a;
    struct heard *to; /* by partition, and behind them of notices: how far it was read now */
    bool others;      /* another spool has spoken */
    bool lost;        /* somebody may have spoken, and nobody can tell of whom */
    bool is_anew;     /* this file has never asked, or a lane is not what it was */
    uint32_t opening; /* the one that was met last */
    bool asked, ours; /* whether the file was asked about it, and what it said */
    struct buf keys;
    struct buf notices; /* struct notice of each that is not known, or an end */
    bool has_notices;   /* their lane was read */
};

/* A lane that is heard: one of the topic of events, or the one of notices. */
struct lane {
    const char *topic;
    int partition;
    int kept; /* the number under which lines.h keeps how far the lane was read */
    bool is_events;
    bool is_old; /* the file is of a program that read no such lane: what stands there is no news */
    struct heard *to;
};

/* Whether this file has that opening. Records of one opening follow each other: the file is asked
 * once for them all. */
static bool is_ours(struct hearing *h, uint32_t opening, bool *ours, struct err *e)
{
    bool is_answered = h->asked && h->opening == opening;
    if (!is_answered) {
        pthread_mutex_lock(&h->f->lock);
        h->asked = lines_is_ours(&h->f->spool.lines, opening, &h->ours, e);
        pthread_mutex_unlock(&h->f->lock);
        h->opening = opening;
    }
    *ours = h->ours;
    return h->asked;
}

/* header.feed_seq has the opening in its upper half (step/marks.h). */
static inline uint32_t opening_of(int64_t feed_seq)
{
    return (uint32_t)(feed_seq >> 32);
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
    if (!slots || !plan_view(s->plan, h->a, body, &v, &unread))
        return true;
    if (!slice_equal(view_text(&v, (size_t)slots->source_feed), h->f->origin.feed))
        return true;
    if (view_is_null(&v, (size_t)slots->feed_seq))
        return true;
    if (!is_ours(h, opening_of(view_long(&v, (size_t)slots->feed_seq)), &ours, e))
        return false;
    if (!ours)
        note_subject(h, r, slots, &v);
    return true;
}

/* Notes how far the lane was read, with the stamp of the last record: if the lane is made anew, or
 * comes out of a backup, another record stands there the next time. */
static void note_end(struct hearing *h, const struct lane *l, const struct bus_record *last)
{
    struct bus_end end;
    bus_end_behind(h->f->o.bus, last, &end);
    *l->to = (struct heard){ end.next, end.stamp };
}

/* Notes a notice that this file does not know, and each that ends one. */
static bool hear_notice(struct hearing *h, const struct bus_record *r, struct err *e)
{
    struct notice x;
    bool known = false;
    arena_reset(h->a);
    if (!feed_read_notice(h->f, h->a, r->value, &x))
        return true;
    pthread_mutex_lock(&h->f->lock);
    bool good = noticed_is_known(&h->f->quarantined.noticed, &x, &known, e);
    pthread_mutex_unlock(&h->f->lock);
    if (good && (!known || x.is_end))
        buf_put(&h->notices, slice_of(&x, sizeof x));
    return good;
}

static bool hear_from(struct hearing *h, const struct lane *l, int64_t from, struct err *e)
{
    struct bus_reader *r = NULL;
    bool end = false;
    bool good = bus_reader_open(h->f->o.bus, l->topic, l->partition, from, &r, e);
    while (good && !end) {
        const struct bus_record *list = NULL;
        size_t n = 0;
        good = !atomic_load(&h->f->stopping);
        good = good && bus_reader_next(r, 0, &list, &n, &end, e);
        for (size_t i = 0; good && i < n; i++) {
            good = l->is_events ? hear_record(h, &list[i], e) : hear_notice(h, &list[i], e);
            l->to->next = list[i].offset + 1;
        }
        if (good && n > 0)
            note_end(h, l, &list[n - 1]);
    }
    bus_reader_close(&r);
    return good;
}

/* *same: the lane still has the record up to which it was read. */
static bool is_same(struct hearing *h, const struct lane *l, bool *same, struct err *e)
{
    const struct bus_end then = { .next = l->to->next, .stamp = l->to->stamp };
    *same = false;
    if (l->to->next < 0)
        return true;
    return bus_still_has(h->f->o.bus, l->topic, l->partition, &then, same, e);
}

/* aged: records that were never read here have aged out of the lane. */
static void note_lane(struct hearing *h, bool same, bool aged)
{
    if (!same)
        h->is_anew = true;
    else if (aged)
        h->lost = true;
}

/* Reads on in one lane. A lane that was made anew is read from its start. Where records have aged
 * out before they were read, nobody can tell who has spoken (lost). */
static bool hear_lane(struct hearing *h, const struct lane *l, struct err *e)
{
    struct bus_end now = { .first = 0 };
    struct heard *to = l->to;
    bool same = false;
    pthread_mutex_lock(&h->f->lock);
    bool good = lines_heard(&h->f->spool.lines, l->kept, to, e);
    pthread_mutex_unlock(&h->f->lock);
    good = good && bus_end(h->f->o.bus, l->topic, l->partition, &now, e);
    good = good && is_same(h, l, &same, e);
    if (!good)
        return false;
    bool was_read = to->next >= 0, aged = to->next < now.first;
    if (l->is_events)
        note_lane(h, same, was_read && aged);
    if (!was_read && l->is_old)
        *to = (struct heard){ now.next, now.stamp };
    else if (!same || aged)
        *to = (struct heard){ .next = 0 };
    if (to->next >= now.next)
        return true;
    return hear_from(h, l, to->next, e);
}

/* Hears the notices of quarantine. Where their topic cannot be read all else goes on: logins of
 * older sites lack that right. False: the program is about to end, or the bus is away. */
static bool hear_notices(struct hearing *h, struct err *e)
{
    struct feed *f = h->f;
    struct lane l = { .topic = f->topic_quarantine,
                      .kept = HEARD_NOTICES,
                      .to = &h->to[f->o.bundle->partitions] };
    pthread_mutex_lock(&f->lock);
    bool good = noticed_is_old(&f->quarantined.noticed, &l.is_old, e);
    pthread_mutex_unlock(&f->lock);
    good = good && hear_lane(h, &l, e);
    good = good && buf_done(&h->notices, e);
    h->has_notices = good;
    if (good)
        return true;
    if (e->fate == ERR_NONE || e->fate == ERR_RETRY)
        return false;
    if (!f->publisher.unheard)
        log_line(LOG_WARN, &f->who, "quarantine.unheard",
                 "cannot tell whether another spool has quarantined for this feed (%s): %s",
                 e->code, e->text);
    f->publisher.unheard = true;
    err_clear(e);
    return true;
}

static bool hear_events(struct hearing *h, struct err *e)
{
    bool good = true;
    for (int i = 0; good && i < h->f->o.bundle->partitions; i++) {
        const struct lane l = { .topic = h->f->topic_events,
                                .partition = i,
                                .kept = i,
                                .is_events = true,
                                .is_old = h->f->spool.lines.is_old,
                                .to = &h->to[i] };
        good = hear_lane(h, &l, e);
    }
    return good;
}

static bool put_lanes(struct hearing *h, struct err *e)
{
    for (int i = 0; i < h->f->o.bundle->partitions; i++)
        if (!lines_put_heard(&h->f->spool.lines, i, &h->to[i], e))
            return false;
    return true;
}

static bool put_notices(struct hearing *h, struct err *e)
{
    struct notice x;
    if (!h->has_notices)
        return true;
    for (size_t at = 0; at < h->notices.n; at += sizeof x) {
        memcpy(&x, h->notices.p + at, sizeof x);
        if (!noticed_hear(&h->f->quarantined.noticed, &x, e))
            return false;
    }
    return lines_put_heard(&h->f->spool.lines, HEARD_NOTICES, &h->to[h->f->o.bundle->partitions],
                           e);
}

static bool put_keys(struct hearing *h, struct err *e)
{
    struct lines *l = &h->f->spool.lines;
    for (size_t at = 0; at < h->keys.n; at += ID_BYTES)
        if (!lines_put_spoken(l, h->keys.p + at, e))
            return false;
    if (!h->lost)
        return true;
    return lines_put_spoken(l, NULL, e);
}

/* Stores whether this spool's memories are the last word. They are not where another has spoken,
 * where records were lost, or where the file has never asked this lane. */
static bool put_verdict(struct hearing *h, struct err *e)
{
    struct lines *l = &h->f->spool.lines;
    bool is_last_word = !h->others && !h->lost && !h->is_anew;
    return is_last_word ? lines_alone(l, e) : lines_others(l, e);
}

/* Stores what was heard in a turn of its own. Lock held. */
static bool store_heard(struct hearing *h, struct err *e)
{
    struct feed *f = h->f;
    struct lines *l = &f->spool.lines;
    struct err ignored = { .fate = ERR_NONE };
    bool good = feed_begin(f, e);
    good = good && lines_store(l, e);
    good = good && put_lanes(h, e);
    good = good && put_keys(h, e);
    good = good && put_notices(h, e);
    good = good && put_verdict(h, e);
    good = good && feed_commit(f, e);
    if (good) {
        l->in_doubt = false;
    } else {
        spool_rollback(&f->spool);
        feed_forget(f);
    }
    bool is_read = lines_read(l, good ? e : &ignored);
    return good && is_read;
}

static void tell_heard(const struct hearing *h)
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

/* Logs messages that the file lost, at each start and when they have become more. */
static bool tell_lost(struct feed *f, struct err *e)
{
    struct notices_lost now;
    pthread_mutex_lock(&f->lock);
    bool good = noticed_lost(&f->quarantined.noticed, &now, e);
    pthread_mutex_unlock(&f->lock);
    if (good && now.count > f->publisher.lost)
        log_line(LOG_ERROR, &f->who, NOTICE_LOST,
                 "%" PRId64
                 " messages that the bus knows as quarantined are not in this file, with "
                 "numbers from %" PRId64 " to %" PRId64
                 ": ask their sender to send them again; concordat quarantine SITE list, then drop",
                 now.count, now.first, now.last);
    if (good)
        f->publisher.lost = now.count;
    return good;
}

bool publisher_hear(struct feed *f, struct arena *a, struct err *e)
{
    struct hearing h = { .f = f, .a = a };
    size_t partitions = (size_t)f->o.bundle->partitions;
    f->publisher.heard_ns = clock_mono_ns();
    h.to = mem_alloc((partitions + 1) * sizeof *h.to);
    if (!h.to)
        return err_memory(e);
    buf_init(&h.keys, KEYS_BYTES_MAX);
    buf_init(&h.notices, NOTICES_BYTES_MAX);
    bool good = hear_events(&h, e);
    good = good && hear_notices(&h, e);
    good = good && buf_done(&h.keys, e);
    if (good) {
        pthread_mutex_lock(&f->lock);
        good = store_heard(&h, e);
        pthread_mutex_unlock(&f->lock);
    }
    if (good)
        tell_heard(&h);
    good = good && tell_lost(f, e);
    buf_release(&h.keys);
    buf_release(&h.notices);
    mem_free(h.to);
    return good;
}

/* Settles a turn's worth of records that waited. Lock held. */
static bool settle_some(struct feed *f, bool *more, struct err *e)
{
    bool good = feed_begin(f, e);
    good = good && doubts_settle(&f->spool, more, e);
    good = good && feed_commit(f, e);
    if (good)
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
