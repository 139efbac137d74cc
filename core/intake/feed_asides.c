/* feed_asides.c - the quarantine, listed; and what a named person does with it. */
#include "intake/asides.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "intake/feed.h"

/* Rows of one transaction. */
#define AT_ONCE 64
#define SHOWN_BYTES_MAX ((size_t)512 * 1024 * 1024)

/* ---- beside the feed ---- */

/* The number of an id FEED:NUMBER; -1 where it is none, or another feed's. */
static int64_t number_of_id(const char *name, struct slice id)
{
    size_t n = strlen(name);
    int64_t number = 0;
    const bool is_longer = id.n > n + 1;
    if (!is_longer || !slice_equal_text(slice_head(id, n), name) || id.p[n] != ':')
        return -1;
    return slice_to_i64(slice_from(id, n + 1), &number) ? number : -1;
}

/* ?1 < 0: all rows, without bytes. A file of an older program has no heads until a feed opens
 * it. */
static bool prepare_rows(struct db *d, struct db_query **q, struct err *e)
{
    static const char heads[] =
        "select r.n, at, code, place, sentence, r.n in (select n from unanswered),"
        " r.n in (select n from retake), case when ?1 >= 0 then h.bytes end,"
        " case when ?1 >= 0 then raw end from quarantine r left join headed d on d.n = r.n"
        " left join head h on h.n = d.head where ?1 < 0 or r.n = ?1 order by r.n";
    static const char none[] =
        "select n, at, code, place, sentence, n in (select n from unanswered),"
        " n in (select n from retake), null, case when ?1 >= 0 then raw end from quarantine"
        " where ?1 < 0 or n = ?1 order by n";
    bool has = false;
    return quarantine_has_heads(d, &has, e) && db_prepare(d, has ? heads : none, q, e);
}

static bool each_row(struct db *d, const char *name, int64_t number,
                     bool (*each)(void *ctx, const struct aside *a), void *ctx, struct err *e)
{
    struct db_query *q = NULL;
    bool row = false, more = true;
    char text[128];
    struct arena bytes;
    if (!prepare_rows(d, &q, e))
        return false;
    arena_init(&bytes, SHOWN_BYTES_MAX);
    db_bind_int(q, 1, number);
    while (more && db_step(q, &row, e) && row) {
        int n = snprintf(text, sizeof text, "%s:%" PRId64, name, db_int(q, 0));
        const struct aside a = {
            .id = slice_of(text, (size_t)n),
            .state = db_int(q, 6) ? SLICE("to be taken again") : SLICE("quarantined"),
            .at_ms = db_int(q, 1),
            .code = db_blob(q, 2),
            .place = db_int(q, 3),
            .sentence = db_blob(q, 4),
            .bytes = number >= 0 ? quarantine_joined(&bytes, q, 7) : slice_of(NULL, 0),
            .said = db_int(q, 5) ? SLICE("no, its sender knows")
                                 : SLICE("yes, its sender counts on it"),
        };
        more = (number >= 0 && !a.bytes.p) ? err_memory(e) : each(ctx, &a);
    }
    if (row)
        db_reset(q);
    arena_release(&bytes);
    return e->fate == ERR_NONE;
}

/* What the bus knows and the file lacks: nothing of it is here but that it was. */
static bool each_lost(struct db *d, const char *name, struct slice id,
                      bool (*each)(void *ctx, const struct aside *a), void *ctx, struct err *e)
{
    static const char all[] = "select n, at, code from aside_lost order by n, at";
    struct db_query *q = NULL;
    bool row = false, more = true;
    char text[LOST_ID_MAX], sentence[200];
    if (!db_has_table(d, "aside_lost", &row, e))
        return false;
    if (!row)
        return true;
    if (!db_prepare(d, all, &q, e))
        return false;
    while (more && db_step(q, &row, e) && row) {
        struct slice code = db_blob(q, 2);
        int n = snprintf(sentence, sizeof sentence,
                         "the bus has the notice that it was quarantined (%.*s), and this file, "
                         "which is older or another, does not have it: ask its sender to send it "
                         "again",
                         SHOWN(code));
        const struct aside a = {
            .id = noticed_id(name, db_int(q, 0), db_int(q, 1), text),
            .state = SLICE("lost"),
            .at_ms = db_int(q, 1),
            .code = SLICE(NOTICE_LOST),
            .sentence = slice_of(sentence, (size_t)n),
            .said = SLICE("perhaps, and only its sender has it"),
        };
        more = (id.n && !slice_equal(id, a.id)) || each(ctx, &a);
    }
    if (row)
        db_reset(q);
    return e->fate == ERR_NONE;
}

bool feed_asides_each(const char *spool, const char *name, struct slice id,
                      bool (*each)(void *ctx, const struct aside *a), void *ctx, struct err *e)
{
    struct db *d = NULL;
    int64_t number = -1; /* all rows */
    if (!slice_is_empty(id)) {
        number = number_of_id(name, id);
        if (number < 0)
            number = 0; /* no row has it */
    }
    if (!db_open_reader(spool, &d, e))
        return false;
    bool good = each_row(d, name, number, each, ctx, e) && each_lost(d, name, id, each, ctx, e);
    db_close(&d);
    return good;
}

bool feed_asides_codes(const char *spool, void (*each)(void *ctx, struct slice code, uint64_t n),
                       void *ctx, struct err *e)
{
    struct db *d = NULL;
    struct db_query *q = NULL;
    bool row = false;
    if (!db_open_reader(spool, &d, e))
        return false;
    bool good =
        db_prepare(d, "select code, count(*) from quarantine group by code order by code", &q, e);
    while (good) {
        good = db_step(q, &row, e);
        if (!good || !row)
            break;
        each(ctx, db_blob(q, 0), (uint64_t)db_int(q, 1));
    }
    db_close(&d);
    return good;
}

/* ---- in the feed ---- */

/* Takes again, or drops, up to AT_ONCE rows after number *n, in one transaction. Rows behind `last`
 * were set aside anew by this very order, and are left. *n: the last row taken; 0: none is left. */
static bool take_some(struct feed *f, const struct way_back *w, bool ordered, int64_t last,
                      int64_t *n, uint64_t *done, struct err *e)
{
    struct quarantine *s = &f->quarantined;
    if (!feed_retake_begin(f, e))
        return false;
    bool good = true;
    for (int i = 0; good && i < AT_ONCE; i++) {
        good = quarantine_next(s, f->o.name, &w->which, ordered, n, e);
        if (*n > last)
            *n = 0;
        if (!good || !*n)
            break;
        good = w->drop ? quarantine_delete(s, *n, e) : feed_retake(f, *n, e);
        *done += good;
    }
    return feed_retake_end(f, good, e) && good;
}

static bool take_all(struct feed *f, const struct way_back *w, bool ordered, uint64_t *done,
                     struct err *e)
{
    int64_t n = 0;
    pthread_mutex_lock(&f->lock);
    const int64_t last = (int64_t)f->spool.kept.counts.taken;
    pthread_mutex_unlock(&f->lock);
    do {
        if (!feed_may_go_on(f, e) || !take_some(f, w, ordered, last, &n, done, e))
            return false;
    } while (n);
    return true;
}

/* Whether the order drops words kept for links to come. Only their own code means them. */
static bool means_words(const struct way_back *w)
{
    return w->drop && w->which.id_count == 0 && slice_equal_text(w->which.code, WORDS_KEPT);
}

/* What somebody must be asked about is taken again by its own code or id alone: all else is mended
 * with a mapping, and an old word about sharing is not. */
static struct way_back as_meant(const struct way_back *w)
{
    struct way_back meant = *w;
    if (!w->drop)
        meant.which.except = SLICE(SAID_AGAIN);
    return meant;
}

static bool drop_words(struct feed *f, const struct selection *which, uint64_t *done, struct err *e)
{
    int64_t some = 1;
    while (some) {
        if (!feed_may_go_on(f, e) || !feed_retake_begin(f, e))
            return false;
        bool good = words_drop(&f->words, which->since_ms, which->until_ms, AT_ONCE, &some, e);
        if (!feed_retake_end(f, good, e) || !good)
            return false;
        *done += (uint64_t)some;
    }
    return true;
}

/* Only a person gives up what is lost: there is nothing of it to be taken again. */
static bool drop_lost(struct feed *f, const struct way_back *w, uint64_t *done, struct err *e)
{
    if (!w->drop)
        return true;
    if (!feed_retake_begin(f, e))
        return false;
    bool good = noticed_drop(&f->quarantined.noticed, f->o.name, &w->which, done, e);
    return feed_retake_end(f, good, e) && good;
}

bool feed_take_back(struct feed *f, const struct way_back *w, uint64_t *done, struct err *e)
{
    const struct way_back meant = as_meant(w);
    *done = 0;
    return means_words(w) ? drop_words(f, &w->which, done, e)
                          : take_all(f, &meant, false, done, e) && drop_lost(f, w, done, e);
}

bool feed_take_ordered(struct feed *f, struct err *e)
{
    const struct way_back again = { .drop = false };
    uint64_t done = 0;
    bool good = take_all(f, &again, true, &done, e);
    if (good && done)
        log_line(LOG_INFO, &f->who, "intake.again", "%" PRIu64 " of the quarantine are taken again",
                 done);
    return good;
}

/* ---- where it does not run ---- */

/* Drops a row, or notes that it is to be taken again when the feed opens. */
static bool order_row(struct quarantine *s, struct db_query *retake, int64_t n, bool drop,
                      struct err *e)
{
    if (drop)
        return quarantine_delete(s, n, e);
    db_bind_int(retake, 1, n);
    return db_do(retake, e);
}

static bool order_rows(struct db *d, const char *name, const struct way_back *w, uint64_t *done,
                       struct err *e)
{
    struct quarantine s = { .db = NULL };
    struct db_query *retake = NULL;
    int64_t n = 0;
    if (!quarantine_prepare(&s, d, e) ||
        !db_prepare(d, "insert or ignore into retake values (?1)", &retake, e) || !db_begin(d, e))
        return false;
    bool good = true;
    while (good) {
        good = quarantine_next(&s, name, &w->which, false, &n, e);
        if (!good || n == 0)
            break;
        good = order_row(&s, retake, n, w->drop, e);
        *done += good;
    }
    if (!good || (w->drop && !noticed_drop(&s.noticed, name, &w->which, done, e))) {
        db_rollback(d);
        return false;
    }
    return db_commit(d, e);
}

static bool order_words(struct db *d, const struct selection *which, uint64_t *done, struct err *e)
{
    struct words all;
    int64_t n = 0;
    bool good = words_open(&all, d, -1, clock_wall_ms(), e) &&
                words_drop(&all, which->since_ms, which->until_ms, INT64_MAX, &n, e);
    *done = (uint64_t)n;
    return good;
}

bool feed_take_back_alone(const char *spool, const char *name, const struct way_back *w,
                          uint64_t *done, struct err *e)
{
    static const char schema[] =
        QUARANTINE_SCHEMA WORDS_SCHEMA QUARANTINE_SCHEMA_LATER WORDS_SCHEMA_LATER;
    const struct way_back meant = as_meant(w);
    struct db *d = NULL;
    *done = 0;
    if (!db_open(spool, schema, &d, e))
        return false;
    bool good = words_add_time(d, clock_wall_ms(), e) &&
                (means_words(w) ? order_words(d, &w->which, done, e)
                                : order_rows(d, name, &meant, done, e));
    db_close(&d);
    return good;
}
