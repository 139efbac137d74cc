/* told_aside.c - events and signs that were told of messages set aside. */
#include "intake/spool/told_aside.h"

#include <string.h>

#include "host/crypto.h"

#define TOLD_KEPT_MS ((int64_t)90 * 24 * 3600000)

static const char *const texts[TOLD_ASIDE_QUERY_COUNT] = {
    [TOLD_ASIDE_PUT] = "insert or replace into told_aside values (?1, ?2, ?3, ?4, ?5, ?6)",
    [TOLD_ASIDE_GET] = "select n, at, line from told_aside"
                       " where kind = ?1 and id = ?2 and key = ?3",
    [TOLD_ASIDE_AGED] = "delete from told_aside where at < ?1 and"
                        " n not in (select n from quarantine)",
    [TOLD_ASIDE_ANY_LOOSE] = "select 1 from told_aside where kind = 2 limit 1",
    [TOLD_ASIDE_FORGET] = "delete from told_aside where kind = 2 and key = ?1",
};

/* ---- a file of an older program ---- */

/* It kept events and signs in one table. */
static const char older_rows[] =
    "select r.id, r.key, r.n, r.at, q.raw, h.bytes from restricted r"
    " left join quarantine q on q.n = r.n left join headed d on d.n = r.n"
    " left join head h on h.n = d.head";

/* Whether a row is the sign of its message. A sign had for its id the first bytes of the hash of
 * the message, with the first byte inverted. Then *id becomes those bytes as they are. */
static bool is_older_sign(struct db_query *q, struct event_id *id)
{
    const struct slice body[] = { db_blob(q, 5), db_blob(q, 4) };
    uint8_t hash[HASH_BYTES];
    if (db_is_null(q, 4))
        return false;
    sha256_slices(body, 2, hash);
    struct event_id plain = *id;
    plain.b[0] = (uint8_t)~plain.b[0];
    if (memcmp(plain.b, hash, ID_BYTES) != 0)
        return false;
    *id = plain;
    return true;
}

/* Where the message is no longer kept, its sign looks like an event. So it is remembered as one,
 * and the message holds its person once more if it comes again. */
static bool move_row(struct told_aside *t, struct db_query *q, struct err *e)
{
    const struct slice id = db_blob(q, 0), key = db_blob(q, 1);
    struct told_row x = { .kind = TOLD_EVENT, .n = db_int(q, 2), .at_ms = db_int(q, 3) };
    if (id.n != ID_BYTES || key.n != ID_BYTES)
        return true;
    memcpy(x.id.b, id.p, ID_BYTES);
    memcpy(x.key.b, key.p, ID_BYTES);
    if (is_older_sign(q, &x.id))
        x.kind = TOLD_SIGN;
    return told_aside_put(t, &x, e);
}

static bool move_rows(struct told_aside *t, struct db *d, struct err *e)
{
    struct db_query *q = NULL;
    bool row = false;
    if (!db_prepare(d, older_rows, &q, e))
        return false;
    while (db_step(q, &row, e) && row) {
        if (!move_row(t, q, e)) {
            db_reset(q);
            return false;
        }
    }
    return e->fate == ERR_NONE && db_run(d, "drop table restricted", e);
}

static bool move_older(struct told_aside *t, struct db *d, struct err *e)
{
    bool has = false;
    if (!db_has_table(d, "restricted", &has, e))
        return false;
    if (!has)
        return true;
    if (!db_begin(d, e))
        return false;
    if (!move_rows(t, d, e)) {
        db_rollback(d);
        return false;
    }
    return db_commit(d, e);
}

bool told_aside_open(struct told_aside *t, struct db *d, struct err *e)
{
    *t = (struct told_aside){ .loose = -1 };
    for (int i = 0; i < TOLD_ASIDE_QUERY_COUNT; i++)
        if (!db_prepare(d, texts[i], &t->q[i], e))
            return false;
    return move_older(t, d, e);
}

/* ---- its rows ---- */

static void bind_name(struct db_query *q, const struct told_row *x)
{
    db_bind_int(q, 1, x->kind);
    db_bind_blob(q, 2, slice_of(x->id.b, ID_BYTES));
    db_bind_blob(q, 3, slice_of(x->key.b, ID_BYTES));
}

bool told_aside_put(struct told_aside *t, const struct told_row *x, struct err *e)
{
    struct db_query *q = t->q[TOLD_ASIDE_PUT];
    if (x->kind == TOLD_LOOSE)
        t->loose = 1;
    bind_name(q, x);
    db_bind_int(q, 4, x->n);
    db_bind_int(q, 5, x->at_ms);
    db_bind_int(q, 6, x->line);
    return db_do(q, e);
}

bool told_aside_get(struct told_aside *t, struct told_row *x, bool *told, struct err *e)
{
    struct db_query *q = t->q[TOLD_ASIDE_GET];
    bind_name(q, x);
    if (!db_step(q, told, e))
        return false;
    if (!*told)
        return true;
    x->n = db_int(q, 0);
    x->at_ms = db_int(q, 1);
    x->line = (uint32_t)db_int(q, 2);
    db_reset(q);
    return true;
}

bool told_aside_has_loose(struct told_aside *t, bool *has, struct err *e)
{
    if (t->loose < 0 && !db_first_int(t->q[TOLD_ASIDE_ANY_LOOSE], &t->loose, e))
        return false;
    *has = t->loose > 0;
    return true;
}

bool told_aside_forget(struct told_aside *t, const struct subject_key *key, struct err *e)
{
    bool has = false;
    if (!told_aside_has_loose(t, &has, e))
        return false;
    if (!has)
        return true;
    t->loose = -1;
    db_bind_blob(t->q[TOLD_ASIDE_FORGET], 1, slice_of(key->b, ID_BYTES));
    return db_do(t->q[TOLD_ASIDE_FORGET], e);
}

bool told_aside_age(struct told_aside *t, int64_t now_ms, struct err *e)
{
    t->loose = -1;
    db_bind_int(t->q[TOLD_ASIDE_AGED], 1, now_ms - TOLD_KEPT_MS);
    return db_do(t->q[TOLD_ASIDE_AGED], e);
}

void told_aside_rolled_back(struct told_aside *t)
{
    t->loose = -1;
}
