/* quarantine.c - rows set aside, the oldest unanswered let go, the rest kept for a named person. */
#include "intake/spool/quarantine.h"

#include <inttypes.h>
#include <stdio.h>

#define NOTICED_KEPT_MS ((int64_t)90 * 24 * 3600000)

static const char *const texts[QUARANTINE_QUERY_COUNT] = {
    [QUARANTINE_PUT] = "insert into quarantine values (?1, ?2, ?3, ?4, ?5, ?6)",
    [QUARANTINE_PUT_UNANSWERED] = "insert or ignore into unanswered"
                                  " select n from quarantine where n = ?1",
    [QUARANTINE_OLDEST_UNANSWERED] = "select q.n, q.at from unanswered u"
                                     " join quarantine q on q.n = u.n order by u.n limit 1",
    [QUARANTINE_OLDEST] = "select at from quarantine order by at limit 1",
    [QUARANTINE_SIZE] = "select " QUARANTINE_ROWS_SIZE " +"
                        " (select coalesce(sum(length(bytes)), 0) from head) from quarantine",
    [QUARANTINE_NEXT] = "select q.n, q.code, q.at from quarantine q where q.n > ?1 and"
                        " (?2 = 0 or q.n in (select n from retake)) order by q.n limit 1",
    [QUARANTINE_RAW] = "select h.bytes, q.raw, q.at, q.n in (select n from unanswered)"
                       " from quarantine q left join headed d on d.n = q.n"
                       " left join head h on h.n = d.head where q.n = ?1",
    [QUARANTINE_LENGTH] = "select length(q.raw) + 256, coalesce(d.head, 0),"
                          " q.n in (select n from unanswered) from quarantine q"
                          " left join headed d on d.n = q.n where q.n = ?1",
    [QUARANTINE_HEAD_FIND] = "select n from head where hash = ?1",
    [QUARANTINE_HEAD_PUT] = "insert into head (hash, bytes) values (?1, ?2)",
    [QUARANTINE_HEADED_PUT] = "insert into headed values (?1, ?2)",
    [QUARANTINE_HEAD_UNUSED] = "select length(bytes) from head where n = ?1 and"
                               " not exists (select 1 from headed where head = ?1)",
    [QUARANTINE_HEAD_DELETE] = "delete from head where n = ?1",
    [QUARANTINE_DELETE_HEADED] = "delete from headed where n = ?1",
    [QUARANTINE_DELETE] = "delete from quarantine where n = ?1",
    [QUARANTINE_DELETE_UNANSWERED] = "delete from unanswered where n = ?1",
    [QUARANTINE_DELETE_RETAKE] = "delete from retake where n = ?1",
    [QUARANTINE_SET_AGE] = "update quarantine set at = ?2 where n = ?1",
    [QUARANTINE_WANTED] = "select is_full, max_bytes from quarantine_limit",
    [QUARANTINE_SET_WANTED] = "update quarantine_limit set is_full = ?1",
    [QUARANTINE_LOOSE] = "select " QUARANTINE_ROWS_SIZE " from unanswered u"
                         " join quarantine q on q.n = u.n",
    [QUARANTINE_SIGN_PUT] = "insert or ignore into unread values (?1, ?2, ?3, ?4, ?5)",
    [QUARANTINE_SIGNS_LEFT] =
        "select n, code, at from (select n, code, at, row_number() over"
        " (partition by code order by n desc) as back from (select distinct n, code, at"
        " from unread u where local = ?1 and not exists (select 1 from unread"
        " where local = ?1 and key = ?2 and n = u.n)) order by back > 1, n desc limit ?3)"
        " order by n",
    [QUARANTINE_SIGNS_CARRY] = "insert or ignore into unread select local, ?2, n, code, at"
                               " from unread where local = ?1 and n <= ?3",
    [QUARANTINE_SIGNS_LAST] = "select coalesce(max(at), 0) from unread",
    [QUARANTINE_SIGNS_ANY] = "select 1 from unread limit 1",
    [QUARANTINE_SIGNS_DELETE] = "delete from unread where n = ?1",
    [QUARANTINE_FULL] = "update quarantine_limit set is_full = ?1, max_bytes = ?2, age_ms = ?3",
};

static bool write_limits(struct quarantine *s, struct err *e)
{
    struct db_query *q = s->q[QUARANTINE_FULL];
    db_bind_int(q, 1, s->wanted);
    db_bind_int(q, 2, s->max_bytes);
    db_bind_int(q, 3, s->age_ms);
    return db_do(q, e);
}

bool quarantine_has_heads(struct db *d, bool *has, struct err *e)
{
    return db_has_table(d, "headed", has, e);
}

bool quarantine_prepare(struct quarantine *s, struct db *d, struct err *e)
{
    *s = (struct quarantine){
        .db = d, .wanted = -1, .loose = -1, .bytes = -1, .signs = -1, .last_sign_ms = -1
    };
    for (int i = 0; i < QUARANTINE_QUERY_COUNT; i++)
        if (!db_prepare(d, texts[i], &s->q[i], e))
            return false;
    return noticed_prepare(&s->noticed, d, e);
}

static bool count_bytes(struct quarantine *s, struct err *e)
{
    int64_t bytes = 0;
    if (s->bytes >= 0)
        return true;
    if (!db_first_int(s->q[QUARANTINE_SIZE], &bytes, e))
        return false;
    s->bytes = bytes;
    return true;
}

/* The first column of the one row, 0 where there is none; *second the next one. */
static bool first_int(struct db_query *q, int64_t *out, int64_t *second, struct err *e)
{
    bool row = false;
    *out = 0;
    if (!db_step(q, &row, e))
        return false;
    if (!row)
        return true;
    *out = db_int(q, 0);
    if (second)
        *second = db_int(q, 1);
    db_reset(q);
    return true;
}

/* Also the share, until a feed has said it. */
static bool read_wanted(struct quarantine *s, struct err *e)
{
    int64_t max_bytes = 0;
    if (s->wanted >= 0)
        return true;
    if (!first_int(s->q[QUARANTINE_WANTED], &s->wanted, &max_bytes, e))
        return false;
    s->max_bytes = s->max_bytes ? s->max_bytes : max_bytes;
    return true;
}

static bool set_wanted(struct quarantine *s, int64_t bytes, struct err *e)
{
    if (s->wanted == bytes)
        return true;
    s->wanted = bytes;
    db_bind_int(s->q[QUARANTINE_SET_WANTED], 1, bytes);
    return db_do(s->q[QUARANTINE_SET_WANTED], e);
}

/* Ends the alarm where what was refused would fit now, beside what is kept. */
static bool judge_wanted(struct quarantine *s, struct err *e)
{
    if (!read_wanted(s, e))
        return false;
    if (s->wanted == 0)
        return true;
    if (!count_bytes(s, e))
        return false;
    if (s->loose < 0 && !db_first_int(s->q[QUARANTINE_LOOSE], &s->loose, e))
        return false;
    int64_t wanted = s->wanted < s->max_bytes ? s->wanted : s->max_bytes;
    bool fits = s->bytes - s->loose + wanted <= s->max_bytes;
    return !fits || set_wanted(s, 0, e);
}

bool quarantine_open(struct quarantine *s, struct db *d, int64_t max_bytes, int64_t age_ms,
                     struct err *e)
{
    if (!quarantine_prepare(s, d, e))
        return false;
    if (!read_wanted(s, e))
        return false;
    s->max_bytes = max_bytes;
    s->age_ms = age_ms;
    return write_limits(s, e) && judge_wanted(s, e);
}

void quarantine_forget(struct quarantine *s)
{
    s->bytes = s->loose = s->wanted = s->signs = -1;
    s->head = 0;
}

/* Lets go a head that no row has any more; *bytes: how long it was, 0: it stays. */
static bool free_head(struct quarantine *s, int64_t head, int64_t *bytes, struct err *e)
{
    *bytes = 0;
    if (!head)
        return true;
    db_bind_int(s->q[QUARANTINE_HEAD_UNUSED], 1, head);
    db_bind_int(s->q[QUARANTINE_HEAD_DELETE], 1, head);
    if (!first_int(s->q[QUARANTINE_HEAD_UNUSED], bytes, NULL, e))
        return false;
    if (!*bytes)
        return true;
    s->head = 0;
    return db_do(s->q[QUARANTINE_HEAD_DELETE], e);
}

/* What a row takes, the head that it has, and whether it goes to make room. */
struct extent {
    int64_t length, head;
    bool is_loose;
};

static bool read_extent(struct quarantine *s, int64_t n, struct extent *x, struct err *e)
{
    struct db_query *q = s->q[QUARANTINE_LENGTH];
    bool row = false;
    *x = (struct extent){ .length = 0 };
    db_bind_int(q, 1, n);
    if (!db_step(q, &row, e))
        return false;
    if (!row)
        return true;
    *x = (struct extent){ db_int(q, 0), db_int(q, 1), db_int(q, 2) != 0 };
    db_reset(q);
    return true;
}

bool quarantine_delete(struct quarantine *s, int64_t n, struct err *e)
{
    static const enum quarantine_query all[] = { QUARANTINE_DELETE, QUARANTINE_DELETE_HEADED,
                                                 QUARANTINE_DELETE_UNANSWERED,
                                                 QUARANTINE_DELETE_RETAKE,
                                                 QUARANTINE_SIGNS_DELETE };
    struct extent x;
    int64_t head_length = 0;
    s->signs = -1;
    if (!noticed_end(&s->noticed, n, e) || !read_extent(s, n, &x, e))
        return false;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        db_bind_int(s->q[all[i]], 1, n);
        if (!db_do(s->q[all[i]], e))
            return false;
    }
    if (!free_head(s, x.head, &head_length, e))
        return false;
    if (s->bytes >= 0)
        s->bytes -= x.length + head_length;
    if (s->loose >= 0 && x.is_loose)
        s->loose -= x.length;
    return x.is_loose || judge_wanted(s, e);
}

/* The oldest that nobody was told to be kept; *n 0: there is none. */
static bool oldest_unanswered(struct quarantine *s, int64_t *n, int64_t *at_ms, struct err *e)
{
    struct db_query *q = s->q[QUARANTINE_OLDEST_UNANSWERED];
    bool row = false;
    *n = 0;
    if (!db_step(q, &row, e))
        return false;
    if (!row)
        return true;
    *n = db_int(q, 0);
    *at_ms = db_int(q, 1);
    db_reset(q);
    return true;
}

/* The number under which its head lies here; 0: it does not. */
static bool find_head(struct quarantine *s, const struct quarantined *m, int64_t *head,
                      struct err *e)
{
    *head = s->head;
    if (s->head && hash_equal(s->head_hash, m->head_hash))
        return true;
    db_bind_blob(s->q[QUARANTINE_HEAD_FIND], 1, slice_of(m->head_hash, HASH_BYTES));
    if (!first_int(s->q[QUARANTINE_HEAD_FIND], head, NULL, e))
        return false;
    s->head = *head;
    memcpy(s->head_hash, m->head_hash, HASH_BYTES);
    return true;
}

/* What the row adds, its head only where no other has it. */
static bool size_of(struct quarantine *s, const struct quarantined *m, int64_t *bytes,
                    struct err *e)
{
    int64_t head = 0;
    *bytes = (int64_t)m->raw.n + QUARANTINE_ROW_BYTES;
    if (!m->head.n)
        return true;
    if (!find_head(s, m, &head, e))
        return false;
    *bytes += head ? 0 : (int64_t)m->head.n;
    return true;
}

bool quarantine_room(struct quarantine *s, const struct quarantined *m, bool *room, struct err *e)
{
    int64_t n = 0, at_ms = 0, size = 0;
    if (!count_bytes(s, e))
        return false;
    if (!size_of(s, m, &size, e))
        return false;
    while (s->bytes + size > s->max_bytes) {
        if (!oldest_unanswered(s, &n, &at_ms, e))
            return false;
        if (n == 0)
            break;
        if (!quarantine_delete(s, n, e))
            return false;
        if (!size_of(s, m, &size, e)) /* its head may have gone with that row */
            return false;
        s->let_go++;
    }
    *room = s->bytes + size <= s->max_bytes;
    if (!read_wanted(s, e))
        return false;
    if (!*room)
        return set_wanted(s, size > s->wanted ? size : s->wanted, e);
    return size < s->wanted || set_wanted(s, 0, e);
}

static bool put_head(struct quarantine *s, const struct quarantined *m, struct err *e)
{
    int64_t head = 0;
    if (!find_head(s, m, &head, e))
        return false;
    if (!head) {
        db_bind_blob(s->q[QUARANTINE_HEAD_PUT], 1, slice_of(m->head_hash, HASH_BYTES));
        db_bind_blob(s->q[QUARANTINE_HEAD_PUT], 2, m->head);
        if (!db_do(s->q[QUARANTINE_HEAD_PUT], e) || !find_head(s, m, &head, e))
            return false;
        if (s->bytes >= 0)
            s->bytes += (int64_t)m->head.n;
    }
    db_bind_int(s->q[QUARANTINE_HEADED_PUT], 1, m->n);
    db_bind_int(s->q[QUARANTINE_HEADED_PUT], 2, head);
    return db_do(s->q[QUARANTINE_HEADED_PUT], e);
}

bool quarantine_put(struct quarantine *s, const struct quarantined *m, struct err *e)
{
    struct db_query *q = s->q[QUARANTINE_PUT];
    db_bind_int(q, 1, m->n);
    db_bind_int(q, 2, m->at_ms);
    db_bind_text(q, 3, slice_text(m->why->code));
    db_bind_int(q, 4, (int64_t)m->why->at);
    db_bind_text(q, 5, slice_text(m->why->text));
    db_bind_blob(q, 6, m->raw);
    if (!db_do(q, e) || (m->head.n && !put_head(s, m, e)))
        return false;
    const int64_t size = (int64_t)m->raw.n + QUARANTINE_ROW_BYTES;
    if (s->bytes >= 0)
        s->bytes += size;
    if (s->loose >= 0 && !m->answered)
        s->loose += size;
    db_bind_int(s->q[QUARANTINE_PUT_UNANSWERED], 1, m->n);
    return noticed_put(&s->noticed, m->n, m->at_ms, e) &&
           (m->answered || db_do(s->q[QUARANTINE_PUT_UNANSWERED], e));
}

bool quarantine_age(struct quarantine *s, int64_t now_ms, int64_t *oldest_ms, struct err *e)
{
    int64_t n = 1, at_ms = 0;
    while (n) {
        if (!oldest_unanswered(s, &n, &at_ms, e))
            return false;
        if (!n || now_ms - at_ms <= s->age_ms)
            break;
        if (!quarantine_delete(s, n, e))
            return false;
        s->let_go++;
    }
    if (!noticed_age(&s->noticed, now_ms - NOTICED_KEPT_MS, e))
        return false;
    return db_first_int(s->q[QUARANTINE_OLDEST], oldest_ms, e);
}

bool quarantine_next(struct quarantine *s, const char *name, const struct selection *which,
                     bool ordered, int64_t *n, struct err *e)
{
    struct db_query *q = s->q[QUARANTINE_NEXT];
    char id[128];
    bool row = true, selected = false;
    while (!selected) {
        db_bind_int(q, 1, *n);
        db_bind_int(q, 2, ordered);
        if (!db_step(q, &row, e))
            return false;
        if (!row) {
            *n = 0;
            return true;
        }
        *n = db_int(q, 0);
        int length = snprintf(id, sizeof id, "%s:%" PRId64, name, *n);
        selected = ordered || selection_takes(which, slice_of(id, (size_t)length), db_blob(q, 1),
                                              db_int(q, 2));
        db_reset(q);
    }
    return true;
}

struct slice quarantine_joined(struct arena *a, struct db_query *q, int i)
{
    struct slice head = db_blob(q, i), raw = db_blob(q, i + 1);
    uint8_t *both = arena_raw(a, head.n + raw.n);
    if (both && head.n)
        memcpy(both, head.p, head.n);
    if (both && raw.n)
        memcpy(both + head.n, raw.p, raw.n);
    return slice_of(both, both ? head.n + raw.n : 0);
}

bool quarantine_get(struct quarantine *s, int64_t n, struct arena *a, struct slice *raw,
                    int64_t *at_ms, bool *answered, struct err *e)
{
    struct db_query *q = s->q[QUARANTINE_RAW];
    bool row = false;
    *raw = slice_of("", 0);
    *at_ms = 0;
    *answered = false;
    db_bind_int(q, 1, n);
    if (!db_step(q, &row, e) || !row)
        return e->fate == ERR_NONE;
    *raw = quarantine_joined(a, q, 0);
    *at_ms = db_int(q, 2);
    *answered = !db_int(q, 3);
    db_reset(q);
    return raw->p ? true : err_memory(e);
}

bool quarantine_inherit(struct quarantine *s, int64_t n, int64_t at_ms, bool answered,
                        struct err *e)
{
    s->loose = -1;
    db_bind_int(s->q[QUARANTINE_SET_AGE], 1, n);
    db_bind_int(s->q[QUARANTINE_SET_AGE], 2, at_ms);
    db_bind_int(s->q[QUARANTINE_PUT_UNANSWERED], 1, n);
    db_bind_int(s->q[QUARANTINE_DELETE_UNANSWERED], 1, n);
    return db_do(s->q[QUARANTINE_SET_AGE], e) &&
           db_do(s->q[answered ? QUARANTINE_DELETE_UNANSWERED : QUARANTINE_PUT_UNANSWERED], e);
}

/* ---- what was said of rows all the same ---- */

bool quarantine_put_sign(struct quarantine *s, const struct unread_sign *x, struct err *e)
{
    struct db_query *q = s->q[QUARANTINE_SIGN_PUT];
    s->signs = -1;
    db_bind_blob(q, 1, slice_of(x->local, ID_BYTES));
    db_bind_blob(q, 2, slice_of(x->key, ID_BYTES));
    db_bind_int(q, 3, x->n);
    db_bind_text(q, 4, x->code);
    db_bind_int(q, 5, x->at_ms);
    return db_do(q, e);
}

static bool has_signs(struct quarantine *s, bool *some, struct err *e)
{
    if (s->signs < 0 && !first_int(s->q[QUARANTINE_SIGNS_ANY], &s->signs, NULL, e))
        return false;
    *some = s->signs > 0;
    return true;
}

bool quarantine_sign_time(struct quarantine *s, int64_t now_ms, int64_t *at_ms, struct err *e)
{
    if (s->last_sign_ms < 0 && !first_int(s->q[QUARANTINE_SIGNS_LAST], &s->last_sign_ms, NULL, e))
        return false;
    s->last_sign_ms = now_ms > s->last_sign_ms ? now_ms : s->last_sign_ms + 1;
    *at_ms = s->last_sign_ms;
    return true;
}

/* A feed has fewer codes. */
#define SIGNS_MAX 64

bool quarantine_signs(struct quarantine *s, const uint8_t local[ID_BYTES],
                      const uint8_t key[ID_BYTES], struct arena *a, struct unread_sign **out,
                      size_t *n, struct err *e)
{
    struct db_query *q = s->q[QUARANTINE_SIGNS_LEFT];
    bool row = false, some = false;
    *n = 0;
    if (!has_signs(s, &some, e) || !some)
        return e->fate == ERR_NONE;
    if (!(*out = ARENA_ARRAY(a, SIGNS_MAX, struct unread_sign)))
        return err_memory(e);
    db_bind_blob(q, 1, slice_of(local, ID_BYTES));
    db_bind_blob(q, 2, slice_of(key, ID_BYTES));
    db_bind_int(q, 3, SIGNS_MAX);
    while (*n < SIGNS_MAX && db_step(q, &row, e) && row) {
        struct unread_sign *x = &(*out)[(*n)++];
        *x = (struct unread_sign){ .n = db_int(q, 0),
                                   .code = arena_copy(a, db_blob(q, 1)),
                                   .at_ms = db_int(q, 2) };
        memcpy(x->local, local, ID_BYTES);
        memcpy(x->key, key, ID_BYTES);
    }
    if (row)
        db_reset(q);
    return e->fate == ERR_NONE;
}

bool quarantine_carry_signs(struct quarantine *s, const uint8_t local[ID_BYTES],
                            const uint8_t key[ID_BYTES], int64_t n, struct err *e)
{
    struct db_query *q = s->q[QUARANTINE_SIGNS_CARRY];
    bool some = false;
    if (!has_signs(s, &some, e) || !some)
        return e->fate == ERR_NONE;
    s->signs = -1;
    db_bind_blob(q, 1, slice_of(local, ID_BYTES));
    db_bind_blob(q, 2, slice_of(key, ID_BYTES));
    db_bind_int(q, 3, n);
    return db_do(q, e);
}
