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
    bool is_told; /* the router, that it could not be read */
};

/* Earlier ones of the same message count as seen. One that is to come again says what it said
 * once. */
static bool compare(struct feed *f, const struct message *m, const struct no *before, struct no *n,
                    struct err *e)
{
    const struct mapped_event *event = &n->x->event;
    if (!feed_compare(f, event, &n->subject, &n->news, e))
        return false;
    for (const struct no *b = before; b < n; b++)
        feed_compare_after(event, &b->news, b->news.change.revision, &n->news);
    if (m->is_unkept && n->news.is_repeat)
        n->news.is_news = n->news.is_learned = false;
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

/* As in feed_store.c: of a row that is compared as a whole its revision is part of the id. */
static bool is_diffed(const struct feed *f, const struct mapped_restrictions *all)
{
    return all->all_changed && !f->format->reply;
}

static bool queue(struct feed *f, const struct occasion *o, const struct place *p, struct no *n,
                  bool *done, struct err *e)
{
    struct build b = n->x->event.build;
    struct err one = { .fate = ERR_NONE };
    size_t before = f->records.n;
    *done = event_queue(o, p, &n->subject, &b, &f->records, &one) &&
            f->records.n - before <= BUS_RECORD_MAX_BYTES;
    if (*done) {
        f->spool.turn.feed_seq++;
        f->spool.turn.counts.events++;
        return n->news.is_repeat ||
               feed_remember_word(f, &n->x->event, &b, &n->subject,
                                  slice_from(buf_slice(&f->records), before), e);
    }
    f->records.n = before;
    if (one.fate == ERR_NONE || one.fate == ERR_REJECT)
        return true;
    *e = one;
    return false;
}

/* Publishes a restriction, unless an earlier reading of the same message did: then that is only
 * noted anew. *done false: the schema does not take the record, so the restriction counts as one
 * that cannot be read. */
static bool publish(struct feed *f, const struct message *m, const struct mapped_restrictions *all,
                    struct no *n, bool *done, struct err *e)
{
    const struct occasion o = { &f->origin, all->message_id, m->body, f->turn.now_ms };
    const bool diffed = is_diffed(f, all);
    struct place p = { .ordinal = n->x->ordinal, .feed_seq = f->spool.turn.feed_seq + 1 };
    struct told_row x = { .kind = TOLD_EVENT,
                          .key = n->subject.key,
                          .n = (int64_t)f->spool.turn.counts.taken,
                          .at_ms = f->turn.now_ms };
    feed_place(f, &n->x->event, &n->news, diffed, &p);
    if (!feed_is_told(f, &o, &p, &x.key, diffed, done, e))
        return false;
    if (!*done) {
        if (!queue(f, &o, &p, n, done, e))
            return false;
        n->is_said = *done;
    }
    feed_told_id(&o, &p, &x.id);
    return !*done || told_aside_put(&f->told, &x, e);
}

static bool learn(struct feed *f, struct no *n, struct err *e)
{
    return (!n->subject.remember || spool_link_put(&f->spool, &n->subject.link, e)) &&
           feed_learn_change(f, &n->x->event, &n->subject, &n->news, e);
}

/* Whether the router was told of one before `end` that it could not be read, about n's subject. */
static bool is_told(const struct no *list, const struct no *end, const struct no *n)
{
    for (const struct no *b = list; b < end; b++)
        if (b->is_told && memcmp(b->subject.key.b, n->subject.key.b, ID_BYTES) == 0)
            return true;
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
    return feed_queue_signs(f, &f->work, local, &n->subject, &f->records, &any, e) &&
           (!any || feed_carry_signs(f, local, &n->subject, &upto, e));
}

static bool take(struct feed *f, const struct message *m, const struct mapped_restrictions *all,
                 struct no *list, struct no *n, struct err *e)
{
    bool done = false;
    if (!find_subject(f, n, e))
        return false;
    if (!n->has_subject)
        return true;
    if (!carry_signs(f, n, e))
        return false;
    if (!n->x->is_unread && !compare(f, m, list, n, e))
        return false;
    if (!n->x->is_unread && !n->news.is_news)
        return true;
    if (!n->x->is_unread && !publish(f, m, all, n, &done, e))
        return false;
    if (done)
        return learn(f, n, e);
    n->news.is_learned = false;
    n->is_told = true;
    return is_told(list, n, n) ||
           feed_sign(f, m, event_identifiers(&n->x->event.build).local_id, &n->subject, e);
}

/* A restriction that is published says anew how things stand with its person. What the same message
 * says of them that could not be read is of now, and stays. */
static bool forget_signs(struct feed *f, struct no *list, size_t count, struct err *e)
{
    const struct no *end = list + count;
    for (struct no *n = list; n < end; n++) {
        if (!n->is_said || is_told(list, end, n))
            continue;
        struct slice local_id = event_identifiers(&n->x->event.build).local_id;
        if (!feed_forget_signs(f, local_id, &n->subject, e))
            return false;
    }
    return true;
}

bool feed_restrict(struct feed *f, const struct message *m, struct err *e)
{
    struct mapped_restrictions all;
    if (!m->doc)
        return true;
    if (!mapping_in_restrictions(f->o.mapping, &f->work, m->doc, f->turn.now_ms, &all, e))
        return false;
    if (all.environment.n && !slice_equal(all.environment, f->origin.environment))
        return true;
    struct no *list = ARENA_ARRAY(&f->work, all.count + 1, struct no);
    if (!list)
        return err_memory(e);
    for (size_t i = 0; i < all.count; i++) {
        list[i].x = &all.list[i];
        if (!take(f, m, &all, list, &list[i], e))
            return false;
    }
    return forget_signs(f, list, all.count, e) && buf_done(&f->records, e) && feed_fit_words(f, e);
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
    bool says = c->events > events;
    c->published += says;
    c->unchanged += !says;
    return spool_put(&f->spool, says ? SPOOL_EVENTS : SPOOL_NOTICE, slice_of(NULL, 0),
                     slice_of(NULL, 0), buf_slice(&f->records), e);
}
