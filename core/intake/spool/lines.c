/* lines.c - stores lines, how far the bus was heard, and of whom others have spoken. */
#include "intake/spool/lines.h"

#include <string.h>

#include "host/crypto.h"

static const char *const texts[LINES_QUERY_COUNT] = {
    [LINES_PUT] = "insert into opening (word, believed) values (?1, ?2)",
    [LINES_ANY] = "select 1 from opening limit 1",
    [LINES_OURS] = "select 1 from opening where word = ?1",
    [LINES_BELIEVED] = "select word from opening where believed = 1 order by n desc limit ?1",
    [LINES_BELIEVE] = "update opening set believed = 1 where believed in (0, 2)",
    [LINES_BREAK] = "update opening set believed = -1 where believed >= 0",
    [LINES_BREAK_BEFORE] = "update opening set believed = -1 where believed in (0, 1)",
    [LINES_HEARD] = "select next, word from heard_to where partition = ?1",
    [LINES_HEARD_PUT] = "insert or replace into heard_to values (?1, ?2, ?3)",
    [LINES_SPOKEN] = "select 1 from spoken_since where (key = ?1 or key = x'') and n >"
                     " coalesce((select max(n) from opening where word = ?2), 0) limit 1",
    [LINES_SPOKEN_PUT] = "insert or replace into spoken_since"
                         " select ?1, coalesce(min(case when believed = 2 then n end),"
                         " max(n) + 1, 1) from opening",
    [LINES_SPOKEN_ANY] = "select 1 from spoken_since limit 1",
};

/* Whether there is a row. */
static bool has_row(struct db_query *q, bool *row, struct err *e)
{
    *row = false;
    if (!db_step(q, row, e))
        return false;
    if (*row)
        db_reset(q);
    return true;
}

bool lines_read(struct lines *l, struct err *e)
{
    struct db_query *q = l->q[LINES_BELIEVED];
    bool row = !l->in_doubt;
    l->count = 0;
    db_bind_int(q, 1, LINES_BELIEVED_MAX);
    while (row) {
        if (!db_step(q, &row, e))
            return false;
        if (row)
            l->believed[l->count++] = (uint32_t)db_int(q, 0);
    }
    return has_row(l->q[LINES_SPOKEN_ANY], &l->spoken, e);
}

bool lines_open(struct lines *l, struct db *d, uint32_t opening, bool has_taken, struct err *e)
{
    bool any = false;
    *l = (struct lines){ .db = d, .opening = opening, .now = opening, .in_doubt = true };
    for (int i = 0; i < LINES_QUERY_COUNT; i++)
        if (!db_prepare(d, texts[i], &l->q[i], e))
            return false;
    if (!has_row(l->q[LINES_ANY], &any, e))
        return false;
    l->is_old = has_taken && !any;
    return lines_read(l, e);
}

static bool put_line(struct lines *l, uint32_t line, int believed, struct err *e)
{
    db_bind_int(l->q[LINES_PUT], 1, line);
    db_bind_int(l->q[LINES_PUT], 2, believed);
    return db_do(l->q[LINES_PUT], e);
}

bool lines_store(struct lines *l, struct err *e)
{
    if (l->is_stored || l->storing)
        return true;
    l->storing = true;
    return put_line(l, l->now, l->in_doubt ? 2 : 0, e);
}

void lines_stored(struct lines *l, bool committed)
{
    if (l->storing && committed)
        l->is_stored = true;
    l->storing = false;
}

bool lines_believes(const struct lines *l, uint32_t line)
{
    if (line == l->now)
        return true;
    for (size_t i = 0; i < l->count; i++)
        if (l->believed[i] == line)
            return true;
    return false;
}

bool lines_is_ours(struct lines *l, uint32_t opening, bool *ours, struct err *e)
{
    *ours = opening == l->opening;
    if (*ours)
        return true;
    db_bind_int(l->q[LINES_OURS], 1, opening);
    return has_row(l->q[LINES_OURS], ours, e);
}

bool lines_has_spoken(struct lines *l, const uint8_t key[ID_BYTES], uint32_t line, bool *yes,
                      struct err *e)
{
    *yes = false;
    if (!l->spoken)
        return true;
    db_bind_blob(l->q[LINES_SPOKEN], 1, slice_of(key, ID_BYTES));
    db_bind_int(l->q[LINES_SPOKEN], 2, line);
    return has_row(l->q[LINES_SPOKEN], yes, e);
}

bool lines_heard(struct lines *l, int partition, struct heard *out, struct err *e)
{
    struct db_query *q = l->q[LINES_HEARD];
    bool row = false;
    *out = (struct heard){ .next = -1 };
    db_bind_int(q, 1, partition);
    if (!db_step(q, &row, e))
        return false;
    if (!row)
        return true;
    *out = (struct heard){ db_int(q, 0), (uint64_t)db_int(q, 1) };
    db_reset(q);
    return true;
}

bool lines_put_heard(struct lines *l, int partition, const struct heard *to, struct err *e)
{
    db_bind_int(l->q[LINES_HEARD_PUT], 1, partition);
    db_bind_int(l->q[LINES_HEARD_PUT], 2, to->next);
    db_bind_int(l->q[LINES_HEARD_PUT], 3, (int64_t)to->stamp);
    return db_do(l->q[LINES_HEARD_PUT], e);
}

bool lines_put_spoken(struct lines *l, const uint8_t *key, struct err *e)
{
    static const uint8_t nothing[1];
    struct slice anybody = slice_of(nothing, 0); /* x'', which no key is */
    db_bind_blob(l->q[LINES_SPOKEN_PUT], 1, key ? slice_of(key, ID_BYTES) : anybody);
    return db_do(l->q[LINES_SPOKEN_PUT], e);
}

/* A number for a new line. No opening has the highest bit (step/marks.h). */
static uint32_t draw_line(void)
{
    uint32_t line = 0;
    random_bytes((uint8_t *)&line, sizeof line);
    return line | (uint32_t)1 << 31;
}

void lines_doubt(struct lines *l)
{
    if (l->in_doubt)
        return;
    l->now = draw_line();
    l->in_doubt = true;
    l->is_stored = false;
    l->count = 0;
}

bool lines_alone(struct lines *l, struct err *e)
{
    return db_do(l->q[LINES_BELIEVE], e);
}

bool lines_others(struct lines *l, struct err *e)
{
    if (l->in_doubt)
        return db_do(l->q[LINES_BREAK_BEFORE], e) && lines_alone(l, e);
    l->now = draw_line();
    if (!db_do(l->q[LINES_BREAK], e))
        return false;
    return put_line(l, l->now, 1, e);
}
