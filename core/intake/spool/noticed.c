/* noticed.c - see noticed.h. */
#include "intake/spool/noticed.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const texts[NOTICED_QUERY_COUNT] = {
    [NOTICED_PUT] = "insert or ignore into noticed values (?1, ?2, ?3)",
    [NOTICED_FLOOR_PUT] = "insert or ignore into notice_floor values (1, ?1, ?2)",
    [NOTICED_FLOOR_RAISE] =
        "update notice_floor set n = max(n, coalesce((select max(n) from noticed"
        " where at < ?1), 0)), at = max(at, coalesce((select max(at) from"
        " noticed where at < ?1), 0))",
    [NOTICED_FLOOR] = "select n >= ?1 and at >= ?2 from notice_floor",
    [NOTICED_KNOWN] = "select 1 from noticed where n = ?1 and at = ?2",
    [NOTICED_AGED] = "delete from noticed where at < ?1 and"
                     " not (own = 1 and n in (select n from quarantine))",
    [NOTICED_LOST_PUT] = "insert or ignore into aside_lost values (?1, ?2, ?3)",
    [NOTICED_LOST_NEXT] = "select n, at from aside_lost where (n, at) > (?1, ?2)"
                          " order by n, at limit 1",
    [NOTICED_LOST_DELETE] = "delete from aside_lost where n = ?1 and at = ?2",
    [NOTICED_LOST_SUM] = "select count(*), coalesce(min(n), 0), coalesce(max(n), 0),"
                         " coalesce(min(at), 0), coalesce(max(at), 0) from aside_lost",
    [NOTICED_END_OF_ROW] = "insert or ignore into aside_ended select n, at from noticed"
                           " where n = ?1 and own = 1",
    [NOTICED_END_PUT] = "insert or ignore into aside_ended values (?1, ?2)",
    [NOTICED_END_NEXT] = "select n, at from aside_ended where (n, at) > (?1, ?2)"
                         " order by n, at limit 1",
    [NOTICED_END_DELETE] = "delete from aside_ended where n = ?1 and at = ?2",
};

bool noticed_prepare(struct noticed *s, struct db *d, struct err *e)
{
    *s = (struct noticed){ .has_ends = true };
    for (int i = 0; i < NOTICED_QUERY_COUNT; i++)
        if (!db_prepare(d, texts[i], &s->q[i], e))
            return false;
    return true;
}

static struct db_query *bind(struct noticed *s, enum noticed_query which, int64_t n, int64_t at_ms)
{
    struct db_query *q = s->q[which];
    db_bind_int(q, 1, n);
    db_bind_int(q, 2, at_ms);
    return q;
}

/* *row, with the first two columns of the first row. */
static bool ask(struct db_query *q, bool *row, int64_t *one, int64_t *two, struct err *e)
{
    *row = false;
    if (!db_step(q, row, e) || !*row)
        return e->fate == ERR_NONE;
    *one = db_int(q, 0);
    if (two)
        *two = db_int(q, 1);
    db_reset(q);
    return true;
}

bool noticed_begin(struct noticed *s, int64_t taken, int64_t now_ms, struct err *e)
{
    return db_do(bind(s, NOTICED_FLOOR_PUT, taken, taken ? now_ms : 0), e);
}

bool noticed_is_old(struct noticed *s, bool *old, struct err *e)
{
    int64_t is_floor = 0;
    bool good = ask(bind(s, NOTICED_FLOOR, 0, 1), old, &is_floor, NULL, e);
    *old = *old && is_floor;
    return good;
}

static bool put(struct noticed *s, int64_t n, int64_t at_ms, bool own, struct err *e)
{
    struct db_query *q = bind(s, NOTICED_PUT, n, at_ms);
    db_bind_int(q, 3, own);
    return db_do(q, e);
}

bool noticed_put(struct noticed *s, int64_t n, int64_t at_ms, struct err *e)
{
    return put(s, n, at_ms, true, e);
}

bool noticed_end(struct noticed *s, int64_t n, struct err *e)
{
    s->has_ends = true;
    db_bind_int(s->q[NOTICED_END_OF_ROW], 1, n);
    return db_do(s->q[NOTICED_END_OF_ROW], e);
}

bool noticed_is_known(struct noticed *s, const struct notice *x, bool *known, struct err *e)
{
    int64_t below = 0, ignored = 0;
    bool row = false;
    if (!ask(bind(s, NOTICED_FLOOR, x->n, x->at_ms), &row, &below, NULL, e))
        return false;
    *known = row && below;
    return *known || ask(bind(s, NOTICED_KNOWN, x->n, x->at_ms), known, &ignored, NULL, e);
}

/* Once heard it is known: given up, it is not missed again. An end that stands before its notice,
 * as after a crash, counts all the same. */
bool noticed_hear(struct noticed *s, const struct notice *x, struct err *e)
{
    bool known = false;
    if (!noticed_is_known(s, x, &known, e))
        return false;
    if (!known && !put(s, x->n, x->at_ms, false, e))
        return false;
    if (x->is_end)
        return db_do(bind(s, NOTICED_LOST_DELETE, x->n, x->at_ms), e);
    struct db_query *q = bind(s, NOTICED_LOST_PUT, x->n, x->at_ms);
    db_bind_text(q, 3, slice_text(x->code));
    return known || db_do(q, e);
}

bool noticed_lost(struct noticed *s, struct notices_lost *out, struct err *e)
{
    struct db_query *q = s->q[NOTICED_LOST_SUM];
    bool row = false;
    *out = (struct notices_lost){ 0 };
    if (!db_step(q, &row, e) || !row)
        return e->fate == ERR_NONE;
    *out = (struct notices_lost){ db_int(q, 0), db_int(q, 1), db_int(q, 2), db_int(q, 3),
                                  db_int(q, 4) };
    db_reset(q);
    return true;
}

struct slice noticed_id(const char *name, int64_t n, int64_t at_ms, char text[LOST_ID_MAX])
{
    int length = snprintf(text, LOST_ID_MAX, "%s:%" PRId64 "@%" PRId64, name, n, at_ms);
    return slice_of(text, length < LOST_ID_MAX ? (size_t)length : LOST_ID_MAX - 1);
}

bool noticed_drop(struct noticed *s, const char *name, const struct selection *which,
                  uint64_t *done, struct err *e)
{
    int64_t n = 0, at_ms = 0;
    char id[LOST_ID_MAX];
    bool row = false;
    for (;;) {
        if (!ask(bind(s, NOTICED_LOST_NEXT, n, at_ms), &row, &n, &at_ms, e))
            return false;
        if (!row)
            return true;
        if (!selection_takes(which, noticed_id(name, n, at_ms, id), SLICE(NOTICE_LOST), at_ms))
            continue;
        s->has_ends = true;
        if (!db_do(bind(s, NOTICED_LOST_DELETE, n, at_ms), e) ||
            !db_do(bind(s, NOTICED_END_PUT, n, at_ms), e))
            return false;
        ++*done;
    }
}

bool noticed_next_end(struct noticed *s, const struct notice *after, struct notice *out, bool *some,
                      struct err *e)
{
    struct db_query *q = bind(s, NOTICED_END_NEXT, after ? after->n : 0, after ? after->at_ms : 0);
    *out = (struct notice){ .is_end = true };
    if (!ask(q, some, &out->n, &out->at_ms, e))
        return false;
    s->has_ends = *some || after;
    return true;
}

bool noticed_told(struct noticed *s, const struct notice *x, struct err *e)
{
    return db_do(bind(s, NOTICED_END_DELETE, x->n, x->at_ms), e);
}

bool noticed_age(struct noticed *s, int64_t before_ms, struct err *e)
{
    db_bind_int(s->q[NOTICED_FLOOR_RAISE], 1, before_ms);
    db_bind_int(s->q[NOTICED_AGED], 1, before_ms);
    return db_do(s->q[NOTICED_FLOOR_RAISE], e) && db_do(s->q[NOTICED_AGED], e);
}
