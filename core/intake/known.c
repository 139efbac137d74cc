/* known.c - what a feed has seen before: messages sent again, changes, links of local ids. */
#include <string.h>

#include "intake/spool.h"

#define PREFIX_BYTES 8

void mark_of(struct slice id, const uint8_t body[HASH_BYTES], struct mark *out)
{
    out->has_id = !slice_is_empty(id);
    memcpy(out->key, body, ID_BYTES);
    if (!out->has_id)
        return;
    uint8_t hash[HASH_BYTES];
    sha256(id, hash);
    memcpy(out->key, hash, PREFIX_BYTES);
    memcpy(out->key + PREFIX_BYTES, body, ID_BYTES - PREFIX_BYTES);
}

/* The number of the mark with exactly that key; 0 when there is none. */
static bool find_exact(struct spool *s, const struct mark *m, int64_t *n, struct err *e)
{
    struct db_query *q = s->q[SPOOL_MARK_ONE];
    bool row = false;
    db_bind_blob(q, 1, slice_of(m->key, ID_BYTES));
    if (!db_step(q, &row, e))
        return false;
    *n = row ? db_int(q, 1) : 0;
    if (row)
        db_reset(q);
    return true;
}

/* One seek answers both questions of a message with an id: an exact mark, and any of that id. An id
 * that has very many bodies (a broken sender) costs a second seek, never a long walk. */
static bool find_by_id(struct spool *s, const struct mark *m, int64_t *n, bool *other,
                       struct err *e)
{
    struct db_query *q = s->q[SPOOL_MARKS_OF_ID];
    uint8_t low[ID_BYTES] = { 0 }, high[ID_BYTES];
    memcpy(low, m->key, PREFIX_BYTES);
    memset(high, 0xff, sizeof high);
    memcpy(high, m->key, PREFIX_BYTES);
    db_bind_blob(q, 1, slice_of(low, sizeof low));
    db_bind_blob(q, 2, slice_of(high, sizeof high));
    int rows = 0;
    bool row = false;
    *n = 0;
    while (db_step(q, &row, e) && row) {
        rows++;
        if (slice_equal(db_blob(q, 0), slice_of(m->key, ID_BYTES))) {
            *n = db_int(q, 1);
            db_reset(q);
            return true;
        }
    }
    *other = rows > 0;
    if (e->fate != ERR_NONE)
        return false;
    return rows < 8 || find_exact(s, m, n, e);
}

bool spool_seen(struct spool *s, const struct mark *m, int64_t now_ms, struct arena *a,
                struct seen *out, struct err *e)
{
    *out = (struct seen){ .again = false };
    int64_t n = 0;
    if (m->has_id ? !find_by_id(s, m, &n, &out->other_body, e) : !find_exact(s, m, &n, e))
        return false;
    if (n == 0)
        return true;
    struct db_query *q = s->q[SPOOL_ANSWER_ONE];
    bool row = false;
    db_bind_int(q, 1, n);
    if (!db_step(q, &row, e) || !row)
        return e->fate == ERR_NONE;
    out->again = now_ms - db_int(q, 0) <= MARK_KEPT_MS;
    out->fate = (enum answer_fate)db_int(q, 1);
    out->reply = arena_copy(a, db_blob(q, 2));
    db_reset(q);
    return out->reply.p ? true : err_memory(e);
}

bool spool_remember(struct spool *s, const struct mark *m, int64_t now_ms,
                    const struct answer *given, struct err *e)
{
    struct slice key = slice_of(m->key, ID_BYTES);
    struct db_query *q = s->q[SPOOL_MARK];
    db_bind_blob(q, 1, key);
    db_bind_int(q, 2, (int64_t)s->turn.counts.taken);
    if (!db_do(q, e))
        return false;
    q = s->q[SPOOL_ANSWER];
    db_bind_int(q, 1, (int64_t)s->turn.counts.taken);
    db_bind_int(q, 2, now_ms);
    db_bind_blob(q, 3, key);
    db_bind_int(q, 4, given->fate);
    db_bind_blob(q, 5, given->reply);
    if (now_ms < s->oldest_answer_ms)
        s->oldest_answer_ms = now_ms;
    return db_do(q, e);
}

struct old_answer {
    int64_t n, at;
    uint8_t key[ID_BYTES];
};

static bool drop(struct spool *s, const struct old_answer *o, struct err *e)
{
    struct db_query *answer = s->q[SPOOL_DROP_ANSWER], *mark = s->q[SPOOL_DROP_MARK];
    db_bind_int(answer, 1, o->n);
    db_bind_blob(mark, 1, slice_of(o->key, ID_BYTES));
    db_bind_int(mark, 2, o->n);
    return db_do(answer, e) && db_do(mark, e);
}

bool spool_prune(struct spool *s, int64_t now_ms, struct err *e)
{
    if (s->oldest_answer_ms == INT64_MAX || now_ms - s->oldest_answer_ms <= MARK_KEPT_MS)
        return true;
    struct old_answer old[32];
    size_t n = 0, dropped = 0;
    struct db_query *q = s->q[SPOOL_OLD_ANSWERS];
    bool row = false;
    while (n < 32 && db_step(q, &row, e) && row) {
        struct slice key = db_blob(q, 2);
        old[n] = (struct old_answer){ .n = db_int(q, 0), .at = db_int(q, 1) };
        memcpy(old[n++].key, key.p, key.n < ID_BYTES ? key.n : ID_BYTES);
    }
    if (row)
        db_reset(q);
    if (e->fate != ERR_NONE)
        return false;
    while (dropped < n && now_ms - old[dropped].at > MARK_KEPT_MS)
        if (!drop(s, &old[dropped++], e))
            return false;
    /* When all of these were old there may be more: look again at the next turn. */
    s->oldest_answer_ms = dropped < n ? old[dropped].at : n < 32 ? INT64_MAX : old[n - 1].at;
    return true;
}

bool spool_change_get(struct spool *s, struct change *c, bool *changed, struct err *e)
{
    struct db_query *q = s->q[SPOOL_CHANGED_GET];
    bool row = false;
    db_bind_blob(q, 1, slice_of(c->key, ID_BYTES));
    if (!db_step(q, &row, e))
        return false;
    *changed = !row || !slice_equal(db_blob(q, 0), slice_of(c->of, ID_BYTES));
    c->generation = row ? db_int(q, 1) : 0;
    if (row)
        db_reset(q);
    return true;
}

bool spool_change_put(struct spool *s, const struct change *c, struct err *e)
{
    struct db_query *q = s->q[SPOOL_CHANGED_PUT];
    db_bind_blob(q, 1, slice_of(c->key, ID_BYTES));
    db_bind_blob(q, 2, slice_of(c->of, ID_BYTES));
    db_bind_int(q, 3, c->generation);
    return db_do(q, e);
}

void link_key(struct slice agency, struct slice local_id, uint8_t out[ID_BYTES])
{
    const struct slice parts[] = { agency, SLICE("\0"), local_id };
    uint8_t hash[HASH_BYTES];
    sha256_parts(parts, 3, hash);
    memcpy(out, hash, ID_BYTES);
}

static void copy_text(struct slice s, char *out, size_t room)
{
    struct slice head = slice_head(s, room - 1);
    if (head.n)
        memcpy(out, head.p, head.n);
    out[head.n] = '\0';
}

bool spool_link_get(struct spool *s, const uint8_t local[ID_BYTES], struct link *out, bool *found,
                    struct err *e)
{
    struct db_query *q = s->q[SPOOL_LINK_GET];
    bool row = false;
    *found = false;
    db_bind_blob(q, 1, slice_of(local, ID_BYTES));
    if (!db_step(q, &row, e))
        return false;
    if (!row)
        return true;
    struct slice subject = db_blob(q, 1);
    *found = subject.n == ID_BYTES;
    *out = (struct link){ .kind = (enum link_kind)db_int(q, 0),
                          .route = (int)db_int(q, 2),
                          .own = db_int(q, 4) != 0 };
    memcpy(out->local, local, ID_BYTES);
    if (*found)
        memcpy(out->subject, subject.p, ID_BYTES);
    copy_text(db_blob(q, 3), out->reference_of, sizeof out->reference_of);
    db_reset(q);
    return true;
}

bool spool_link_put(struct spool *s, const struct link *l, struct err *e)
{
    struct db_query *q = s->q[SPOOL_LINK_PUT];
    db_bind_blob(q, 1, slice_of(l->local, ID_BYTES));
    db_bind_int(q, 2, l->kind);
    db_bind_blob(q, 3, slice_of(l->subject, ID_BYTES));
    db_bind_int(q, 4, l->route);
    db_bind_text(q, 5, slice_text(l->reference_of));
    db_bind_int(q, 6, l->own);
    return db_do(q, e);
}
