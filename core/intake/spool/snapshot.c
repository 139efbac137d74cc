/* snapshot.c - the rows of the unit at hand lie in a temporary table; at its end four statements
 * compare it with what was expected. */
#include "intake/spool/snapshot.h"

static const char *const texts[SNAPSHOT_QUERY_COUNT] = {
    [SNAPSHOT_CLEAR] = "delete from seen",
    [SNAPSHOT_NOTE] = "insert into seen values (?1, ?2, ?3)"
                      " on conflict (key) do update set asks = max(asks, excluded.asks)",
    [SNAPSHOT_BACK] =
        "update expected set gone = 0 where gone > 0 and key in (select key from seen)",
    /* Said to be over by a row of its own. */
    [SNAPSHOT_ENDED] = "delete from expected where key in (select key from seen where asks = 0)",
    [SNAPSHOT_GONE] = "update expected set gone = ?1"
                      " where gone = 0 and key not in (select key from seen)",
    [SNAPSHOT_NEW] = "insert or ignore into expected select key, row, 0 from seen where asks = 1",
    [SNAPSHOT_COUNT_GONE] = "select count(*) from expected where gone > 0",
    [SNAPSHOT_DONE] = "update snapshot set complete = ?1",
};

static bool read_complete(struct snapshot *s, int64_t *out, struct err *e)
{
    struct db_query *q = NULL;
    return db_prepare(s->db, "select complete from snapshot", &q, e) && db_first_int(q, out, e);
}

static bool write_limit(struct snapshot *s, struct err *e)
{
    struct db_query *q = NULL;
    if (!db_prepare(s->db, "update snapshot set stale_after = ?1", &q, e))
        return false;
    db_bind_int(q, 1, s->stale_after_ms);
    return db_do(q, e);
}

bool snapshot_open(struct snapshot *s, struct db *d, int64_t stale_after_ms, int64_t now_ms,
                   struct err *e)
{
    int64_t complete_ms = 0;
    *s = (struct snapshot){ .on = true, .db = d, .stale_after_ms = stale_after_ms };
    if (!db_run(d,
                "create temp table seen (key blob primary key, row text not null,"
                " asks integer not null) without rowid",
                e) ||
        !write_limit(s, e) || !read_complete(s, &complete_ms, e))
        return false;
    s->due_ms = (complete_ms ? complete_ms : now_ms) + stale_after_ms;
    for (int i = 0; i < SNAPSHOT_QUERY_COUNT; i++)
        if (!db_prepare(d, texts[i], &s->q[i], e))
            return false;
    return true;
}

bool snapshot_begin(struct snapshot *s, struct err *e)
{
    s->begun = true;
    s->broken = false;
    return db_do(s->q[SNAPSHOT_CLEAR], e);
}

bool snapshot_note(struct snapshot *s, const uint8_t key[ID_BYTES], struct slice row, bool asks,
                   struct err *e)
{
    struct db_query *q = s->q[SNAPSHOT_NOTE];
    db_bind_blob(q, 1, slice_of(key, ID_BYTES));
    db_bind_text(q, 2, row);
    db_bind_int(q, 3, asks);
    return db_do(q, e);
}

bool snapshot_end(struct snapshot *s, int64_t now_ms, struct snapshot_found *out, struct err *e)
{
    *out = (struct snapshot_found){ 0 };
    db_bind_int(s->q[SNAPSHOT_GONE], 1, now_ms);
    db_bind_int(s->q[SNAPSHOT_DONE], 1, now_ms);
    if (!db_do(s->q[SNAPSHOT_BACK], e) || !db_do(s->q[SNAPSHOT_ENDED], e) ||
        !db_do(s->q[SNAPSHOT_GONE], e))
        return false;
    out->gone_now = db_changes(s->db);
    if (!db_do(s->q[SNAPSHOT_NEW], e) || !db_do(s->q[SNAPSHOT_DONE], e) ||
        !db_do(s->q[SNAPSHOT_CLEAR], e) || !db_first_int(s->q[SNAPSHOT_COUNT_GONE], &out->gone, e))
        return false;
    s->begun = false;
    s->due_ms = now_ms + s->stale_after_ms;
    s->is_late = false;
    return true;
}

bool snapshot_turns_late(struct snapshot *s, int64_t now_ms)
{
    if (!s->on || s->stale_after_ms == 0 || s->is_late || now_ms < s->due_ms)
        return false;
    s->is_late = true;
    return true;
}
