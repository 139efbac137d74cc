/* publisher_bus.c - what a feed does on the bus besides publishing: schemas put there, links
 * read. */
#include "intake/feed.h"

#include "bus/topics.h"
#include "record/wire.h"

#define FINGERPRINT_BYTES 8
#define SIGNS_BYTES_MAX ((size_t)64 * 1024 * 1024)

static void put_fingerprint(const struct schema *s, uint8_t out[FINGERPRINT_BYTES])
{
    uint64_t fingerprint = plan_fingerprint(s->plan);
    for (unsigned i = 0; i < FINGERPRINT_BYTES; i++)
        out[i] = (uint8_t)(fingerprint >> (8 * i));
}

static void mark_known(const struct catalogue *c, const struct bus_record *r, bool *known)
{
    uint8_t key[FINGERPRINT_BYTES];
    for (size_t i = 0; i < catalogue_count(c); i++) {
        put_fingerprint(catalogue_at(c, i), key);
        if (slice_equal(r->key, slice_of(key, sizeof key)) &&
            slice_equal(r->value, catalogue_at(c, i)->text))
            known[i] = true;
    }
}

/* Which schemas the topic has already, with the same text. */
static bool read_known(struct feed *f, bool *known, struct err *e)
{
    const struct bus_record *r = NULL;
    struct bus_reader *reader = NULL;
    size_t n = 0;
    bool end = false, good = true;
    if (!bus_reader_open(f->o.bus, TOPIC_SCHEMAS, 0, 0, &reader, e))
        return false;
    while (good && !end) {
        good = bus_reader_next(reader, 0, &r, &n, &end, e);
        for (size_t i = 0; good && i < n; i++)
            mark_known(f->o.bundle->catalogue, &r[i], known);
    }
    bus_reader_close(&reader);
    return good;
}

bool publisher_schemas(struct feed *f, struct arena *a, struct err *e)
{
    const struct catalogue *c = f->o.bundle->catalogue;
    size_t count = catalogue_count(c), n = 0;
    bool *known = ARENA_ARRAY(a, count, bool);
    struct bus_record *r = ARENA_ARRAY(a, count, struct bus_record);
    if (!known || !r)
        return err_memory(e);
    if (!read_known(f, known, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        uint8_t *key = arena_alloc(a, FINGERPRINT_BYTES);
        if (!key)
            return err_memory(e);
        put_fingerprint(catalogue_at(c, i), key);
        if (!known[i])
            r[n++] = (struct bus_record){ .topic = TOPIC_SCHEMAS,
                                          .value = catalogue_at(c, i)->text,
                                          .key = slice_of(key, FINGERPRINT_BYTES) };
    }
    return n == 0 || bus_publish(f->o.bus, r, n, e);
}

/* A record of links.<agency> as a link; false when it is none that can be used. */
static bool read_link(const struct feed *f, struct arena *a, struct slice framed, struct link *out)
{
    struct err e = { .fate = ERR_NONE };
    struct view v;
    struct slice body;
    uint64_t fingerprint = 0;
    if (!wire_open(framed, &fingerprint, &body, &e) ||
        fingerprint != plan_fingerprint(f->link->plan) ||
        !plan_view(f->link->plan, a, body, &v, &e))
        return false;
    struct slice local_id = view_text_at(&v, "local_id"), of = view_text_at(&v, "reference_of");
    int64_t route = view_long_at(&v, "route");
    *out = (struct link){ .kind = LINK_PSEUDONYM, .route = (int)route };
    link_key(f->o.agency, local_id, out->local);
    if (slice_is_empty(local_id) || of.n == 0 || of.n >= sizeof out->reference_of || route < 0 ||
        route >= f->o.bundle->partitions)
        return false;
    memcpy(out->reference_of, of.p, of.n);
    return id_from_hex(view_text_at(&v, "reference"), out->subject);
}

/* *news: the link tells something new. A link that this agency made itself is never replaced by
 * another's. stored, which is asked after the links were stored: it is now the one in the spool. */
static bool is_news(struct feed *f, const struct link *l, bool stored, bool *news, struct err *e)
{
    struct link known;
    bool found = false;
    if (!spool_link_get(&f->spool, l->local, &known, &found, e))
        return false;
    bool same = found && memcmp(known.subject, l->subject, ID_BYTES) == 0;
    const bool may_replace = !found || (!known.own && !same);
    *news = stored ? same : may_replace;
    return true;
}

/* The subject that an event of the link's local id is about. */
static struct subject subject_of(const struct link *l)
{
    struct subject s = { .partition = l->route, .is_pseudonym = true, .confidence = "verified" };
    memcpy(s.key.b, l->subject, ID_BYTES);
    memcpy(s.reference_of, l->reference_of, sizeof s.reference_of);
    return s;
}

/* The links of a batch, and how far it has come. */
struct linking {
    const struct bus_record *r;
    size_t n;
    bool stored;           /* the links are in the spool */
    struct said_upto upto; /* the last row and word there were when signs were queued last */
};

static bool store_link(struct feed *f, const struct linking *k, const struct link *l,
                       const struct subject *s, struct err *e)
{
    return (k->stored || spool_link_put(&f->spool, l, e)) &&
           feed_carry_signs(f, l->local, s, &k->upto, e);
}

/* One pass over the links of a batch. With out, it queues the signs that their local ids carry
 * over. With out NULL, it stores the links, and notes that those signs were carried. Lock held. */
static bool each_link(struct feed *f, struct arena *a, const struct linking *k, struct buf *out,
                      struct err *e)
{
    bool good = true, any = false;
    for (size_t i = 0; good && i < k->n; i++) {
        struct link l;
        arena_reset(a);
        if (feed_is_refusal(f, k->r[i].value))
            continue;
        if (!read_link(f, a, k->r[i].value, &l)) {
            if (!out && !k->stored)
                log_line(LOG_WARN, &f->who, "intake.link", "a link on the bus cannot be used");
            continue;
        }
        const struct subject s = subject_of(&l);
        bool news = false;
        good = is_news(f, &l, k->stored, &news, e);
        if (good && news)
            good = out ? feed_queue_signs(f, a, l.local, &s, out, &any, e)
                       : store_link(f, k, &l, &s, e);
    }
    return good;
}

/* Sets k->upto to the last row and word there are now. *more: there are new ones. Lock held. */
static bool look_upto(struct feed *f, struct linking *k, bool *more, struct err *e)
{
    struct said_upto now = { .rows = (int64_t)f->spool.kept.counts.taken };
    if (!words_last(&f->words, &now.words, e))
        return false;
    *more = now.rows > k->upto.rows || now.words > k->upto.words;
    k->upto = now;
    return true;
}

/* Publishes the signs of the batch's local ids, if there are new ones. */
static bool say_signs(struct feed *f, struct arena *a, struct linking *k, bool *more, struct err *e)
{
    struct buf signs;
    buf_init(&signs, SIGNS_BYTES_MAX);
    pthread_mutex_lock(&f->lock);
    bool good = look_upto(f, k, more, e) &&
                (!*more || (each_link(f, a, k, &signs, e) && buf_done(&signs, e)));
    pthread_mutex_unlock(&f->lock);
    good = good && feed_publish(f, a, buf_slice(&signs), e);
    buf_release(&signs);
    return good;
}

static bool write_links(struct feed *f, struct arena *a, const struct linking *k, struct err *e)
{
    pthread_mutex_lock(&f->lock);
    bool good = feed_begin(f, e) && each_link(f, a, k, NULL, e) && feed_commit(f, e);
    if (!good) {
        spool_rollback(&f->spool);
        feed_forget(f);
    }
    pthread_mutex_unlock(&f->lock);
    return good;
}

/* Publishes the signs, then stores the links: what goes by a link stands behind its signs. After a
 * crash in between the signs are published twice, which changes nothing. A turn may put a sign
 * while the signs go to the bus: that goes under the local id's own key, since the link is not
 * stored yet. So the signs are looked at once more. */
static bool store_links(struct feed *f, struct arena *a, const struct bus_record *r, size_t n,
                        struct err *e)
{
    struct linking k = { .r = r, .n = n, .upto = { -1, -1 } };
    bool more = false;
    if (!say_signs(f, a, &k, &more, e) || !write_links(f, a, &k, e))
        return false;
    k.stored = true;
    return say_signs(f, a, &k, &more, e) && (!more || write_links(f, a, &k, e));
}

bool publisher_links(struct feed *f, struct arena *a, struct err *e)
{
    struct bus_reader **reader = &f->publisher.links;
    const struct bus_record *r = NULL;
    size_t n = 0;
    bool end = false, good = true;
    if (!*reader && !bus_reader_open(f->o.bus, f->topic_links, 0, 0, reader, e))
        return false;
    while (good && !end) {
        good = bus_reader_next(*reader, 0, &r, &n, &end, e);
        for (size_t i = 0; good && i < n; i++)
            if (feed_is_refusal(f, r[i].value))
                good = feed_take_refusal(f, a, &r[i], e);
        if (good && n > 0)
            good = store_links(f, a, r, n, e);
    }
    if (!good)
        bus_reader_close(reader); /* from the start again: storing a link twice changes nothing */
    return good;
}
