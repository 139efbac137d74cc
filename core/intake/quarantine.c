/* quarantine.c - rows set aside, the oldest unanswered let go, the rest kept for a named person. */
#include "intake/quarantine.h"

#include <inttypes.h>
#include <stdio.h>

#define TOLD_KEPT_MS ((int64_t)90 * 24 * 3600000)

static const char *const texts[QUARANTINE_QUERY_COUNT] = {
    [QUARANTINE_PUT] = "insert into quarantine values (?1, ?2, ?3, ?4, ?5, ?6)",
    [QUARANTINE_PUT_UNANSWERED] = "insert or ignore into unanswered"
                                  " select n from quarantine where n = ?1",
    [QUARANTINE_OLDEST_UNANSWERED] = "select q.n, q.at, length(q.raw) from unanswered u"
                                     " join quarantine q on q.n = u.n order by u.n limit 1",
    [QUARANTINE_OLDEST] = "select at from quarantine order by at limit 1",
    [QUARANTINE_SIZE] = "select coalesce(sum(length(raw)), 0) from quarantine",
    [QUARANTINE_NEXT] = "select q.n, q.code, q.at from quarantine q where q.n > ?1 and"
                        " (?2 = 0 or q.n in (select n from retake)) order by q.n limit 1",
    [QUARANTINE_RAW] = "select raw, at, n in (select n from unanswered) from quarantine"
                       " where n = ?1",
    [QUARANTINE_DELETE] = "delete from quarantine where n = ?1",
    [QUARANTINE_DELETE_UNANSWERED] = "delete from unanswered where n = ?1",
    [QUARANTINE_DELETE_RETAKE] = "delete from retake where n = ?1",
    [QUARANTINE_SET_AGE] = "update quarantine set at = ?2 where n = ?1",
    [QUARANTINE_NOT_FULL] = "update quarantine_limit set is_full = 0",
    [QUARANTINE_SIGN_PUT] = "insert or ignore into unread values (?1, ?2, ?3, ?4, ?5)",
    [QUARANTINE_SIGNS_LEFT] = "select max(n), code, max(at) from unread u where local = ?1 and"
                              " not exists (select 1 from unread where local = ?1 and key = ?2"
                              " and n = u.n) group by code order by 1",
    [QUARANTINE_SIGNS_CARRY] = "insert or ignore into unread select local, ?2, n, code, at"
                               " from unread where local = ?1 and n <= ?3",
    [QUARANTINE_SIGNS_COUNT] = "select count(*) from unread",
    [QUARANTINE_SIGNS_DELETE] = "delete from unread where n = ?1",
    [QUARANTINE_TOLD_PUT] = "insert or replace into restricted values (?1, ?2, ?3, ?4)",
    [QUARANTINE_TOLD_GET] = "select 1 from restricted where id = ?1 and key = ?2",
    [QUARANTINE_TOLD_AGED] = "delete from restricted where at < ?1 and"
                             " n not in (select n from quarantine)",
    [QUARANTINE_FULL] = "update quarantine_limit set is_full = ?1, max_bytes = ?2, age_ms = ?3",
};

static bool write_limits(struct quarantine *s, struct err *e)
{
    struct db_query *q = s->q[QUARANTINE_FULL];
    db_bind_int(q, 1, s->is_full);
    db_bind_int(q, 2, s->max_bytes);
    db_bind_int(q, 3, s->age_ms);
    return db_do(q, e);
}

bool quarantine_prepare(struct quarantine *s, struct db *d, struct err *e)
{
    *s = (struct quarantine){ .db = d, .bytes = -1, .signs = -1 };
    for (int i = 0; i < QUARANTINE_QUERY_COUNT; i++)
        if (!db_prepare(d, texts[i], &s->q[i], e))
            return false;
    return true;
}

bool quarantine_open(struct quarantine *s, struct db *d, int64_t max_bytes, int64_t age_ms,
                     struct err *e)
{
    if (!quarantine_prepare(s, d, e))
        return false;
    s->max_bytes = max_bytes;
    s->age_ms = age_ms;
    return write_limits(s, e);
}

void quarantine_forget(struct quarantine *s)
{
    s->bytes = s->signs = -1;
}

static bool count_bytes(struct quarantine *s, struct err *e)
{
    struct db_query *q = s->q[QUARANTINE_SIZE];
    bool row = false;
    if (s->bytes >= 0)
        return true;
    if (!db_step(q, &row, e))
        return false;
    s->bytes = row ? db_int(q, 0) : 0;
    if (row)
        db_reset(q);
    return true;
}

bool quarantine_delete(struct quarantine *s, int64_t n, struct err *e)
{
    static const enum quarantine_query all[] = { QUARANTINE_DELETE, QUARANTINE_DELETE_UNANSWERED,
                                                 QUARANTINE_DELETE_RETAKE,
                                                 QUARANTINE_SIGNS_DELETE };
    s->bytes = s->signs = -1;
    s->is_full = false;
    if (!db_do(s->q[QUARANTINE_NOT_FULL], e))
        return false;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        db_bind_int(s->q[all[i]], 1, n);
        if (!db_do(s->q[all[i]], e))
            return false;
    }
    return true;
}

/* The oldest that nobody was told to be kept; *n 0: there is none. */
static bool oldest_unanswered(struct quarantine *s, int64_t *n, int64_t *at_ms, int64_t *bytes,
                              struct err *e)
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
    *bytes = db_int(q, 2);
    db_reset(q);
    return true;
}

bool quarantine_room(struct quarantine *s, size_t bytes, bool *room, struct err *e)
{
    int64_t n = 1, at_ms = 0, size = 0;
    if (!count_bytes(s, e))
        return false;
    while (s->bytes + (int64_t)bytes > s->max_bytes && n) {
        if (!oldest_unanswered(s, &n, &at_ms, &size, e))
            return false;
        int64_t left = s->bytes - size;
        if (n && !quarantine_delete(s, n, e))
            return false;
        s->let_go += n != 0;
        s->bytes = n ? left : s->bytes;
    }
    *room = s->bytes + (int64_t)bytes <= s->max_bytes;
    if (s->is_full == !*room)
        return true;
    s->is_full = !*room;
    return write_limits(s, e);
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
    if (!db_do(q, e))
        return false;
    if (s->bytes >= 0)
        s->bytes += (int64_t)m->raw.n;
    db_bind_int(s->q[QUARANTINE_PUT_UNANSWERED], 1, m->n);
    return m->answered || db_do(s->q[QUARANTINE_PUT_UNANSWERED], e);
}

bool quarantine_age(struct quarantine *s, int64_t now_ms, int64_t *oldest_ms, struct err *e)
{
    int64_t n = 1, at_ms = 0, size = 0;
    while (n) {
        if (!oldest_unanswered(s, &n, &at_ms, &size, e))
            return false;
        if (!n || now_ms - at_ms <= s->age_ms)
            break;
        if (!quarantine_delete(s, n, e))
            return false;
        s->let_go++;
    }
    db_bind_int(s->q[QUARANTINE_TOLD_AGED], 1, now_ms - TOLD_KEPT_MS);
    if (!db_do(s->q[QUARANTINE_TOLD_AGED], e))
        return false;
    struct db_query *q = s->q[QUARANTINE_OLDEST];
    bool row = false;
    if (!db_step(q, &row, e))
        return false;
    *oldest_ms = row ? db_int(q, 0) : 0;
    if (row)
        db_reset(q);
    return true;
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

bool quarantine_get(struct quarantine *s, int64_t n, struct slice *raw, int64_t *at_ms,
                    bool *answered, struct err *e)
{
    struct db_query *q = s->q[QUARANTINE_RAW];
    bool row = false;
    db_reset(q);
    db_bind_int(q, 1, n);
    if (!db_step(q, &row, e))
        return false;
    *raw = row ? db_blob(q, 0) : slice_of(NULL, 0);
    *at_ms = row ? db_int(q, 1) : 0;
    *answered = row && !db_int(q, 2);
    return true;
}

bool quarantine_inherit(struct quarantine *s, int64_t n, int64_t at_ms, bool answered,
                        struct err *e)
{
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
    struct db_query *q = s->q[QUARANTINE_SIGNS_COUNT];
    bool row = false;
    if (s->signs < 0) {
        if (!db_step(q, &row, e))
            return false;
        s->signs = row ? db_int(q, 0) : 0;
        if (row)
            db_reset(q);
    }
    *some = s->signs > 0;
    return true;
}

/* One code a row: a feed has few. */
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

bool quarantine_put_told(struct quarantine *s, const struct event_id *id,
                         const struct subject_key *key, int64_t n, int64_t at_ms, struct err *e)
{
    struct db_query *q = s->q[QUARANTINE_TOLD_PUT];
    db_bind_blob(q, 1, slice_of(id->b, ID_BYTES));
    db_bind_blob(q, 2, slice_of(key->b, ID_BYTES));
    db_bind_int(q, 3, n);
    db_bind_int(q, 4, at_ms);
    return db_do(q, e);
}

bool quarantine_is_told(struct quarantine *s, const struct event_id *id,
                        const struct subject_key *key, bool *told, struct err *e)
{
    struct db_query *q = s->q[QUARANTINE_TOLD_GET];
    db_bind_blob(q, 1, slice_of(id->b, ID_BYTES));
    db_bind_blob(q, 2, slice_of(key->b, ID_BYTES));
    if (!db_step(q, told, e))
        return false;
    if (*told)
        db_reset(q);
    return true;
}
