/* delivery_counts.c - a delivery's sums and what is in trouble, read beside it. */
#include "delivery/delivery.h"

#include <stdio.h>

#include "host/db.h"

static void add_count(struct delivery_counts *c, struct slice name, uint64_t n)
{
    const struct {
        const char *name;
        uint64_t *at;
    } fields[] = {
        { "taken", &c->taken },     { "accepted", &c->accepted },     { "refused", &c->refused },
        { "stopped", &c->stopped }, { "duplicates", &c->duplicates }, { "reduced", &c->reduced },
        { "skipped", &c->skipped }, { "returned", &c->returned },     { "untold", &c->untold },
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (slice_equal_text(name, fields[i].name))
            *fields[i].at = n;
}

static void copy_code(char *to, size_t room, struct slice text)
{
    (void)snprintf(to, room, "%.*s", (int)text.n, (const char *)text.p);
}

static bool read_trouble(struct db *db, struct delivery_counts *out, struct err *e)
{
    struct db_query *q;
    bool row = false;
    /* A file of an older program has none until a daemon opens it. */
    if (!db_has_table(db, "trouble", &row, e) || !row)
        return e->fate == ERR_NONE;
    static const char sums[] =
        "select sum(q.state = 2), sum(q.state = 0),"
        " min(case when q.state = 0 then t.since_ms end),"
        " min(case when q.state = 2 then t.last_ms end), max(q.tries),"
        " (select since_ms from down), (select code from down), (select site from down),"
        " (select code from trouble order by last_ms desc, seq desc limit 1),"
        " sum(q.state = 2 and length(t.mapping) > 0),"
        " (select count(distinct b.seq) from trouble u join queue p on p.seq = u.seq"
        " and p.state = 2 join queue b on b.subject = p.subject and b.state = 0)"
        " from trouble t join queue q on q.seq = t.seq where q.state <> 1";
    if (!db_prepare(db, sums, &q, e))
        return false;
    if (!db_step(q, &row, e))
        return false;
    if (!row)
        return true;
    out->parked = (uint64_t)db_int(q, 0);
    out->troubled = (uint64_t)db_int(q, 1);
    out->troubled_since_ms = db_int(q, 2);
    out->parked_since_ms = db_int(q, 3);
    out->tries = (uint64_t)db_int(q, 4);
    out->down_since_ms = db_int(q, 5);
    out->down_by_site = db_int(q, 7) != 0;
    out->unrendered = (uint64_t)db_int(q, 9);
    out->behind = (uint64_t)db_int(q, 10);
    copy_code(out->code, sizeof out->code, db_blob(q, db_is_null(q, 6) ? 8 : 6));
    db_reset(q);
    return true;
}

bool delivery_counts_read(const char *database, struct delivery_counts *out, struct err *e)
{
    struct db *db;
    struct db_query *q;
    *out = (struct delivery_counts){ 0 };
    if (!db_open_reader(database, &db, e))
        return false;
    bool row = false;
    bool good = db_prepare(db,
                           "select name, n from counts union all"
                           " select 'outstanding', count(*) from queue where state <> 1",
                           &q, e);
    while (good) {
        good = db_step(q, &row, e);
        if (!good || !row)
            break;
        if (slice_equal_text(db_blob(q, 0), "outstanding"))
            out->outstanding = (uint64_t)db_int(q, 1);
        else
            add_count(out, db_blob(q, 0), (uint64_t)db_int(q, 1));
    }
    out->accepted += out->reduced;
    good = good && read_trouble(db, out, e);
    db_close(&db);
    return good;
}

bool delivery_is_alarming(const struct delivery_counts *c, int64_t alarm_after_ms, int64_t now_ms)
{
    if (c->parked > 0)
        return true;
    if (c->down_since_ms && c->down_by_site)
        return true;
    if (c->troubled_since_ms && now_ms - c->troubled_since_ms >= alarm_after_ms)
        return true;
    return c->down_since_ms && now_ms - c->down_since_ms >= alarm_after_ms;
}

bool delivery_each_waiting(const char *database,
                           bool (*each)(void *ctx, const struct delivery_waiting *w), void *ctx,
                           struct err *e)
{
    struct db *db;
    struct db_query *q;
    bool row = false;
    if (!db_open_reader(database, &db, e))
        return false;
    bool good = db_has_table(db, "trouble", &row, e);
    const char *with_trouble = "select id, maybe, state, coalesce(code, ''), coalesce(said, '')"
                               " from queue left join trouble using (seq)";
    const char *without = "select id, maybe, state, '', '' from queue";
    good = good && db_prepare(db, row ? with_trouble : without, &q, e);
    while (good) {
        good = db_step(q, &row, e);
        if (!good || !row)
            break;
        const struct delivery_waiting w = { .disclosure = db_blob(q, 0),
                                            .maybe = db_int(q, 1) != 0 || db_int(q, 2) == 1,
                                            .parked = db_int(q, 2) == 2,
                                            .code = db_blob(q, 3),
                                            .said = db_blob(q, 4) };
        if (!each(ctx, &w))
            break;
    }
    db_close(&db);
    return good;
}
