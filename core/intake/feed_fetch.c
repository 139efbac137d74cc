/* feed_fetch.c - a transport that cannot fetch: said in the log at first, when its reason changes,
 * once an hour while it lasts, and when it is over; kept in the spool, where `status` and metrics
 * read it, also when nothing runs. */
#include "intake/feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define SAY_AGAIN_NS ((int64_t)3600 * 1000 * 1000000)

/* What cannot be kept is in the log. */
static void keep_fetch(struct feed *f)
{
    struct err e = { .fate = ERR_NONE };
    pthread_mutex_lock(&f->lock);
    bool good = spool_put_fetch(&f->spool, &f->fetching.last, &e);
    pthread_mutex_unlock(&f->lock);
    if (!good)
        log_err(LOG_WARN, &f->who, &e);
}

static void say_cannot_fetch(struct feed *f, const struct err *why, bool is_news)
{
    int64_t now_ns = clock_mono_ns();
    if (!is_news && now_ns - f->fetching.said_ns < SAY_AGAIN_NS)
        return;
    log_err(why->fate == ERR_RETRY ? LOG_WARN : LOG_ERROR, &f->who, why);
    f->fetching.said_ns = now_ns;
}

static void note_trouble(struct feed *f, const struct err *why, int64_t again_ms)
{
    struct spool_fetch *last = &f->fetching.last;
    int64_t now_ms = f->o.now_ms();
    bool is_news = f->fetching.said_ns == 0 || strcmp(last->code, why->code) != 0;
    if (last->tries == 0)
        last->since_ms = now_ms;
    last->tries++;
    last->again_ms = now_ms + again_ms;
    (void)snprintf(last->code, sizeof last->code, "%s", why->code);
    say_cannot_fetch(f, why, is_news);
    keep_fetch(f);
}

static void note_end(struct feed *f)
{
    const struct spool_fetch *was = &f->fetching.last;
    if (was->tries == 0)
        return;
    log_line(LOG_INFO, &f->who, "intake.fetches",
             "it fetches again after %" PRId64 " seconds and %" PRIu64 " tries in vain, last %s",
             (f->o.now_ms() - was->since_ms) / 1000, was->tries, was->code);
    f->fetching = (struct fetching){ .said_ns = 0 };
    keep_fetch(f);
}

void feed_fetched(void *ctx, const struct err *why, int64_t again_ms)
{
    struct feed *f = ctx;
    if (why)
        note_trouble(f, why, again_ms);
    else
        note_end(f);
}

/* Of a feed that had another transport nobody would ever say that it is over. */
bool feed_fetch_open(struct feed *f, struct err *e)
{
    struct spool_fetch none = { .tries = 0 };
    f->fetching = (struct fetching){ .said_ns = 0 };
    if (!spool_read_fetch(f->spool.db, &f->fetching.last, e))
        return false;
    if (f->o.fetches || f->fetching.last.tries == 0)
        return true;
    f->fetching.last = none;
    return spool_put_fetch(&f->spool, &none, e);
}
