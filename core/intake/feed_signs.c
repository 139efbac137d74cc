/* feed_signs.c - signs that something could not be read, and words about sharing.
 *
 * They are published under the key that intake has for their person. When intake learns of another
 * key later, they are published under that too, before anything else goes under it. */
#include "intake/feed.h"

#include <inttypes.h>
#include <stdio.h>

#include "intake/spool/queued.h"
#include "record/wire.h"

#define UNREAD_VERSION 1

/* internal/Unread.avsc, field by field. No payload. */
static void put(struct feed *f, const struct unread_sign *x, const struct subject *s,
                struct buf *out)
{
    char reference[32];
    int n = snprintf(reference, sizeof reference, "%" PRId64, x->n);
    struct queued entry = { .topic = QUEUED_EVENT, .partition = s->partition };
    memcpy(entry.key, s->key.b, ID_BYTES);
    size_t begun = queued_begin(out, &entry);
    wire_put_header(out, plan_fingerprint(f->unread->plan));
    avro_put_long(out, UNREAD_VERSION);
    avro_put_text(out, f->origin.agency);
    avro_put_text(out, f->origin.feed);
    avro_put_text(out, x->code);
    avro_put_text(out, slice_of(reference, (size_t)n));
    avro_put_long(out, x->at_ms);
    avro_put_text(out, slice_text(s->is_pseudonym ? s->reference_of : NULL));
    queued_end(out, begun);
}

/* The memory that a message's sign went under that key. The sign has no id of its own: what tells
 * it from another's is the message's body. */
static struct told_row row_of(const struct message *m, enum told_kind kind,
                              const struct subject_key *key)
{
    struct told_row x = { .kind = kind, .key = *key };
    memcpy(x.id.b, m->body, ID_BYTES);
    return x;
}

/* Whether the sign of a message that is not kept was told. Another spool may have told since what
 * ended it; then the memory counts no more (intake/spool/lines.h). */
static bool find_loose(struct feed *f, const struct message *m, const struct subject_key *key,
                       struct told_row *x, bool *told, struct err *e)
{
    *x = row_of(m, TOLD_LOOSE, key);
    if (!told_aside_get(&f->told, x, told, e))
        return false;
    *told = *told && lines_believes(&f->spool.lines, x->line);
    return true;
}

/* Whether the sign that a message has for one person is an earlier one of it, and when that was. A
 * message that is not kept has one until something about sharing is said of its person
 * (feed_forget_signs). One that is kept has that, once, and keeps its own when it is taken again.
 * Whenever else it comes, something between may have ended what people looked at. */
static bool find_sign(struct feed *f, const struct message *m, const struct subject *s, bool *told,
                      int64_t *at_ms, struct err *e)
{
    struct told_row x = row_of(m, TOLD_SIGN, &s->key);
    *told = false;
    if (!m->is_unkept && !told_aside_get(&f->told, &x, told, e))
        return false;
    if (*told) {
        *told = f->turn.again;
    } else if (!find_loose(f, m, &s->key, &x, told, e)) {
        return false;
    }
    *at_ms = x.at_ms;
    return true;
}

/* Sets the time of a message's sign for one person: by it the router knows what people have looked
 * at. */
static bool date_sign(struct feed *f, const struct message *m, const struct subject *s,
                      struct unread_sign *x, bool *told, struct err *e)
{
    struct told_row row = row_of(m, m->is_unkept ? TOLD_LOOSE : TOLD_SIGN, &s->key);
    if (!find_sign(f, m, s, told, &x->at_ms, e))
        return false;
    if (*told && m->is_unkept)
        return true;
    if (!*told && !quarantine_sign_time(&f->quarantined, f->turn.now_ms, &x->at_ms, e))
        return false;
    row.n = x->n;
    row.at_ms = x->at_ms;
    row.line = f->spool.lines.now;
    return told_aside_put(&f->told, &row, e);
}

bool feed_forget_signs(struct feed *f, struct slice local_id, struct subject *s, struct err *e)
{
    bool has = false;
    if (!told_aside_has_loose(&f->told, &has, e) || !has)
        return e->fate == ERR_NONE;
    if (!told_aside_forget(&f->told, &s->key, e))
        return false;
    return slice_is_empty(local_id) ||
           told_aside_forget(&f->told, identity_own(&f->identity, local_id, s), e);
}

bool feed_sign(struct feed *f, const struct message *m, struct slice local_id, struct subject *s,
               struct err *e)
{
    struct unread_sign x = { .n = (int64_t)f->spool.turn.counts.taken,
                             .code = slice_text(m->why.code) };
    bool told = false;
    if (!date_sign(f, m, s, &x, &told, e))
        return false;
    if (told && m->is_unkept)
        return true;
    put(f, &x, s, &f->records);
    if (slice_is_empty(local_id))
        return true;
    memcpy(x.local, identity_link_key(&f->identity, local_id, s), ID_BYTES);
    memcpy(x.key, s->key.b, ID_BYTES);
    return quarantine_put_sign(&f->quarantined, &x, e);
}

static bool has_confidence(const struct subject *s, const char *word)
{
    return s->confidence && strcmp(s->confidence, word) == 0;
}

static struct word_to to(const struct feed *f, const uint8_t local[ID_BYTES],
                         const struct subject *s)
{
    struct word_to t = { .is_sure = has_confidence(s, "verified"),
                         .is_without_refusals = !f->refused };
    memcpy(t.local, local, ID_BYTES);
    memcpy(t.key, s->key.b, ID_BYTES);
    if (has_confidence(s, "local"))
        t.under = WORD_LOCAL;
    else if (t.is_sure && !s->is_pseudonym)
        t.under = WORD_NUMBER;
    return t;
}

/* Queues a sign in place of words that cannot be said again: they may restrict. It belongs to no
 * row of the quarantine, and so ends with none. */
static bool queue_lost_sign(struct feed *f, const struct subject *s, struct buf *out, struct err *e)
{
    struct unread_sign sign = { .n = 0, .code = SLICE("intake.word") };
    if (!quarantine_sign_time(&f->quarantined, f->o.now_ms(), &sign.at_ms, e))
        return false;
    put(f, &sign, s, out);
    return true;
}

/* Queues the words that did not go to that subject yet. A word whose schema has changed since
 * cannot be said again: that is logged, and its person is held until somebody has looked. */
static bool queue_words(struct feed *f, struct arena *a, const uint8_t local[ID_BYTES],
                        const struct subject *s, struct buf *out, size_t *n, struct err *e)
{
    const struct word_to t = to(f, local, s);
    struct slice *list = NULL;
    bool is_lost = false;
    if (!words_left(&f->words, &t, a, &list, n, e))
        return false;
    for (size_t i = 0; i < *n; i++) {
        size_t before = out->n;
        if (feed_is_refusal(f, list[i])) {
            feed_put_refusal(list[i], s, out);
            continue;
        }
        if (event_queue_as(f->o.bundle->catalogue, list[i], s, a, out, e))
            continue;
        if (e->fate != ERR_REJECT)
            return false;
        out->n = before;
        log_err(LOG_ERROR, &f->who, e);
        err_clear(e);
        is_lost = true;
    }
    return !is_lost || queue_lost_sign(f, s, out, e);
}

/* The carried signs and words count in no sum: under a pseudonym of the same person the router
 * drops them as known. */
bool feed_carry_signs(struct feed *f, const uint8_t local[ID_BYTES], const struct subject *s,
                      const struct said_upto *upto, struct err *e)
{
    const struct word_to t = to(f, local, s);
    bool any = false;
    return words_carry(&f->words, &t, upto->words, &any, e) &&
           (!any || told_aside_forget(&f->told, &s->key, e)) &&
           quarantine_carry_signs(&f->quarantined, local, s->key.b, upto->rows, e);
}

/* Sets a sign in place of a deleted word that restricts, which cannot be carried over any more.
 * Whoever the local id turns out to be is held until somebody has looked. The sign belongs to no
 * row of the quarantine, and so ends with none. */
static bool set_sign(struct feed *f, const struct word *x, struct err *e)
{
    struct unread_sign sign = { .n = 0, .code = SLICE("words.many") };
    memcpy(sign.local, x->to.local, ID_BYTES);
    memcpy(sign.key, x->to.key, ID_BYTES);
    log_line(LOG_WARN, &f->who, "words.many",
             "a local id has more than %d restrictions: whoever else it turns out to be is held",
             WORDS_MAX);
    return quarantine_sign_time(&f->quarantined, x->at_ms, &sign.at_ms, e) &&
           quarantine_put_sign(&f->quarantined, &sign, e);
}

bool feed_fit_words(struct feed *f, struct err *e)
{
    size_t let_go = 0;
    if (!f->words.has_more)
        return true;
    if (!words_fit(&f->words, &let_go, e))
        return false;
    f->words_said = f->words_said && f->words.is_full;
    for (; let_go > 0; let_go--)
        if (!spool_tally(&f->spool, "let go", SLICE("words"), e))
            return false;
    return true;
}

bool feed_remember_word(struct feed *f, const struct mapped_event *event, const struct build *b,
                        struct subject *s, struct slice queued, struct err *e)
{
    struct slice local_id = event_identifiers(b).local_id;
    struct queued entry;
    struct word x = { .restricts = event->restricts, .at_ms = f->turn.now_ms };
    size_t at = 0;
    bool gave_up = false;
    if (!event->schema->restricts || slice_is_empty(local_id) || slice_is_empty(queued))
        return true;
    if (!queued_next(queued, &at, &entry, e) ||
        !id_from_hex(build_get_text(b, (size_t)plan_header(b->plan)->id), x.id.b))
        return e->fate == ERR_NONE;
    x.to = to(f, identity_link_key(&f->identity, local_id, s), s);
    x.record = entry.value;
    return words_put(&f->words, &x, &gave_up, e) && (!gave_up || set_sign(f, &x, e));
}

bool feed_queue_signs(struct feed *f, struct arena *a, const uint8_t local[ID_BYTES],
                      const struct subject *s, struct buf *out, bool *any, struct err *e)
{
    struct unread_sign *list = NULL;
    size_t n = 0, words = 0;
    if (!quarantine_signs(&f->quarantined, local, s->key.b, a, &list, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        put(f, &list[i], s, out);
    if (!queue_words(f, a, local, s, out, &words, e))
        return false;
    *any = n + words > 0;
    return true;
}
