/* feed_keep.c - the transaction of a turn: begun with its first message, kept with where the
 * transport goes on, or rolled back. */
#include "intake/feed.h"

#include <string.h>

#include "base/wait.h"

/* Messages that one turn deletes at most, so that no turn waits for a long delete. */
#define FORGET_MOST 96
/* How long a turn waits for the publisher to hear others. That mostly takes milliseconds. */
#define HEAR_MS 2000

static int64_t may_forget(const struct feed *f)
{
    int64_t most = f->publisher.forgotten + FORGET_MOST;
    return most < f->spool.dropped ? most : f->spool.dropped;
}

/* Waits at the start until the publisher has heard others: what the spool remembers may not be the
 * last word. */
static void wait_to_hear(struct feed *f)
{
    int64_t end_ns = wait_end_ns(HEAR_MS);
    while (f->publisher.hears && !atomic_load(&f->stopping) &&
           wait_until(&f->publisher.drained, &f->lock, end_ns))
        ;
    f->publisher.hears = false;
}

bool feed_keep_begin(struct feed *f)
{
    struct turn *t = &f->turn;
    struct err *e = &t->failed;
    pthread_mutex_lock(&f->lock);
    t->open = true;
    if (f->publisher.hears)
        wait_to_hear(f);
    if (f->spool.waiting_bytes > f->o.spool_max_bytes)
        return err_set(
            e, ERR_RETRY, "spool.full", 0,
            "the spool is full (spool_max): it empties when the bus takes what it holds");
    if (!feed_begin(f, e) || !spool_prune(&f->spool, t->now_ms, e))
        return false;
    const int64_t upto = may_forget(f);
    return upto <= f->publisher.forgotten || spool_forget(&f->spool, upto, e);
}

/* Where the transport goes on behind what this transaction keeps; empty: where it was. */
static struct slice next_cursor(struct turn *t)
{
    struct slice cursor = slice_of(NULL, 0);
    if (!t->in || t->is_held)
        return cursor;
    size_t passed = answers_passed(t->out, t->arrivals);
    t->is_held = passed < t->arrivals;
    for (size_t i = 0; i < passed; i++)
        if (t->in[i].cursor.n > 0)
            cursor = t->in[i].cursor;
    return cursor;
}

bool feed_keep_cursor(struct feed *f, struct slice cursor)
{
    struct turn *t = &f->turn;
    if (cursor.n == 0)
        return true;
    if (!t->open && !feed_keep_begin(f))
        return false;
    return spool_put_cursor(&f->spool, cursor, &t->failed);
}

bool feed_keep(struct feed *f)
{
    struct turn *t = &f->turn;
    struct publisher *p = &f->publisher;
    if (!feed_keep_cursor(f, next_cursor(t)))
        return false;
    if (!t->open)
        return true;
    if (!feed_commit(f, &t->failed))
        return false;
    if (p->forgotten < may_forget(f))
        p->forgotten = may_forget(f);
    publisher_committed(f);
    return true;
}

/* Notes on disk that there is no room for a word, which is an alarm. The turn that failed for it
 * was rolled back, so this is a commit of its own. */
static void note_words_full(struct feed *f)
{
    struct err ignored = { .fate = ERR_NONE };
    if (!f->words.is_full || strcmp(f->turn.failed.code, WORDS_FULL) != 0)
        return;
    if (!feed_begin(f, &ignored))
        return;
    if (!feed_commit(f, &ignored))
        feed_forget(f);
}

void feed_keep_nothing(struct feed *f, size_t later)
{
    struct turn *t = &f->turn;
    if (!t->open)
        return;
    spool_rollback(&f->spool);
    feed_forget(f);
    f->later += later;
    note_words_full(f);
    pthread_mutex_unlock(&f->lock);
    t->open = false;
}
