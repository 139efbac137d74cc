/* spool_fetch.c - why the transport cannot fetch: one row while it lasts. */
#include "intake/spool/spool.h"

#include <stdio.h>

bool spool_put_fetch(struct spool *s, const struct spool_fetch *f, struct err *e)
{
    struct db_query *q = s->q[SPOOL_FETCH];
    if (f->tries == 0)
        return db_run(s->db, "delete from fetch", e);
    db_bind_int(q, 1, f->since_ms);
    db_bind_int(q, 2, (int64_t)f->tries);
    db_bind_int(q, 3, f->again_ms);
    db_bind_text(q, 4, slice_text(f->code));
    return db_do(q, e);
}

/* A file of an older program has no such table until a feed opens it. */
bool spool_read_fetch(struct db *d, struct spool_fetch *out, struct err *e)
{
    struct db_query *q = NULL;
    bool row = false;
    *out = (struct spool_fetch){ .tries = 0 };
    if (!db_has_table(d, "fetch", &row, e))
        return false;
    if (!row)
        return true;
    if (!db_prepare(d, "select since, tries, again, code from fetch", &q, e) ||
        !db_step(q, &row, e))
        return false;
    if (!row)
        return true;
    struct slice code = db_blob(q, 3);
    out->since_ms = db_int(q, 0);
    out->tries = (uint64_t)db_int(q, 1);
    out->again_ms = db_int(q, 2);
    (void)snprintf(out->code, sizeof out->code, "%.*s", (int)code.n, (const char *)code.p);
    db_reset(q);
    return true;
}
