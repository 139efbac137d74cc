/* spool_answers.c - the answers given in the last 14 days, so that a message sent again gets the
 * same bytes.
 *
 * The answers of a turn are one row: entry after entry of key (16), fate (1), length (4), reply. A
 * dedup key says which row and where in it. */
#include <string.h>

#include "base/cursor.h"
#include "intake/spool/spool.h"

#define LENGTH_BYTES 4
/* Rows looked at in a turn, beside as many as were written since: so that this keeps up. */
#define PRUNE_MOST 4

/* Where an answer is: the value of its dedup key. */
struct place_of_answer {
    int64_t row;
    uint32_t at;
};

static struct recall_value as_value(struct place_of_answer p)
{
    struct recall_value v = { { 0 } };
    memcpy(v.b, &p.row, sizeof p.row);
    memcpy(v.b + sizeof p.row, &p.at, sizeof p.at);
    return v;
}

static struct place_of_answer as_place(const struct recall_value *v)
{
    struct place_of_answer p;
    memcpy(&p.row, v->b, sizeof p.row);
    memcpy(&p.at, v->b + sizeof p.row, sizeof p.at);
    return p;
}

struct entry {
    struct slice key, fate, reply;
};

/* The entry that starts there; false when the row is damaged. */
static bool read_entry(struct cursor *c, struct entry *out)
{
    struct err e = { .fate = ERR_NONE };
    struct slice length;
    uint32_t n = 0;
    if (!cursor_take(c, ID_BYTES, &out->key, &e) || !cursor_take(c, 1, &out->fate, &e) ||
        !cursor_take(c, LENGTH_BYTES, &length, &e))
        return false;
    memcpy(&n, length.p, sizeof n);
    return out->fate.p[0] <= ANSWER_LATER && cursor_take(c, n, &out->reply, &e);
}

static bool give(const struct dedup_key *m, struct slice row, uint32_t at, struct arena *a,
                 struct seen *out, struct err *e)
{
    struct cursor c = cursor_of(slice_from(row, at < row.n ? at : row.n));
    struct entry entry;
    out->again = read_entry(&c, &entry) && slice_equal(entry.key, slice_of(m->key, ID_BYTES));
    if (!out->again)
        return true;
    out->fate = (enum answer_fate)entry.fate.p[0];
    out->reply = arena_copy(a, entry.reply);
    return out->reply.p ? true : err_memory(e);
}

bool spool_seen(struct spool *s, const struct dedup_key *m, int64_t now_ms, struct arena *a,
                struct seen *out, struct err *e)
{
    *out = (struct seen){ .again = false };
    struct recall_value v;
    bool found = false, row = false, good = true;
    if (!recall_get(&s->recall, RECALL_DEDUP, m->key, &v, &found, e))
        return false;
    if (!found)
        return !m->has_id || recall_has_prefix(&s->recall, m->key, &out->other_body, e);
    struct place_of_answer p = as_place(&v);
    if (s->answers.n > 0 && p.row == s->answers_row)
        return give(m, buf_slice(&s->answers), p.at, a, out, e);
    struct db_query *q = s->q[SPOOL_ANSWER_ONE];
    db_bind_int(q, 1, p.row);
    if (!db_step(q, &row, e) || !row)
        return e->fate == ERR_NONE;
    if (now_ms - db_int(q, 0) <= DEDUP_KEPT_MS)
        good = give(m, db_blob(q, 1), p.at, a, out, e);
    db_reset(q);
    return good;
}

bool spool_remember(struct spool *s, const struct dedup_key *m, int64_t now_ms,
                    const struct answer *given, struct err *e)
{
    if (s->answers.n == 0) {
        s->answers_row = (int64_t)s->turn.counts.taken;
        s->answers_ms = now_ms;
    }
    struct recall_value v =
        as_value((struct place_of_answer){ s->answers_row, (uint32_t)s->answers.n });
    uint32_t n = (uint32_t)given->reply.n;
    buf_put(&s->answers, slice_of(m->key, ID_BYTES));
    buf_byte(&s->answers, (uint8_t)given->fate);
    buf_put(&s->answers, slice_of(&n, sizeof n));
    buf_put(&s->answers, given->reply);
    if (!buf_done(&s->answers, e) || !recall_put(&s->recall, RECALL_DEDUP, m->key, &v, e))
        return false;
    return s->answers.n < SPOOL_ROW_BYTES || spool_put_answers(s, e);
}

bool spool_put_answers(struct spool *s, struct err *e)
{
    if (s->answers.n == 0)
        return true;
    struct db_query *q = s->q[SPOOL_ANSWERS];
    db_bind_int(q, 1, s->answers_row);
    db_bind_int(q, 2, s->answers_ms);
    db_bind_blob(q, 3, buf_slice(&s->answers));
    bool good = db_do(q, e);
    s->answers_turn += (int64_t)s->answers.n;
    s->answers_rows++;
    buf_reset(&s->answers);
    if (s->answers_ms < s->oldest_answer_ms)
        s->oldest_answer_ms = s->answers_ms;
    return good;
}

/* Forgets the dedup keys of a row. Of one that still waits to be merged the row's number is enough:
 * it will be passed over. */
static bool drop_dedup_keys(struct spool *s, int64_t row, struct slice all, struct err *e)
{
    struct cursor c = cursor_of(all);
    struct entry entry;
    for (uint32_t at = 0; read_entry(&c, &entry); at = (uint32_t)c.at) {
        struct recall_value v = as_value((struct place_of_answer){ row, at });
        if (!recall_drop(&s->recall, RECALL_DEDUP, entry.key.p, &v, e))
            return false;
    }
    s->recall.pruned = row;
    return true;
}

/* A message whose answer went before its age is taken as new: its events have the ids that they
 * had, so whoever took them knows them. */
static bool is_over(const struct spool *s, int64_t now_ms)
{
    return now_ms - s->oldest_answer_ms > DEDUP_KEPT_MS ||
           (s->answers_max_bytes && s->answers_bytes + s->answers_turn > s->answers_max_bytes);
}

/* *more: the oldest row was old, or one too many, and is gone. */
static bool prune_one(struct spool *s, int64_t now_ms, bool *more, struct err *e)
{
    struct db_query *q = s->q[SPOOL_OLDEST_ANSWERS], *drop = s->q[SPOOL_DROP_ANSWERS];
    bool row = false;
    *more = false;
    if (!db_step(q, &row, e))
        return false;
    s->oldest_answer_ms = row ? db_int(q, 1) : INT64_MAX;
    if (!row)
        return true;
    int64_t n = db_int(q, 0);
    *more = is_over(s, now_ms);
    int64_t bytes = (int64_t)db_blob(q, 2).n;
    bool good = !*more || drop_dedup_keys(s, n, db_blob(q, 2), e);
    db_reset(q);
    if (!good || !*more)
        return good;
    s->answers_turn -= bytes;
    db_bind_int(drop, 1, n);
    return db_do(drop, e);
}

bool spool_prune(struct spool *s, int64_t now_ms, struct err *e)
{
    if (s->oldest_answer_ms == INT64_MAX || !is_over(s, now_ms))
        return true;
    bool more = true;
    int64_t most = PRUNE_MOST + s->answers_rows;
    s->answers_rows = 0;
    for (int64_t i = 0; i < most && more; i++)
        if (!prune_one(s, now_ms, &more, e))
            return false;
    return true;
}
