/* words.c - what was said about sharing, by local id and each key that it went under. */
#include "intake/spool/words.h"

#include <inttypes.h>
#include <stdio.h>

/* The words of local id ?1 that may be said under key ?2. ?3: the key is its person's for sure. ?4:
 * what the key is (enum word_under). ?6: refusals are left out. A word that restricts goes to every
 * key. A word that allows goes only where it was said under the local id itself (under = 1), and
 * only to one number (under = 2). */
#define MAY_GO                                                                                     \
    " from word w where local = ?1 and length(record) > 0 and not (?6 and under = 3)"              \
    " and (restricts or (?3 and under = 1"                                                         \
    " and not (?4 = 2 and exists (select 1 from word where local = ?1 and id = w.id"               \
    " and under = 2 and key <> ?2))))"

static const char *const texts[WORDS_QUERY_COUNT] = {
    [WORDS_PUT] = "insert or ignore into word (local, id, key, restricts, under, record, at)"
                  " values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [WORDS_LEFT] = "select record, min(n)" MAY_GO " and not exists (select 1 from word where"
                   " local = ?1 and id = w.id and key = ?2) group by id order by 2",
    [WORDS_CARRY] =
        "insert or ignore into word (local, id, key, restricts, under, record, at)"
        " select local, id, ?2, restricts, ?4, x'', at" MAY_GO " and n <= ?5 order by n",
    [WORDS_TRIM] = "delete from word where local = ?1 and id in (select id from word where"
                   " local = ?1 and length(record) > 0 and under <> 3 group by id"
                   " order by max(restricts) desc, min(n) desc limit -1 offset ?2)",
    [WORDS_ANY] = "select 1 from word limit 1",
    [WORDS_LAST] = "select coalesce(max(n), 0) from word",
    [WORDS_RESTRICTING] = "select count(distinct id) from word where local = ?1 and restricts"
                          " and length(record) > 0 and under <> 3",
    [WORDS_SHARE] = "select bytes, max_bytes from word_share",
    [WORDS_LIMIT] = "update word_share set is_full = 0,"
                    " max_bytes = case when ?1 < 0 then max_bytes else ?1 end",
    [WORDS_FULL_PUT] = "update word_share set is_full = ?1",
    [WORDS_LET_GO] = "delete from word where (local, id) in (select local, id from word"
                     " where restricts = 0 order by n limit 1)",
    [WORDS_DROP] = "delete from word where n in (select n from word where at >= ?1 and at < ?2"
                   " and under <> 3 order by n limit ?3)",
    [WORDS_REFUSAL] = "select record from word where local = ?1 and id = ?2 and under = 3",
    [WORDS_REFUSAL_GO] = "delete from word where local = ?1 and id = ?2",
    [WORDS_TOLD] = "select 1 from word where local = ?1 and id = ?2 and key = ?3",
    [WORDS_PUT_TOLD] = "insert or ignore into word (local, id, key, restricts, under, record, at)"
                       " values (?1, ?2, ?3, 1, 0, x'', ?4)",
};

bool words_add_time(struct db *d, int64_t now_ms, struct err *e)
{
    char text[100];
    struct db_query *q = NULL;
    bool has = false;
    if (!db_prepare(d, "select 1 from pragma_table_info('word') where name = 'at'", &q, e) ||
        !db_step(q, &has, e))
        return false;
    if (has) {
        db_reset(q);
        return true;
    }
    snprintf(text, sizeof text, "alter table word add column at integer not null default %" PRId64,
             now_ms);
    return db_run(d, text, e);
}

bool words_open(struct words *w, struct db *d, int64_t max_bytes, int64_t now_ms, struct err *e)
{
    *w = (struct words){ .db = d, .some = -1 };
    if (!words_add_time(d, now_ms, e))
        return false;
    for (int i = 0; i < WORDS_QUERY_COUNT; i++)
        if (!db_prepare(d, texts[i], &w->q[i], e))
            return false;
    db_bind_int(w->q[WORDS_LIMIT], 1, max_bytes);
    return db_do(w->q[WORDS_LIMIT], e);
}

void words_forget(struct words *w)
{
    w->some = w->noted = -1;
    w->has_more = w->needs = false;
}

bool words_note(struct words *w, struct err *e)
{
    w->has_more = w->needs = false;
    if (w->noted == w->is_full)
        return true;
    db_bind_int(w->q[WORDS_FULL_PUT], 1, w->is_full);
    if (!db_do(w->q[WORDS_FULL_PUT], e))
        return false;
    w->noted = w->is_full;
    return true;
}

static bool read_share(struct words *w, int64_t *bytes, int64_t *max_bytes, struct err *e)
{
    struct db_query *q = w->q[WORDS_SHARE];
    bool row = false;
    if (!db_step(q, &row, e))
        return false;
    *bytes = row ? db_int(q, 0) : 0;
    *max_bytes = row ? db_int(q, 1) : 0;
    if (row)
        db_reset(q);
    return true;
}

bool words_fit(struct words *w, size_t *let_go, struct err *e)
{
    int64_t bytes = 0, max_bytes = 0;
    const bool needs = w->needs;
    bool more = w->has_more;
    *let_go = 0;
    w->has_more = w->needs = false;
    while (more) {
        if (!read_share(w, &bytes, &max_bytes, e))
            return false;
        if (bytes <= max_bytes)
            break;
        if (!db_do(w->q[WORDS_LET_GO], e))
            return false;
        more = db_changes(w->db) > 0;
        *let_go += more;
        w->some = -1;
    }
    if (!needs)
        return true;
    w->is_full = bytes > max_bytes;
    return !w->is_full || err_set(e, ERR_RETRY, WORDS_FULL, 0,
                                  "the message's consents and restrictions cannot be kept until a "
                                  "link comes: words_max is full; see concordat status SITE");
}

bool words_drop(struct words *w, int64_t since_ms, int64_t until_ms, int64_t most, int64_t *done,
                struct err *e)
{
    struct db_query *q = w->q[WORDS_DROP];
    db_bind_int(q, 1, since_ms);
    db_bind_int(q, 2, until_ms);
    db_bind_int(q, 3, most);
    *done = 0;
    if (!db_do(q, e))
        return false;
    *done = db_changes(w->db);
    w->some = -1;
    w->is_full = w->is_full && *done == 0;
    return words_note(w, e);
}

bool words_any(struct words *w, bool *any, struct err *e)
{
    struct db_query *q = w->q[WORDS_ANY];
    int64_t some = 0;
    if (w->some < 0) {
        if (!db_first_int(q, &some, e))
            return false;
        w->some = some != 0;
    }
    *any = w->some > 0;
    return true;
}

bool words_last(struct words *w, int64_t *n, struct err *e)
{
    return db_first_int(w->q[WORDS_LAST], n, e);
}

/* Whether more than WORDS_MAX words of that local id restrict: then trimming takes one of them. */
static bool has_too_many(struct words *w, const uint8_t local[ID_BYTES], bool *yes, struct err *e)
{
    struct db_query *q = w->q[WORDS_RESTRICTING];
    int64_t restricting = 0;
    db_bind_blob(q, 1, slice_of(local, ID_BYTES));
    if (!db_first_int(q, &restricting, e))
        return false;
    *yes = restricting > WORDS_MAX;
    return true;
}

bool words_put(struct words *w, const struct word *x, bool *gave_up, struct err *e)
{
    struct db_query *q = w->q[WORDS_PUT], *trim = w->q[WORDS_TRIM];
    w->some = -1;
    w->has_more = true;
    w->needs = w->needs || x->restricts;
    *gave_up = false;
    db_bind_blob(q, 1, slice_of(x->to.local, ID_BYTES));
    db_bind_blob(q, 2, slice_of(x->id.b, ID_BYTES));
    db_bind_blob(q, 3, slice_of(x->to.key, ID_BYTES));
    db_bind_int(q, 4, x->restricts);
    db_bind_int(q, 5, x->to.under);
    db_bind_blob(q, 6, x->record);
    db_bind_int(q, 7, x->at_ms);
    db_bind_blob(trim, 1, slice_of(x->to.local, ID_BYTES));
    db_bind_int(trim, 2, WORDS_MAX);
    if (!db_do(q, e))
        return false;
    if (x->restricts && !has_too_many(w, x->to.local, gave_up, e))
        return false;
    return db_do(trim, e);
}

bool words_refusal(struct words *w, const struct word *x, struct arena *a, struct slice *record,
                   struct err *e)
{
    struct db_query *q = w->q[WORDS_REFUSAL];
    bool row = false;
    *record = (struct slice){ .n = 0 };
    db_bind_blob(q, 1, slice_of(x->to.local, ID_BYTES));
    db_bind_blob(q, 2, slice_of(x->id.b, ID_BYTES));
    if (!db_step(q, &row, e) || !row)
        return e->fate == ERR_NONE;
    *record = arena_copy(a, db_blob(q, 0));
    db_reset(q);
    return record->p || err_memory(e);
}

static void bind_told(struct db_query *q, const struct word *x)
{
    db_bind_blob(q, 1, slice_of(x->to.local, ID_BYTES));
    db_bind_blob(q, 2, slice_of(x->id.b, ID_BYTES));
    db_bind_blob(q, 3, slice_of(x->to.key, ID_BYTES));
}

bool words_is_told(struct words *w, const struct word *x, bool *told, struct err *e)
{
    struct db_query *q = w->q[WORDS_TOLD];
    bind_told(q, x);
    if (!db_step(q, told, e))
        return false;
    if (*told)
        db_reset(q);
    return true;
}

bool words_put_told(struct words *w, const struct word *x, struct err *e)
{
    struct db_query *q = w->q[WORDS_PUT_TOLD];
    bind_told(q, x);
    db_bind_int(q, 4, x->at_ms);
    return db_do(q, e);
}

bool words_put_refusal(struct words *w, const struct word *x, struct err *e)
{
    static const uint8_t none[ID_BYTES];
    struct db_query *q = w->q[WORDS_PUT], *go = w->q[WORDS_REFUSAL_GO];
    w->some = -1;
    w->has_more = true;
    db_bind_blob(go, 1, slice_of(x->to.local, ID_BYTES));
    db_bind_blob(go, 2, slice_of(x->id.b, ID_BYTES));
    db_bind_blob(q, 1, slice_of(x->to.local, ID_BYTES));
    db_bind_blob(q, 2, slice_of(x->id.b, ID_BYTES));
    db_bind_blob(q, 3, slice_of(none, ID_BYTES));
    db_bind_int(q, 4, 1);
    db_bind_int(q, 5, WORD_REFUSAL);
    db_bind_blob(q, 6, x->record);
    db_bind_int(q, 7, x->at_ms);
    return db_do(go, e) && db_do(q, e);
}

static void bind_to(struct db_query *q, const struct word_to *to)
{
    db_bind_blob(q, 1, slice_of(to->local, ID_BYTES));
    db_bind_blob(q, 2, slice_of(to->key, ID_BYTES));
    db_bind_int(q, 3, to->is_sure);
    db_bind_int(q, 4, to->under);
    db_bind_int(q, 6, to->is_without_refusals);
}

/* Makes room for one more record behind n. A local id has few: WORDS_MAX, and the refusals. */
static bool grow_records(struct arena *a, struct slice **records, size_t n)
{
    struct slice *more;
    if (n % WORDS_MAX)
        return true;
    more = ARENA_ARRAY(a, n + WORDS_MAX, struct slice);
    if (more && n)
        memcpy(more, *records, n * sizeof *more);
    *records = more;
    return more != NULL;
}

bool words_left(struct words *w, const struct word_to *to, struct arena *a, struct slice **records,
                size_t *n, struct err *e)
{
    struct db_query *q = w->q[WORDS_LEFT];
    bool row = false, any = false;
    *n = 0;
    if (!words_any(w, &any, e) || !any)
        return e->fate == ERR_NONE;
    bind_to(q, to);
    while (db_step(q, &row, e) && row) {
        struct slice record = arena_copy(a, db_blob(q, 0));
        if (!record.p || !grow_records(a, records, *n)) {
            db_reset(q);
            return err_memory(e);
        }
        (*records)[(*n)++] = record;
    }
    return e->fate == ERR_NONE;
}

bool words_carry(struct words *w, const struct word_to *to, int64_t upto, bool *any, struct err *e)
{
    struct db_query *q = w->q[WORDS_CARRY];
    *any = false;
    if (!words_any(w, any, e) || !*any)
        return e->fate == ERR_NONE;
    bind_to(q, to);
    db_bind_int(q, 5, upto);
    if (!db_do(q, e))
        return false;
    *any = db_changes(w->db) > 0;
    if (*any)
        w->has_more = w->needs = true;
    return true;
}
