/* feed_counts.c - law 2's first sum, read from the file beside a running daemon or not. */
#include "intake/spool/feed_counts.h"

#include "host/db.h"
#include "intake/spool/quarantine.h"
#include "intake/spool/spool.h"

static bool read_row(struct db *d, struct feed_counts *c, struct err *e)
{
    struct db_query *q = NULL;
    bool row = false;
    if (!db_prepare(
            d,
            "select taken, published, unchanged, duplicates, not_carried, quarantined,"
            " refused_environment, refused_later, events, lost_ids,"
            " (select coalesce(sum(messages), 0) from message where n >"
            " (select coalesce(max(n), 0) from sent)),"
            " (select count(*) from expected where gone > 0),"
            " (select complete from snapshot), (select stale_after from snapshot),"
            " (select coalesce(sum(length(raw) + length(records)), 0) from message where n >"
            " (select coalesce(max(n), 0) from sent)),"
            " (select coalesce(sum(last - first + 1), 0) from gap),"
            " (select coalesce(min(first), 0) from gap), (select coalesce(max(last), 0)"
            " from gap),"
            " (select coalesce(sum(n), 0) from tally where what = '" TALLY_UNKNOWN "'),"
            " (select coalesce(sum(n), 0) from tally where what = '" TALLY_NOT_KEPT "')"
            " from total",
            &q, e) ||
        !db_step(q, &row, e))
        return false;
    if (!row)
        return true;
    uint64_t *const to[] = { &c->taken,
                             &c->published,
                             &c->unchanged,
                             &c->duplicates,
                             &c->not_carried,
                             &c->quarantined,
                             &c->refused_environment,
                             &c->refused_later,
                             &c->events,
                             &c->lost_ids,
                             &c->waiting,
                             &c->vanished };
    for (int i = 0; i < (int)(sizeof to / sizeof to[0]); i++)
        *to[i] = (uint64_t)db_int(q, i);
    c->snapshot_ms = db_int(q, 12);
    c->stale_after_ms = db_int(q, 13);
    c->waiting_bytes = (uint64_t)db_int(q, 14);
    c->lost = (uint64_t)db_int(q, 15);
    c->lost_first = (uint64_t)db_int(q, 16);
    c->lost_last = (uint64_t)db_int(q, 17);
    c->unknown = (uint64_t)db_int(q, 18);
    c->not_kept = (uint64_t)db_int(q, 19);
    db_reset(q);
    return true;
}

/* What their units say for them counts in their share. */
static bool add_heads(struct db *d, struct feed_counts *c, struct err *e)
{
    struct db_query *q = NULL;
    bool row = false;
    if (!quarantine_has_heads(d, &row, e))
        return false;
    if (!row)
        return true;
    if (!db_prepare(d, "select coalesce(sum(length(bytes)), 0) from head", &q, e) ||
        !db_step(q, &row, e))
        return false;
    c->aside_bytes += row ? (uint64_t)db_int(q, 0) : 0;
    if (row)
        db_reset(q);
    return true;
}

/* A file of an older program has no limits until a feed opens it. */
static bool read_aside(struct db *d, struct feed_counts *c, struct err *e)
{
    struct db_query *q = NULL;
    bool row = false;
    if (!db_has_table(d, "quarantine_limit", &row, e))
        return false;
    if (!row)
        return true;
    if (!db_prepare(d,
                    "select count(*), " QUARANTINE_ROWS_SIZE ", coalesce(min(at), 0),"
                    " (select age_ms from quarantine_limit), (select is_full from quarantine_limit)"
                    " from quarantine",
                    &q, e) ||
        !db_step(q, &row, e))
        return false;
    if (!row)
        return true;
    c->aside = (uint64_t)db_int(q, 0);
    c->aside_bytes = (uint64_t)db_int(q, 1);
    c->aside_oldest_ms = db_int(q, 2);
    c->aside_age_ms = db_int(q, 3);
    c->aside_full = db_int(q, 4) != 0;
    db_reset(q);
    return add_heads(d, c, e);
}

/* Likewise. */
static bool read_lost(struct db *d, struct feed_counts *c, struct err *e)
{
    struct noticed s;
    struct notices_lost n;
    bool has = false;
    if (!db_has_table(d, "aside_lost", &has, e) || !has)
        return e->fate == ERR_NONE;
    if (!noticed_prepare(&s, d, e) || !noticed_lost(&s, &n, e))
        return false;
    c->aside_lost = (uint64_t)n.count;
    c->aside_lost_first = (uint64_t)n.first;
    c->aside_lost_last = (uint64_t)n.last;
    c->aside_lost_from_ms = n.from_ms;
    c->aside_lost_to_ms = n.to_ms;
    c->lost += c->aside_lost;
    return true;
}

/* Likewise. */
static bool read_words(struct db *d, struct feed_counts *c, struct err *e)
{
    struct db_query *q = NULL;
    bool row = false;
    if (!db_has_table(d, "word_share", &row, e))
        return false;
    if (!row)
        return true;
    if (!db_prepare(d,
                    "select words, bytes, is_full, coalesce((select at from word where under <> 3 "
                    "order by n limit 1),"
                    " 0)"
                    " from word_share",
                    &q, e) ||
        !db_step(q, &row, e))
        return false;
    if (!row)
        return true;
    c->words = (uint64_t)db_int(q, 0);
    c->words_bytes = (uint64_t)db_int(q, 1);
    c->words_full = db_int(q, 2) != 0;
    c->words_oldest_ms = db_int(q, 3);
    db_reset(q);
    return true;
}

bool feed_is_full_or_old(const struct feed_counts *c, int64_t now_ms)
{
    return c->aside_full || (c->aside_oldest_ms && now_ms - c->aside_oldest_ms > c->aside_age_ms);
}

bool feed_is_stale(const struct feed_counts *c, int64_t now_ms)
{
    return c->stale_after_ms > 0 && now_ms > c->snapshot_ms + c->stale_after_ms;
}

bool feed_counts_read(const char *spool, struct feed_counts *out, struct err *e)
{
    *out = (struct feed_counts){ 0 };
    struct db *d = NULL;
    if (!db_open_reader(spool, &d, e))
        return false;
    bool good = read_row(d, out, e) && read_aside(d, out, e);
    good = good && read_lost(d, out, e) && read_words(d, out, e);
    good = good && spool_read_fetch(d, &out->fetch, e);
    db_close(&d);
    return good;
}

static bool each_row(struct db *d, void (*each)(void *, const char *, const char *, uint64_t),
                     void *ctx, struct err *e)
{
    struct db_query *q = NULL;
    bool row = false;
    if (!db_prepare(d, "select what, name, n from tally order by what, name", &q, e))
        return false;
    while (db_step(q, &row, e) && row) {
        char what[32], name[128];
        struct slice w = slice_head(db_blob(q, 0), sizeof what - 1);
        struct slice n = slice_head(db_blob(q, 1), sizeof name - 1);
        memcpy(what, w.p, w.n);
        what[w.n] = '\0';
        if (n.n)
            memcpy(name, n.p, n.n);
        name[n.n] = '\0';
        each(ctx, what, name, (uint64_t)db_int(q, 2));
    }
    return e->fate == ERR_NONE;
}

bool feed_counts_each(const char *spool,
                      void (*each)(void *ctx, const char *what, const char *name, uint64_t n),
                      void *ctx, struct err *e)
{
    struct db *d = NULL;
    if (!db_open_reader(spool, &d, e))
        return false;
    bool good = each_row(d, each, ctx, e);
    db_close(&d);
    return good;
}

static bool each_vanished(struct db *d, void (*each)(void *, struct slice, int64_t), void *ctx,
                          struct err *e)
{
    struct db_query *q = NULL;
    bool row = false;
    if (!db_prepare(d, "select row, gone from expected where gone > 0 order by gone, row", &q, e))
        return false;
    while (db_step(q, &row, e) && row)
        each(ctx, db_blob(q, 0), db_int(q, 1));
    return e->fate == ERR_NONE;
}

bool feed_vanished_each(const char *spool,
                        void (*each)(void *ctx, struct slice row, int64_t since_ms), void *ctx,
                        struct err *e)
{
    struct db *d = NULL;
    if (!db_open_reader(spool, &d, e))
        return false;
    bool good = each_vanished(d, each, ctx, e);
    db_close(&d);
    return good;
}
