/* spool_kept.c - what the bus has confirmed stays in the file for a while: a bus that was restored
 * from a backup, or a topic that was lost, gets it again. */
#include "intake/spool/spool.h"

#define END_BYTES 18 /* partition, next, word */
#define TOLD_MS ((int64_t)30 * 24 * 3600 * 1000)
#define NOTED_MS ((int64_t)10 * 60 * 1000)
#define DROPS_MOST 256 /* in one turn */

static void put(struct buf *out, uint64_t n, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        buf_byte(out, (uint8_t)(n >> (8 * i)));
}

static uint64_t number(const uint8_t *p, size_t bytes)
{
    uint64_t n = 0;
    for (size_t i = 0; i < bytes; i++)
        n |= (uint64_t)p[i] << (8 * i);
    return n;
}

static bool size_of(struct spool *s, int64_t after, int64_t upto, int64_t *out, struct err *e)
{
    struct db_query *q = s->q[SPOOL_SIZES];
    db_bind_int(q, 1, after);
    db_bind_int(q, 2, upto);
    return db_first_int(q, out, e);
}

bool spool_sent(struct spool *s, int64_t n, int64_t now_ms, const struct lane_end *ends,
                size_t count, struct err *e)
{
    struct db_query *q = s->q[SPOOL_SENT];
    struct buf b;
    int64_t bytes = 0;
    buf_init(&b, count * END_BYTES + 1);
    for (size_t i = 0; i < count; i++) {
        put(&b, (uint64_t)ends[i].partition, 2);
        put(&b, (uint64_t)ends[i].end.next, 8);
        put(&b, ends[i].end.stamp, 8);
    }
    bool good = buf_done(&b, e) && size_of(s, s->sent, n, &bytes, e);
    if (good) {
        db_bind_int(q, 1, n);
        db_bind_int(q, 2, now_ms);
        db_bind_int(q, 3, bytes);
        db_bind_blob(q, 4, buf_slice(&b));
        good = db_do(q, e);
    }
    buf_release(&b);
    if (good) {
        s->sent = n;
        s->kept_bytes += bytes;
    }
    return good;
}

/* Of those let go the last stays, and one in ten minutes for a month, to tell a gap by. */
static bool let_go(struct spool *s, int64_t n, int64_t at_ms, struct err *e)
{
    bool is_noted = s->dropped_ms - s->noted_ms >= NOTED_MS || s->dropped_ms == s->noted_ms;
    if (is_noted)
        s->noted_ms = s->dropped_ms;
    db_bind_int(s->q[SPOOL_SENT_DELETE], 1, is_noted ? 0 : s->dropped);
    db_bind_int(s->q[SPOOL_SENT_DROP], 1, n);
    db_bind_int(s->q[SPOOL_SENT_AGED], 1, at_ms - TOLD_MS);
    s->dropped = n;
    s->dropped_ms = at_ms;
    return db_do(s->q[SPOOL_SENT_DELETE], e) && db_do(s->q[SPOOL_SENT_DROP], e) &&
           db_do(s->q[SPOOL_SENT_AGED], e);
}

bool spool_drop(struct spool *s, int64_t before_ms, int64_t max_bytes, struct err *e)
{
    struct db_query *oldest = s->q[SPOOL_SENT_OLDEST];
    for (int i = 0; i < DROPS_MOST; i++) {
        bool row = false;
        db_bind_int(oldest, 1, s->dropped);
        if (!db_step(oldest, &row, e) || !row)
            return e->fate == ERR_NONE;
        int64_t n = db_int(oldest, 0), at = db_int(oldest, 1), bytes = db_int(oldest, 2);
        db_reset(oldest);
        if (at >= before_ms && s->waiting_bytes + s->kept_bytes <= max_bytes)
            return true;
        if (!let_go(s, n, at, e))
            return false;
        s->kept_bytes -= bytes;
    }
    return true;
}

bool spool_sent_before(struct spool *s, int64_t before, struct sent_note *out, bool *found,
                       struct err *e)
{
    struct db_query *q = s->q[SPOOL_SENT_BEFORE];
    db_bind_int(q, 1, before);
    if (!db_step(q, found, e) || !*found)
        return e->fate == ERR_NONE;
    struct slice all = db_blob(q, 1);
    out->n = db_int(q, 0);
    out->count = all.n / END_BYTES;
    if (out->count > sizeof out->ends / sizeof out->ends[0])
        out->count = 0;
    for (size_t i = 0; i < out->count; i++) {
        const uint8_t *p = all.p + i * END_BYTES;
        out->ends[i] =
            (struct lane_end){ (int)number(p, 2),
                               { .next = (int64_t)number(p + 2, 8), .stamp = number(p + 10, 8) } };
    }
    db_reset(q);
    return true;
}

static bool cut(struct spool *s, int64_t n, int64_t now_ms, int64_t *first, int64_t *last,
                struct err *e)
{
    struct db_query *gap = s->q[SPOOL_GAP];
    db_bind_int(s->q[SPOOL_SENT_CUT], 1, n);
    if (!db_do(s->q[SPOOL_SENT_CUT], e))
        return false;
    *first = n < s->dropped ? n + 1 : 0;
    *last = n < s->dropped ? s->dropped : 0;
    if (*first == 0)
        return true;
    db_bind_int(gap, 1, *first);
    db_bind_int(gap, 2, *last);
    db_bind_int(gap, 3, now_ms);
    return db_do(gap, e);
}

bool spool_go_back(struct spool *s, int64_t n, int64_t now_ms, int64_t *first, int64_t *last,
                   struct err *e)
{
    int64_t kept_from = n > s->dropped ? n : s->dropped, again = 0;
    if (!spool_begin(s, e) || !cut(s, n, now_ms, first, last, e) ||
        !size_of(s, kept_from, s->sent, &again, e)) {
        spool_rollback(s);
        return false;
    }
    if (!spool_commit(s, e))
        return false;
    s->waiting_bytes += again;
    s->kept_bytes -= again;
    s->sent = kept_from;
    return true;
}
