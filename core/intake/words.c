/* words.c - what was said about sharing, by local id and each key that it went under. */
#include "intake/words.h"

/* ?1 local id, ?2 key, ?3 its person is sure, ?4 what it is. What allows goes from the local id itself only,
 * and to one number. */
#define MAY_GO                                                                                     \
    " from word w where local = ?1 and length(record) > 0 and (restricts or (?3 and under = 1"     \
    " and not (?4 = 2 and exists (select 1 from word where local = ?1 and id = w.id"               \
    " and under = 2 and key <> ?2))))"

static const char *const texts[WORDS_QUERY_COUNT] = {
    [WORDS_PUT] = "insert or ignore into word (local, id, key, restricts, under, record)"
                  " values (?1, ?2, ?3, ?4, ?5, ?6)",
    [WORDS_LEFT] = "select record, min(n)" MAY_GO " and not exists (select 1 from word where"
                   " local = ?1 and id = w.id and key = ?2) group by id order by 2",
    [WORDS_CARRY] = "insert or ignore into word (local, id, key, restricts, under, record)"
                    " select local, id, ?2, restricts, ?4, x''" MAY_GO " and n <= ?5 order by n",
    [WORDS_TRIM] = "delete from word where local = ?1 and id in (select id from word where"
                   " local = ?1 and length(record) > 0 group by id"
                   " order by max(restricts) desc, min(n) desc limit -1 offset ?2)",
    [WORDS_ANY] = "select 1 from word limit 1",
    [WORDS_LAST] = "select coalesce(max(n), 0) from word",
};

bool words_open(struct words *w, struct db *d, struct err *e)
{
    *w = (struct words){ .some = -1 };
    for (int i = 0; i < WORDS_QUERY_COUNT; i++)
        if (!db_prepare(d, texts[i], &w->q[i], e))
            return false;
    return true;
}

void words_forget(struct words *w)
{
    w->some = -1;
}

bool words_any(struct words *w, bool *any, struct err *e)
{
    struct db_query *q = w->q[WORDS_ANY];
    bool row = false;
    if (w->some < 0) {
        if (!db_step(q, &row, e))
            return false;
        w->some = row;
        if (row)
            db_reset(q);
    }
    *any = w->some > 0;
    return true;
}

bool words_last(struct words *w, int64_t *n, struct err *e)
{
    struct db_query *q = w->q[WORDS_LAST];
    bool row = false;
    if (!db_step(q, &row, e))
        return false;
    *n = row ? db_int(q, 0) : 0;
    if (row)
        db_reset(q);
    return true;
}

bool words_put(struct words *w, const struct word *x, struct err *e)
{
    struct db_query *q = w->q[WORDS_PUT], *trim = w->q[WORDS_TRIM];
    w->some = -1;
    db_bind_blob(q, 1, slice_of(x->to.local, ID_BYTES));
    db_bind_blob(q, 2, slice_of(x->id.b, ID_BYTES));
    db_bind_blob(q, 3, slice_of(x->to.key, ID_BYTES));
    db_bind_int(q, 4, x->restricts);
    db_bind_int(q, 5, x->to.under);
    db_bind_blob(q, 6, x->record);
    db_bind_blob(trim, 1, slice_of(x->to.local, ID_BYTES));
    db_bind_int(trim, 2, WORDS_MAX);
    return db_do(q, e) && db_do(trim, e);
}

static void bind(struct db_query *q, const struct word_to *to)
{
    db_bind_blob(q, 1, slice_of(to->local, ID_BYTES));
    db_bind_blob(q, 2, slice_of(to->key, ID_BYTES));
    db_bind_int(q, 3, to->is_sure);
    db_bind_int(q, 4, to->under);
}

bool words_left(struct words *w, const struct word_to *to, struct arena *a, struct slice **records,
                size_t *n, struct err *e)
{
    struct db_query *q = w->q[WORDS_LEFT];
    bool row = false, any = false;
    *n = 0;
    if (!words_any(w, &any, e) || !any)
        return e->fate == ERR_NONE;
    *records = ARENA_ARRAY(a, WORDS_MAX, struct slice);
    if (!*records)
        return err_memory(e);
    bind(q, to);
    while (*n < WORDS_MAX && db_step(q, &row, e) && row) {
        struct slice record = arena_copy(a, db_blob(q, 0));
        if (!record.p) {
            db_reset(q);
            return err_memory(e);
        }
        (*records)[(*n)++] = record;
    }
    if (row)
        db_reset(q);
    return e->fate == ERR_NONE;
}

bool words_carry(struct words *w, const struct word_to *to, int64_t upto, struct err *e)
{
    struct db_query *q = w->q[WORDS_CARRY];
    bool any = false;
    if (!words_any(w, &any, e) || !any)
        return e->fate == ERR_NONE;
    bind(q, to);
    db_bind_int(q, 5, upto);
    return db_do(q, e);
}
