/* feed_watch.c - what the publisher looks at when idle: the quarantine's age. */
#include "intake/feed.h"

#include <inttypes.h>

#include "base/clock.h"

#define WATCH_MS 60000

static bool let_old_go(struct feed *f, int64_t now_ms, int64_t *oldest_ms, struct err *e)
{
    int64_t before = f->quarantined.let_go;
    if (!feed_begin(f, e))
        return false;
    bool good = quarantine_age(&f->quarantined, now_ms, oldest_ms, e) &&
                told_aside_age(&f->told, now_ms, e);
    for (; good && before < f->quarantined.let_go; before++)
        good = spool_tally(&f->spool, "let go", SLICE("quarantine"), e);
    if (!good) {
        spool_rollback(&f->spool);
        feed_forget(f);
        return false;
    }
    return feed_commit(f, e);
}

void feed_watch_quarantine(struct feed *f)
{
    struct quarantine *s = &f->quarantined;
    int64_t now_ms = f->o.now_ms(), oldest_ms = 0;
    struct err e = { .fate = ERR_NONE };
    if (clock_is_within(now_ms, f->watched_ms, WATCH_MS))
        return;
    f->watched_ms = now_ms;
    pthread_mutex_lock(&f->lock);
    bool good = let_old_go(f, now_ms, &oldest_ms, &e);
    pthread_mutex_unlock(&f->lock);
    if (!good)
        log_err(LOG_WARN, &f->who, &e);
    bool is_old = good && oldest_ms && now_ms - oldest_ms > s->age_ms;
    if (is_old && !s->is_old)
        log_line(
            LOG_ERROR, &f->who, "quarantine.old",
            "messages that their senders count on lie in the quarantine for longer than %" PRId64
            " hours: concordat quarantine SITE list, then again or drop",
            s->age_ms / 3600000);
    s->is_old = good ? is_old : s->is_old;
}
