/* publisher_ends.c - tells on quarantine.<agency> what has gone from the quarantine. The
 * publisher's thread. */
#include "intake/feed.h"

#define ENDS_AT_ONCE 64
#define ENDS_BYTES_MAX ((size_t)1024 * 1024)

/* The first ends, queued, and which they are. Lock held. */
static bool read_ends(struct feed *f, struct notice *list, size_t *count, struct buf *out,
                      struct err *e)
{
    struct noticed *s = &f->quarantined.noticed;
    bool some = s->has_ends;
    for (*count = 0; some && *count < ENDS_AT_ONCE;) {
        struct notice *x = &list[*count];
        if (!noticed_next_end(s, *count ? x - 1 : NULL, x, &some, e))
            return false;
        const struct notice_of end = { NOTICE_ENDED, 0, x->n, x->at_ms };
        if (some)
            feed_put_notice(f, &end, out);
        *count += some;
    }
    return buf_done(out, e);
}

/* Lock held. */
static bool write_told(struct feed *f, const struct notice *list, size_t count, struct err *e)
{
    bool good = feed_begin(f, e);
    for (size_t i = 0; good && i < count; i++)
        good = noticed_told(&f->quarantined.noticed, &list[i], e);
    if (good && feed_commit(f, e))
        return true;
    spool_rollback(&f->spool);
    feed_forget(f);
    return false;
}

/* After a crash in between they are told twice, which changes nothing. */
static bool tell_some(struct feed *f, struct arena *a, size_t *count, struct buf *queued,
                      struct err *e)
{
    struct notice list[ENDS_AT_ONCE];
    buf_reset(queued);
    pthread_mutex_lock(&f->lock);
    bool good = read_ends(f, list, count, queued, e);
    pthread_mutex_unlock(&f->lock);
    if (!good || *count == 0)
        return good;
    if (!feed_publish(f, a, buf_slice(queued), e))
        return false;
    pthread_mutex_lock(&f->lock);
    good = write_told(f, list, *count, e);
    pthread_mutex_unlock(&f->lock);
    return good;
}

bool publisher_tell_ends(struct feed *f, struct arena *a, struct err *e)
{
    size_t count = ENDS_AT_ONCE;
    struct buf queued;
    bool good = true;
    buf_init(&queued, ENDS_BYTES_MAX);
    while (good && count == ENDS_AT_ONCE)
        good = tell_some(f, a, &count, &queued, e);
    buf_release(&queued);
    return good;
}
