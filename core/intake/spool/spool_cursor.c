/* spool_cursor.c - where the transport goes on: one row, written in the turn that brought what it
 * stands behind. */
#include "intake/spool/spool.h"

bool spool_put_cursor(struct spool *s, struct slice cursor, struct err *e)
{
    struct db_query *q = s->q[SPOOL_CURSOR];
    if (cursor.n > CURSOR_MAX)
        return err_set(e, ERR_FATAL, "spool.cursor", cursor.n,
                       "cannot keep where the transport goes on: over %d bytes", CURSOR_MAX);
    db_bind_blob(q, 1, cursor);
    return db_do(q, e);
}

/* What is longer than may be is of no program of ours, and no cursor. */
bool spool_read_cursor(struct spool *s, struct err *e)
{
    struct db_query *q = NULL;
    bool row = false;
    s->cursor_bytes = 0;
    if (!db_prepare(s->db, "select bytes from cursor", &q, e) || !db_step(q, &row, e))
        return false;
    if (!row)
        return true;
    struct slice kept = db_blob(q, 0);
    if (kept.n > 0 && kept.n <= CURSOR_MAX) {
        memcpy(s->cursor, kept.p, kept.n);
        s->cursor_bytes = kept.n;
    }
    db_reset(q);
    return true;
}
