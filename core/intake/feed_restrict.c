/* feed_restrict.c - what a quarantined message restricts all the same (law 14).
 *
 * A restriction that can be read is published. Its id is the same as if the whole message had been
 * read, so the message, taken again later, tells only the rest. For a restriction that cannot be
 * read the router is told whom it is about: it holds that person's events until somebody has looked
 * at the message. Where the message does not tell the person either, nobody is held. */
#include "intake/feed.h"

#include "bus/bus.h"

/* One restriction of a message, and whom it is about. */
struct no {
    const struct mapped_restriction *x;
    struct subject subject;
    struct news news;
    bool has_subject;
    bool is_said; /* published now, and by no earlier reading of the same message */
    bool is_told; /* the router is told that it could not be read */
};

/* Compares a restriction with what is remembered. The message's restrictions before it count as
 * seen. A message that is to come again says only once what it says. */
static bool compare_no(struct feed *f, const struct message *m, const struct no *before,
                       struct no *n, struct err *e)
{
    const struct mapped_event *event = &n->x->event;
    if (!feed_compare(f, event, &n->subject, &n->news, e))
        return false;
    if (!feed_weigh_said(f, m, event, n->x->ordinal, &n->subject, &n->news, e))
        return false;
    for (const struct no *b = before; b < n; b++)
        feed_compare_after(event, &b->news, b->news.change.revision, &n->news);
    if (m->is_unkept && n->news.is_repeat) {
        n->news.is_news = false;
        n->news.is_learned = false;
    }
    return true;
}

static bool find_subject(struct feed *f, struct no *n, struct err *e)
{
    struct err unknown = { .fate = ERR_NONE };
    struct identifiers c = event_identifiers(&n->x->event.build);
    n->has_subject = identity_resolve(&f->identity, &c, &n->subject, &unknown);
    if (n->has_subject || unknown.fate == ERR_REJECT)
        return true;
    *e = unknown;
    return false;
}

/* Queues the record of a restriction. *done false: no record can be made of it. */
static bool queue_no(struct feed *f, const struct occasion *o, const struct place *p, struct no *n,
                     bool *done, struct err *e)
{
    struct build b = n->x->event.build;
    struct err one = { .fate = ERR_NONE };
    size_t before = f->records.n;
    bool good = event_queue(o, p, &n->subject, &b, &f->records, &one);
    *done = good && f->records.n - before <= BUS_RECORD_MAX_BYTES;
    if (!*done) {
        f->records.n = before;
        if (one.fate == ERR_NONE || one.fate == ERR_REJECT)
            return true;
        *e = one;
        return false;
    }
    f->spool.turn.feed_seq++;
    f->spool.turn.counts.events++;
    if (n->news.is_repeat)
        return true;
    struct slice record = slice_from(buf_slice(&f->records), before);
    return feed_remember_word(f, &n->x->event, &b, &n->subject, record, e);
}

/* Publishes a restriction, unless an earlier reading of the same message did: then that is only
 * noted anew. *done false: the schema does not take the record, so the restriction counts as one
 * that cannot be read. */
static bool publish_no(struct feed *f, const struct message *m,
                       const struct mapped_restrictions *all, struct no *n, bool *done,
                       struct err *e)
{
    const struct occasion o = { &f->origin, all->message_id, m->body, f->turn.now_ms };
    struct place p = { .ordinal = n->x->ordinal, .feed_seq = f->spool.turn.feed_seq + 1 };
    struct told_row x = { .kind = TOLD_EVENT,
                          .key = n->subject.key,
                          .n = (int64_t)f->spool.turn.counts.taken,
                          .at_ms = f->turn.now_ms };
    feed_place(f, &n->x->event, &n->news, m->is_named, &p);
    if (!feed_is_told(f, &o, &p, &x.key, done, e))
        return false;
    if (!*done) {
        if (!queue_no(f, &o, &p, n, done, e))
            return false;
        n->is_said = *done;
    }
    if (!*done)
        return true;
    feed_told_id(&o, &p, &x.id);
    return told_aside_put(&f->told, &x, e);
}

static bool learn_no(struct feed *f, struct no *n, struct err *e)
{
    if (n->subject.remember && !spool_link_put(&f->spool, &n->subject.link, e))
        return false;
    if (!feed_learn_change(f, &n->x->event, &n->subject, &n->news, e))
        return false;
    if (!feed_note_side(f, &n->news, e))
        return false;
    return feed_note_said(f, &n->news, e);
}

/* Whether the router is told, of a restriction before `end` that is about n's subject, that it
 * could not be read. */
static bool is_told_of(const struct no *list, const struct no *end, const struct no *n)
{
    for (const struct no *b = list; b < end; b++) {
        bool is_same = memcmp(b->subject.key.b, n->subject.key.b, ID_BYTES) == 0;
        if (b->is_told && is_same)
            return true;
    }
    return false;
}

/* Carries over earlier signs and words of the same local id, where this restriction's subject has
 * another key. */
static bool carry_signs(struct feed *f, struct no *n, struct err *e)
{
    struct slice local_id = event_identifiers(&n->x->event.build).local_id;
    if (slice_is_empty(local_id))
        return true;
    const uint8_t *local = identity_link_key(&f->identity, local_id, &n->subject);
    const struct said_upto upto = { (int64_t)f->spool.turn.counts.taken, INT64_MAX };
    bool any = false;
    if (!feed_queue_signs(f, &f->work, local, &n->subject, &f->records, &any, e))
        return false;
    if (!any)
        return true;
    return feed_carry_signs(f, local, &n->subject, &upto, e);
}

static bool take_no(struct feed *f, const struct message *m, const struct mapped_restrictions *all,
                    struct no *list, struct no *n, struct err *e)
{
    bool done = false;
    if (!find_subject(f, n, e))
        return false;
    if (!n->has_subject)
        return true;
    if (!carry_signs(f, n, e))
        return false;
    if (!n->x->is_unread) {
        if (!compare_no(f, m, list, n, e))
            return false;
        if (!n->news.is_news)
            return true;
        if (!publish_no(f, m, all, n, &done, e))
            return false;
    }
    if (done)
        return learn_no(f, n, e);
    n->news.is_learned = false;
    n->is_told = true;
    if (is_told_of(list, n, n))
        return true;
    return feed_sign(f, m, event_identifiers(&n->x->event.build).local_id, &n->subject, e);
}

/* A restriction that is published says anew how things stand with its person. What the same message
 * says of them that could not be read is of now, and stays. */
static bool forget_signs(struct feed *f, struct no *list, size_t count, struct err *e)
{
    const struct no *end = list + count;
    for (struct no *n = list; n < end; n++) {
        if (!n->is_said || is_told_of(list, end, n))
            continue;
        struct slice local_id = event_identifiers(&n->x->event.build).local_id;
        if (!feed_forget_signs(f, local_id, &n->subject, e))
            return false;
    }
    return true;
}

bool feed_restrict(struct feed *f, struct message *m, struct err *e)
{
    struct mapped_restrictions all;
    if (!m->doc)
        return true;
    if (!mapping_in_restrictions(f->o.mapping, &f->work, m->doc, f->turn.now_ms, &all, e))
        return false;
    if (all.environment.n && !slice_equal(all.environment, f->origin.environment))
        return true;
    m->is_named = feed_is_named(f, all.message_id);
    struct no *list = ARENA_ARRAY(&f->work, all.count + 1, struct no);
    if (!list)
        return err_memory(e);
    for (size_t i = 0; i < all.count; i++) {
        list[i].x = &all.list[i];
        if (!take_no(f, m, &all, list, &list[i], e))
            return false;
    }
    if (!forget_signs(f, list, all.count, e))
        return false;
    if (!buf_done(&f->records, e))
        return false;
    return feed_fit_words(f, e);
}

bool feed_restrict_unkept(struct feed *f, struct message *m, struct err *e)
{
    struct feed_counts *c = &f->spool.turn.counts;
    uint64_t events = c->events;
    buf_reset(&f->records);
    m->is_unkept = true;
    c->taken++; /* what is said is numbered by it */
    if (!feed_restrict(f, m, e))
        return false;
    if (f->records.n == 0) {
        c->taken--;
        return true;
    }
    const struct slice nothing = slice_of(NULL, 0);
    enum spool_kind kind = SPOOL_NOTICE;
    if (c->events > events) {
        kind = SPOOL_EVENTS;
        c->published++;
    } else {
        c->unchanged++;
    }
    return spool_put(&f->spool, kind, nothing, nothing, buf_slice(&f->records), e);
}
