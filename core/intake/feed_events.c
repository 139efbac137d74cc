/* feed_events.c - the events of one message that was mapped: whom they are about, which of them are
 * news, their records and their rows.
 *
 * Everything that can fail for this message alone (identity, encoding) comes before its first row,
 * so that all records of a message are stored or none. */
#include "intake/feed.h"

#include <string.h>

#include "bus/bus.h"

/* What is known of one event of a message before it is encoded. */
struct candidate {
    struct subject subject;
    struct news news;
    const uint8_t *local; /* link_key of its local id; NULL: nothing can be carried over for it */
    bool carries;         /* signs or words of its local id were queued for its subject's key */
    struct slice queued;  /* its entry, once it is made; in the arena of the run */
};

/* What the records of one message are made of. */
struct making {
    struct message *m;
    struct candidate *events; /* as many as the mapping made */
    bool says;                /* one event is a word about sharing */
    bool is_about_many;       /* not all events have the same identifiers */
    int linked;               /* index of the event whose case reference made a new link, or -1 */
    size_t records;           /* records that are told now */
    size_t waiting;           /* other records, which wait until the bus was heard */
    bool is_doubtful;         /* the message has an unknown code that is news */
    struct err doubt;         /* then: which one */
};

static struct feed_counts *counts(struct feed *f)
{
    return &f->spool.turn.counts;
}

/* Whether event i says something new. Earlier events of the same message count as seen. */
static bool compare_event(struct feed *f, struct making *k, size_t i, struct err *e)
{
    const struct mapped_event *event = &k->m->mapped.events[i];
    struct candidate *c = &k->events[i];
    if (!feed_compare(f, event, &c->subject, &c->news, e))
        return false;
    if (!feed_weigh_said(f, k->m, event, (int)i, &c->subject, &c->news, e))
        return false;
    if (k->m->is_seen && !event->has_changed && !feed_is_own_word(&c->news))
        c->news.is_news = false;
    for (size_t j = 0; event->has_changed && j < i; j++)
        feed_compare_after(event, &k->events[j].news, k->events[j].news.change.revision + 1,
                           &c->news);
    return true;
}

/* Events of one message are mostly about one person: then the first answer serves them all. */
static bool same_identifiers(const struct identifiers *a, const struct identifiers *b)
{
    return slice_equal(a->nhs_number, b->nhs_number) && slice_equal(a->nhs_status, b->nhs_status) &&
           slice_equal(a->local_id, b->local_id) && slice_equal(a->birth_date, b->birth_date) &&
           slice_equal(a->case_reference, b->case_reference);
}

/* Finds the subject of event i, whose identifiers are c. */
static bool find_subject(struct feed *f, struct making *k, size_t i, const struct identifiers *c,
                         struct err *e)
{
    struct subject *s = &k->events[i].subject;
    if (i == 0)
        return identity_resolve(&f->identity, c, s, e);
    const struct identifiers before = event_identifiers(&k->m->mapped.events[i - 1].build);
    if (!same_identifiers(c, &before)) {
        k->is_about_many = true;
        return identity_resolve(&f->identity, c, s, e);
    }
    *s = k->events[i - 1].subject;
    s->remember = s->by_reference = false;
    return true;
}

/* Finds each event's subject, and whether the event is news. */
static bool resolve_events(struct feed *f, struct making *k, struct err *e)
{
    const struct mapped *said = &k->m->mapped;
    for (size_t i = 0; i < said->event_count; i++)
        k->says = k->says || said->events[i].schema->restricts;
    const bool may_carry = f->quarantined.signs || f->words.some || k->says;
    for (size_t i = 0; i < said->event_count; i++) {
        const struct identifiers c = event_identifiers(&said->events[i].build);
        struct candidate *one = &k->events[i];
        if (!find_subject(f, k, i, &c, e))
            return false;
        if (may_carry && !slice_is_empty(c.local_id))
            one->local = identity_link_key(&f->identity, c.local_id, &one->subject);
        if (one->subject.by_reference && k->linked < 0)
            k->linked = (int)i;
        if (!compare_event(f, k, i, e))
            return false;
    }
    return true;
}

/* Whether an earlier event of the message has the same local id, key and confidence: then it has
 * carried over all that event i could. */
static bool is_carried_before(const struct making *k, size_t i)
{
    const struct candidate *c = &k->events[i];
    for (const struct candidate *b = k->events; b < c; b++) {
        if (!b->local || memcmp(b->local, c->local, ID_BYTES) != 0)
            continue;
        const bool same_key = memcmp(b->subject.key.b, c->subject.key.b, ID_BYTES) == 0;
        if (same_key && strcmp(b->subject.confidence, c->subject.confidence) == 0)
            return true;
    }
    return false;
}

/* Queues signs and words of the events' local ids for the keys that those were not published
 * under. */
static bool queue_signs(struct feed *f, const struct making *k, struct err *e)
{
    for (size_t i = 0; i < k->m->mapped.event_count; i++) {
        struct candidate *c = &k->events[i];
        if (!c->local || is_carried_before(k, i))
            continue;
        if (!feed_queue_signs(f, &f->work, c->local, &c->subject, &f->records, &c->carries, e))
            return false;
    }
    return true;
}

static bool carry_signs(struct feed *f, const struct making *k, const struct said_upto *upto,
                        struct err *e)
{
    for (size_t i = 0; i < k->m->mapped.event_count; i++) {
        const struct candidate *c = &k->events[i];
        if (c->carries && !feed_carry_signs(f, c->local, &c->subject, upto, e))
            return false;
    }
    return true;
}

/* Leaves out an event that an earlier reading of this message has published, though the message was
 * set aside then. */
static bool leave_out_told(struct feed *f, const struct occasion *o, const struct place *p,
                           struct candidate *c, struct err *e)
{
    bool told = false;
    if (!feed_is_told(f, o, p, &c->subject.key, &told, e))
        return false;
    c->news.is_news = !told;
    return true;
}

/* Gives the record its number. Before a record that waits stands the condition that it waits for.
 */
static void number_record(struct feed *f, struct making *k, size_t i, struct place *p)
{
    const struct news *n = &k->events[i].news;
    p->feed_seq++;
    if (!n->waits) {
        k->records++;
        return;
    }
    k->waiting++;
    feed_put_if(f, &k->m->mapped.events[i], n, &f->records);
}

static bool encode_event(struct feed *f, struct making *k, size_t i, const struct occasion *o,
                         struct place *p, struct err *e)
{
    struct mapped_event *event = &k->m->mapped.events[i];
    struct candidate *c = &k->events[i];
    p->ordinal = (int)i;
    feed_place(f, event, &c->news, k->m->is_named, p);
    if (!leave_out_told(f, o, p, c, e))
        return false;
    if (!c->news.is_news)
        return true;
    number_record(f, k, i, p);
    size_t before = f->records.n;
    if (!event_queue(o, p, &c->subject, &event->build, &f->records, e))
        return false;
    if (f->records.n - before > BUS_RECORD_MAX_BYTES)
        return err_set(e, ERR_REJECT, "intake.size", 0, "cannot publish: the record is too large");
    if (event->schema->restricts && !c->news.is_repeat) {
        c->queued = arena_copy(&f->work, slice_from(buf_slice(&f->records), before));
        if (!c->queued.p)
            return err_memory(e);
    }
    return true;
}

/* Queues the message's records in f->records: signs, then Person.linked if there is one, then the
 * events, each with the feed's next number. */
static bool encode_records(struct feed *f, struct making *k, struct err *e)
{
    const struct message *m = k->m;
    const struct occasion o = { &f->origin, m->mapped.message_id, m->body, f->turn.now_ms };
    struct place p = { .ordinal = -1, .feed_seq = f->spool.turn.feed_seq };
    buf_reset(&f->records);
    if (!queue_signs(f, k, e))
        return false;
    if (k->linked >= 0) {
        p.feed_seq++;
        k->records++;
        if (!event_queue_link(&o, &p, &k->events[k->linked].subject,
                              &m->mapped.events[k->linked].build, &f->records, e))
            return false;
    }
    for (size_t i = 0; i < m->mapped.event_count; i++) {
        if (!k->events[i].news.is_news)
            continue;
        if (!encode_event(f, k, i, &o, &p, e))
            return false;
    }
    if (k->waiting > 0)
        doubts_put_end(&f->records, k->records > 0);
    return true;
}

/* Queues the message's own words under the keys that its other events have for the same local id.
 */
static bool queue_own_words(struct feed *f, struct making *k, const struct said_upto *upto,
                            struct err *e)
{
    if (!k->says || !k->is_about_many)
        return true;
    if (!queue_signs(f, k, e))
        return false;
    if (!buf_done(&f->records, e))
        return false;
    return carry_signs(f, k, upto, e);
}

/* Notes that the queued words were carried over, then remembers the message's own. In this order,
 * since the own words were not among the queued ones. */
static bool write_words(struct feed *f, struct making *k, struct err *e)
{
    const struct said_upto upto = { (int64_t)counts(f)->taken, INT64_MAX };
    if (!carry_signs(f, k, &upto, e))
        return false;
    for (size_t i = 0; i < k->m->mapped.event_count; i++) {
        struct candidate *c = &k->events[i];
        const struct mapped_event *event = &k->m->mapped.events[i];
        if (!feed_remember_word(f, event, &event->build, &c->subject, c->queued, e))
            return false;
    }
    if (!queue_own_words(f, k, &upto, e))
        return false;
    return feed_fit_words(f, e);
}

/* Puts a sign behind the records of a message with an unknown code: the records go as they are, and
 * what comes next for the person is held. */
static bool write_unknown(struct feed *f, struct making *k, struct err *e)
{
    if (!k->is_doubtful)
        return true;
    k->m->why = k->doubt;
    feed_say_aside(f, k->m, "published");
    if (!feed_sign_unknown(f, k->m, e))
        return false;
    return buf_done(&f->records, e);
}

/* Sides first, all of them: what one message says at once is no word against its own. */
static bool note_said(struct feed *f, const struct making *k, struct err *e)
{
    for (size_t i = 0; i < k->m->mapped.event_count; i++)
        if (!feed_note_side(f, &k->events[i].news, e))
            return false;
    for (size_t i = 0; i < k->m->mapped.event_count; i++)
        if (!feed_note_said(f, &k->events[i].news, e))
            return false;
    return true;
}

static bool write_rows(struct feed *f, struct making *k, struct err *e)
{
    for (size_t i = 0; i < k->m->mapped.event_count; i++) {
        const struct mapped_event *event = &k->m->mapped.events[i];
        const struct slice local_id = event_identifiers(&event->build).local_id;
        struct candidate *c = &k->events[i];
        if (c->subject.remember && !spool_link_put(&f->spool, &c->subject.link, e))
            return false;
        if (!feed_learn_change(f, event, &c->subject, &c->news, e))
            return false;
        if (event->schema->restricts && !feed_forget_signs(f, local_id, &c->subject, e))
            return false;
    }
    if (f->says_plainly && !note_said(f, k, e))
        return false;
    if (!write_words(f, k, e))
        return false;
    if (!write_unknown(f, k, e))
        return false;
    if (k->waiting > 0)
        doubts_note(&f->spool);
    if (f->records.n == 0)
        return true;
    const enum spool_kind kind = k->records > 0 ? SPOOL_EVENTS : SPOOL_NOTICE;
    return spool_put(&f->spool, kind, feed_head_of(k->m), k->m->raw, buf_slice(&f->records), e);
}

/* Whether the message has a record that the router can hold for an unknown code. Such a message is
 * not set aside. */
static bool has_record_to_hold(const struct making *k)
{
    for (size_t i = 0; i < k->m->mapped.event_count; i++) {
        const struct news *n = &k->events[i].news;
        bool goes_now = n->is_news && !n->waits;
        if (goes_now && !k->m->mapped.events[i].schema->restricts)
            return true;
    }
    return false;
}

/* Leaves out the events that allow, where the message has an unknown code that was told before and
 * no record to hold. Nobody can tell what the code takes back of them. They are not remembered
 * either, and so are news once a rule knows the code. */
static bool withhold_allowing(struct feed *f, struct making *k, struct err *e)
{
    bool any = false;
    if (slice_is_empty(k->m->mapped.unknown) || has_record_to_hold(k))
        return true;
    for (size_t i = 0; i < k->m->mapped.event_count; i++) {
        struct candidate *c = &k->events[i];
        if (!c->news.is_news || k->m->mapped.events[i].restricts)
            continue;
        c->news.is_news = c->news.is_learned = false;
        any = true;
    }
    if (!any)
        return true;
    struct slice path = slice_head(k->m->mapped.unknown_path, TYPE_LABEL_MAX);
    return spool_tally(&f->spool, TALLY_NOT_KEPT, path, e);
}

/* What an unknown code does to the message. *aside: the message is to be set aside, and m->why says
 * for which code. */
static bool weigh_unknown(struct feed *f, struct making *k, bool *aside, struct err *e)
{
    if (!feed_is_unknown_news(f, k->m, &k->is_doubtful, e))
        return false;
    *aside = k->is_doubtful && !has_record_to_hold(k);
    if (*aside)
        return true;
    k->doubt = k->m->why;
    err_clear(&k->m->why);
    return withhold_allowing(f, k, e);
}

/* Whether a message whose bytes came before says nothing all the same. */
static bool is_sent_again(const struct making *k)
{
    for (size_t i = 0; i < k->m->mapped.event_count; i++)
        if (k->events[i].news.is_news)
            return false;
    return k->m->is_seen;
}

/* Whether the message is set aside for a word that nobody can tell from an old one; then m->why
 * says so. */
static bool asks_again(const struct feed *f, const struct making *k)
{
    for (size_t i = 0; i < k->m->mapped.event_count; i++) {
        if (!feed_asks_again(f, k->m, &k->m->mapped.events[i], &k->events[i].news))
            continue;
        (void)err_set(&k->m->why, ERR_REJECT, SAID_AGAIN, 0,
                      "the message allows again what was restricted since the same bytes came "
                      "before, and tells no time: ask whether it is an old file; if not, concordat "
                      "quarantine SITE again --code intake.said_again");
        k->m->reading = READ_UNMAPPED;
        return true;
    }
    return false;
}

/* Of a message that cannot be stored for what it says, or for want of memory: m->why. */
static bool store_failed(struct feed *f, struct message *m)
{
    if (m->why.fate != ERR_REJECT)
        return feed_put_off(f, m);
    m->reading = READ_UNMAPPED;
    return feed_store_quarantined(f, m);
}

/* Counts what was encoded, and stores it. */
static bool write_all(struct feed *f, struct making *k, const struct dedup_key *dedup,
                      struct err *e)
{
    const struct message *m = k->m;
    struct feed_counts *c = counts(f);
    c->taken++;
    c->lost_ids += m->mapped.skipped_ids;
    c->events += k->records;
    f->spool.turn.feed_seq += (int64_t)(k->records + k->waiting);
    if (k->records > 0)
        c->published++;
    else
        c->unchanged++;
    if (!feed_tally_misses(f, &m->mapped, e))
        return false;
    if (!feed_note_codes(f, m, e))
        return false;
    if (!write_rows(f, k, e))
        return false;
    return feed_finish(f, m, dedup, REPLY_ACCEPT);
}

/* Stores the events of a message whose subjects were found. */
static bool store_resolved(struct feed *f, struct making *k, const struct dedup_key *dedup)
{
    struct message *m = k->m;
    bool aside = false;
    if (is_sent_again(k))
        return feed_store_duplicate(f, m, &m->given);
    if (asks_again(f, k))
        return feed_store_quarantined(f, m);
    if (!weigh_unknown(f, k, &aside, &f->turn.failed))
        return false;
    if (aside)
        return feed_store_unknown(f, m);
    if (!encode_records(f, k, &m->why))
        return store_failed(f, m);
    return write_all(f, k, dedup, &f->turn.failed);
}

bool feed_store_events(struct feed *f, struct message *m, const struct dedup_key *dedup)
{
    struct making k = { .m = m, .linked = -1 };
    k.events = ARENA_ARRAY(&f->work, m->mapped.event_count, struct candidate);
    if (!k.events)
        err_memory(&m->why);
    if (!k.events || !resolve_events(f, &k, &m->why))
        return store_failed(f, m);
    return store_resolved(f, &k, dedup);
}
