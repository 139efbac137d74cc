/* feed_turn.c - the transaction that taking and publishing share. */
#include "intake/feed.h"

bool feed_begin(struct feed *f, struct err *e)
{
    if (!spool_begin(&f->spool, e))
        return false;
    f->spool.turn.counts.refused_later += f->later;
    if (words_note(&f->words, e))
        return true;
    spool_rollback(&f->spool);
    feed_forget(f);
    return false;
}

bool feed_commit(struct feed *f, struct err *e)
{
    if (!spool_commit(&f->spool, e))
        return false;
    f->later = 0;
    return true;
}

void feed_forget(struct feed *f)
{
    quarantine_forget(&f->quarantined);
    told_aside_rolled_back(&f->told);
    words_forget(&f->words);
}
