/* feed_refused.c - refusals: what named people refused of a person of whom this agency has a local
 * id.
 *
 * They come off links.<agency>, and are carried over as signs and words are (feed_signs.c). So the
 * same refusal holds under the local id's own key, and under every key that the id leads to. */
#include "intake/feed.h"

#include "intake/spool/queued.h"
#include "record/avro_put.h"
#include "record/wire.h"

#define SAID_BYTES_MAX ((size_t)1024 * 1024)

bool feed_is_refusal(const struct feed *f, struct slice framed)
{
    struct err ignored = { .fate = ERR_NONE };
    uint64_t fingerprint = 0;
    struct slice body;
    return f->refused && wire_open(framed, &fingerprint, &body, &ignored) &&
           fingerprint == plan_fingerprint(f->refused->plan);
}

/* Reads a refusal. False: it is damaged, of another agency, or names a pseudonym, which the router
 * never writes here. *stands: nobody has taken it back. */
static bool read_refusal(const struct feed *f, struct arena *a, struct slice framed,
                         struct slice *local_id, bool *stands)
{
    struct err e = { .fate = ERR_NONE };
    struct view v;
    if (!plan_view(f->refused->plan, a, slice_from(framed, WIRE_HEADER_BYTES), &v, &e) ||
        !slice_equal(view_text_at(&v, "agency"), f->o.agency) ||
        !slice_is_empty(view_text_at(&v, "reference_of")))
        return false;
    *local_id = view_text_at(&v, "local_id");
    *stands = slice_is_empty(view_text_at(&v, "reopened_by"));
    return !slice_is_empty(*local_id);
}

/* Whether the refusal x is to be kept in place of the one kept before. A refusal that was taken
 * back stays so, in whatever order the two are read. *x: what is kept then. */
static bool is_news(struct feed *f, struct arena *a, struct word *x, bool stands, bool *news,
                    struct err *e)
{
    struct slice had, ignored;
    bool stood = true;
    if (!words_refusal(&f->words, x, a, &had, e))
        return false;
    if (had.n == 0)
        *news = true;
    else if (slice_equal(had, x->record))
        *news = false;
    else if (!stands)
        *news = true;
    else
        *news = !read_refusal(f, a, had, &ignored, &stood) || stood;
    if (!*news)
        x->record = had;
    return true;
}

/* Keeps the refusal if it is news. *x is then what is kept. Lock held. */
static bool keep_refusal(struct feed *f, struct arena *a, struct word *x, bool stands,
                         struct err *e)
{
    bool news = false;
    if (!is_news(f, a, x, stands, &news, e))
        return false;
    if (!news)
        return true;
    return feed_begin(f, e) && words_put_refusal(&f->words, x, e) && feed_commit(f, e);
}

/* The keys of a local id: that of the subject it leads to, and its own where that is another. *n:
 * how many. Lock held. */
static bool find_keys(struct feed *f, struct slice local_id, struct subject keys[2], size_t *n,
                      struct err *e)
{
    const struct identifiers c = { .local_id = local_id };
    *n = 1;
    if (!identity_resolve(&f->identity, &c, &keys[0], e))
        return false;
    if (strcmp(keys[0].confidence, "local") == 0)
        return true;
    keys[(*n)++] = (struct subject){ .partition = 0 };
    identity_local(&f->identity, local_id, &keys[1]);
    return true;
}

/* As the router sealed it, but for whose pseudonym the key is, which stands last
 * (internal/Refused.avsc). */
void feed_put_refusal(struct slice record, const struct subject *s, struct buf *out)
{
    struct queued entry = { .topic = QUEUED_EVENT, .partition = s->partition };
    memcpy(entry.key, s->key.b, ID_BYTES);
    size_t begun = queued_begin(out, &entry);
    buf_put(out, slice_head(record, record.n - 1));
    avro_put_text(out, slice_text(s->is_pseudonym ? s->reference_of : NULL));
    queued_end(out, begun);
}

/* Queues the refusal for the keys that it did not go under yet. Lock held. */
static bool queue_refusal(struct feed *f, struct word *x, const struct subject *keys, size_t n,
                          struct buf *out, struct err *e)
{
    bool told = false, good = true;
    for (size_t i = 0; good && i < n; i++) {
        memcpy(x->to.key, keys[i].key.b, ID_BYTES);
        good = words_is_told(&f->words, x, &told, e);
        if (good && !told)
            feed_put_refusal(x->record, &keys[i], out);
    }
    return good;
}

/* Notes that the refusal went under these keys. Lock held. */
static bool note_told(struct feed *f, struct word *x, const struct subject *keys, size_t n,
                      struct err *e)
{
    bool good = feed_begin(f, e);
    for (size_t i = 0; good && i < n; i++) {
        memcpy(x->to.key, keys[i].key.b, ID_BYTES);
        good = words_put_told(&f->words, x, e);
    }
    return good && feed_commit(f, e);
}

/* Publishes the refusal under the keys that it did not go under yet, then notes that it did. After
 * a crash in between it is published twice, which changes nothing. */
static bool say_refusal(struct feed *f, struct arena *a, struct word *x, const struct subject *keys,
                        size_t n, struct buf *out, struct err *e)
{
    pthread_mutex_lock(&f->lock);
    bool good = queue_refusal(f, x, keys, n, out, e);
    pthread_mutex_unlock(&f->lock);
    if (!good || !out->n)
        return good;
    if (!buf_done(out, e) || !feed_publish(f, a, buf_slice(out), e))
        return false;
    pthread_mutex_lock(&f->lock);
    good = note_told(f, x, keys, n, e);
    if (!good) {
        spool_rollback(&f->spool);
        feed_forget(f);
    }
    pthread_mutex_unlock(&f->lock);
    return good;
}

bool feed_take_refusal(struct feed *f, struct arena *a, const struct bus_record *r, struct err *e)
{
    struct word x = { .record = r->value, .at_ms = f->o.now_ms() };
    struct subject keys[2];
    struct slice local_id;
    struct buf out;
    size_t n = 0;
    bool stands = true;
    arena_reset(a);
    if (r->key.n != ID_BYTES || !read_refusal(f, a, r->value, &local_id, &stands)) {
        log_line(LOG_WARN, &f->who, "intake.link", "a refusal on the bus cannot be used");
        return true;
    }
    memcpy(x.id.b, r->key.p, ID_BYTES);
    link_key(f->identity.agency, local_id, x.to.local);
    pthread_mutex_lock(&f->lock);
    bool good = keep_refusal(f, a, &x, stands, e) && find_keys(f, local_id, keys, &n, e);
    if (!good) {
        spool_rollback(&f->spool);
        feed_forget(f);
    }
    pthread_mutex_unlock(&f->lock);
    buf_init(&out, SAID_BYTES_MAX);
    good = good && say_refusal(f, a, &x, keys, n, &out, e);
    buf_release(&out);
    return good;
}
