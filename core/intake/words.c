/* words.c - what was said about sharing, by local id and each key that it went under. */
#include "intake/words.h"

static const char *const texts[WORDS_QUERY_COUNT] = {
    [WORDS_PUT] = "insert or ignore into word (local, id, key, restricts, record)"
                  " values (?1, ?2, ?3, ?4, ?5)",
    [WORDS_LEFT] = "select record from word w where local = ?1 and length(record) > 0 and"
                   " restricts >= ?3 and not exists (select 1 from word where local = ?1 and"
                   " id = w.id and key = ?2) order by n",
    [WORDS_CARRY] = "insert or ignore into word (local, id, key, restricts, record)"
                    " select local, id, ?2, restricts, x'' from word"
                    " where local = ?1 and length(record) > 0 and restricts >= ?3 order by n",
    [WORDS_TRIM] = "delete from word where local = ?1 and id in (select id from word where"
                   " local = ?1 and length(record) > 0 order by n desc limit -1 offset ?2)",
    [WORDS_ANY] = "select 1 from word limit 1",
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

bool words_put(struct words *w, const struct word *x, struct err *e)
{
    struct db_query *q = w->q[WORDS_PUT], *trim = w->q[WORDS_TRIM];
    w->some = -1;
    db_bind_blob(q, 1, slice_of(x->local, ID_BYTES));
    db_bind_blob(q, 2, slice_of(x->id.b, ID_BYTES));
    db_bind_blob(q, 3, slice_of(x->key, ID_BYTES));
    db_bind_int(q, 4, x->restricts);
    db_bind_blob(q, 5, x->record);
    db_bind_blob(trim, 1, slice_of(x->local, ID_BYTES));
    db_bind_int(trim, 2, WORDS_MAX);
    return db_do(q, e) && db_do(trim, e);
}

bool words_left(struct words *w, const uint8_t local[ID_BYTES], const uint8_t key[ID_BYTES],
                bool all, struct arena *a, struct slice **records, size_t *n, struct err *e)
{
    struct db_query *q = w->q[WORDS_LEFT];
    bool row = false, any = false;
    *n = 0;
    if (!words_any(w, &any, e) || !any)
        return e->fate == ERR_NONE;
    *records = ARENA_ARRAY(a, WORDS_MAX, struct slice);
    if (!*records)
        return err_memory(e);
    db_bind_blob(q, 1, slice_of(local, ID_BYTES));
    db_bind_blob(q, 2, slice_of(key, ID_BYTES));
    db_bind_int(q, 3, !all);
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

bool words_carry(struct words *w, const uint8_t local[ID_BYTES], const uint8_t key[ID_BYTES],
                 bool all, struct arena *a, size_t *n, struct err *e)
{
    struct db_query *q = w->q[WORDS_CARRY];
    struct slice *left = NULL;
    if (!words_left(w, local, key, all, a, &left, n, e) || *n == 0)
        return e->fate == ERR_NONE;
    db_bind_blob(q, 1, slice_of(local, ID_BYTES));
    db_bind_blob(q, 2, slice_of(key, ID_BYTES));
    db_bind_int(q, 3, !all);
    return db_do(q, e);
}
