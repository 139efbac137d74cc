/* doubts.c - see doubts.h. */
#include "intake/spool/doubts.h"

#include <string.h>

#include "intake/spool/queued.h"

#define ROWS_MOST 64 /* in one turn */
#define LINE_BYTES 4
#define RECORDS_MAX ((size_t)256 * 1024 * 1024)

static void put(struct buf *out, enum queued_topic topic, const uint8_t key[ID_BYTES],
                struct slice value)
{
    struct queued q = { .topic = topic };
    memcpy(q.key, key, ID_BYTES);
    size_t begun = queued_begin(out, &q);
    buf_put(out, value);
    queued_end(out, begun);
}

void doubts_put_if(struct buf *out, const uint8_t local[ID_BYTES], uint32_t line)
{
    uint8_t value[LINE_BYTES];
    for (size_t i = 0; i < sizeof value; i++)
        value[i] = (uint8_t)(line >> (8 * i));
    put(out, QUEUED_IF, local, slice_of(value, sizeof value));
}

void doubts_put_end(struct buf *out, bool is_told)
{
    static const uint8_t nobody[ID_BYTES];
    const uint8_t value = is_told;
    put(out, QUEUED_END, nobody, slice_of(&value, 1));
}

void doubts_note(struct spool *s)
{
    s->has_doubts = true;
}

/* A row that is being settled. */
struct settling {
    struct spool *s;
    int64_t n;
    struct slice all; /* as it waited */
    struct buf left;  /* what is told of it */
    uint64_t events;  /* of these, those that waited; of the message, then of the row */
    uint64_t row_events, row_messages;
};

static bool damaged(size_t at, struct err *e)
{
    return err_set(e, ERR_FATAL, "spool.damaged", at,
                   "cannot read a spooled record: its bytes are damaged");
}

/* Whether another spool has spoken of whoever the record is about. */
static bool is_spoken_of(struct spool *s, const struct queued *condition,
                         const struct queued *record, bool *yes, struct err *e)
{
    static const uint8_t nobody[ID_BYTES];
    uint32_t line = 0;
    for (size_t i = 0; i < LINE_BYTES; i++)
        line |= (uint32_t)condition->value.p[i] << (8 * i);
    if (!lines_has_spoken(&s->lines, record->key, line, yes, e) || *yes)
        return e->fate == ERR_NONE;
    return memcmp(condition->key, nobody, ID_BYTES) == 0 ||
           lines_has_spoken(&s->lines, condition->key, line, yes, e);
}

/* The condition at *at, and the record behind it. */
static bool settle_record(struct settling *t, const struct queued *condition, size_t *at,
                          struct err *e)
{
    const size_t from = *at;
    struct queued record;
    bool is_told = false;
    if (condition->value.n != LINE_BYTES || !queued_next(t->all, at, &record, e))
        return e->fate == ERR_NONE ? damaged(from, e) : false;
    if (!is_spoken_of(t->s, condition, &record, &is_told, e))
        return false;
    t->events += is_told;
    if (is_told)
        buf_put(&t->left, slice_of(t->all.p + from, *at - from));
    return true;
}

/* A message that had nothing else to tell is one that was published, if any of it is told. */
static void end_message(struct settling *t, bool was_told)
{
    t->row_messages += !was_told && t->events > 0;
    t->row_events += t->events;
    t->events = 0;
}

static bool settle_records(struct settling *t, struct err *e)
{
    struct queued q;
    size_t from = 0;
    for (size_t at = 0; queued_next(t->all, &at, &q, e); from = at) {
        if (q.topic == QUEUED_IF) {
            if (!settle_record(t, &q, &at, e))
                return false;
        } else if (q.topic == QUEUED_END) {
            end_message(t, q.value.n == 1 && q.value.p[0]);
        } else {
            buf_put(&t->left, slice_of(t->all.p + from, at - from));
        }
    }
    return e->fate == ERR_NONE && buf_done(&t->left, e);
}

/* A row of which nothing is told goes, with its bytes. */
static bool write_row(struct settling *t, int64_t raw_bytes, struct err *e)
{
    struct spool *s = t->s;
    struct db_query *q = s->q[t->left.n > 0 ? SPOOL_DOUBT_SETTLE : SPOOL_DOUBT_EMPTY];
    struct feed_counts *c = &s->turn.counts;
    db_bind_int(q, 1, t->n);
    if (t->left.n > 0) {
        db_bind_blob(q, 2, buf_slice(&t->left));
        db_bind_int(q, 3, (int64_t)t->row_messages);
    }
    s->turn_bytes -= (int64_t)(t->all.n - t->left.n) + (t->left.n > 0 ? 0 : raw_bytes);
    c->events += t->row_events;
    c->published += t->row_messages;
    c->unchanged -= t->row_messages;
    return db_do(q, e);
}

static bool settle_row(struct spool *s, int64_t n, struct err *e)
{
    struct db_query *q = s->q[SPOOL_DOUBT_ROW];
    struct settling t = { .s = s, .n = n };
    bool row = false;
    db_bind_int(q, 1, n);
    if (!db_step(q, &row, e) || !row)
        return e->fate == ERR_NONE;
    buf_init(&t.left, RECORDS_MAX);
    t.all = db_blob(q, 0);
    bool good = settle_records(&t, e) && write_row(&t, db_int(q, 1), e);
    db_reset(q);
    buf_release(&t.left);
    return good;
}

bool doubts_settle(struct spool *s, bool *more, struct err *e)
{
    struct db_query *first = s->q[SPOOL_DOUBT_FIRST], *end = s->q[SPOOL_DOUBT_END];
    *more = true;
    for (int i = 0; i < ROWS_MOST && *more; i++) {
        if (!db_step(first, more, e))
            return false;
        if (!*more)
            return true;
        int64_t n = db_int(first, 0);
        db_reset(first);
        db_bind_int(end, 1, n);
        if (!settle_row(s, n, e) || !db_do(end, e))
            return false;
    }
    return true;
}
