/* pager.c - calls somebody: holds past their deadline, said again each hour while they wait.
 *
 * A thread of the process that runs the router. It follows the audit, so that it knows what waits
 * without asking anybody. Reasons are shown as everybody may see them. */
#include "cli/cli.h"

#include <pthread.h>
#include <time.h>

#include "audit/holds.h"
#include "base/clock.h"
#include "host/log.h"

#define LOOK_S 2
#define AGAIN_MS ((int64_t)3600000)

struct pager {
    const struct site *site;
    struct bus *bus;
    struct audit_follow *audit;
    struct holds holds;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop_asked;
    bool stopping, started;
};

static const struct log_who who = { "router", "holds" };

static void page(struct pager *p, int64_t now_ms)
{
    char time[TIME_TEXT_MAX];
    for (struct held *h = p->holds.first; h; h = h->next) {
        if (now_ms < h->due_ms || (h->paged_ms && now_ms < h->paged_ms + AGAIN_MS))
            continue;
        struct slice since = time_ms_to_iso(h->since_ms, time);
        log_line(LOG_ERROR, &who, "held.overdue",
                 "%s waits since %.*s for a named person (%s): see concordat held SITE show",
                 h->hold, SHOWN(since), reason_shown(h->reason, false));
        h->paged_ms = now_ms;
    }
}

/* After a failure it reads the audit anew; what was paged is then said once more. */
static void look(struct pager *p)
{
    struct err e = { .fate = ERR_NONE };
    bool good = p->audit || audit_follow_open(p->bus, p->site->catalogue,
                                              p->site->bundle->partitions, &p->audit, &e);
    if (good && audit_follow_read(p->audit, holds_take, &p->holds, &e)) {
        page(p, clock_wall_ms());
        return;
    }
    log_err(LOG_WARN, &who, &e);
    audit_follow_close(&p->audit);
    holds_release(&p->holds);
    holds_init(&p->holds, p->site->bundle);
}

static bool rest(struct pager *p)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOOK_S;
    pthread_mutex_lock(&p->lock);
    while (!p->stopping && pthread_cond_timedwait(&p->stop_asked, &p->lock, &until) == 0)
        ;
    bool go_on = !p->stopping;
    pthread_mutex_unlock(&p->lock);
    return go_on;
}

static void *run(void *ctx)
{
    struct pager *p = ctx;
    do
        look(p);
    while (rest(p));
    return NULL;
}

bool pager_start(const struct site *s, struct bus *b, struct pager **out, struct err *e)
{
    struct pager *p = mem_alloc(sizeof *p);
    *out = p;
    if (!p)
        return err_memory(e);
    p->site = s;
    p->bus = b;
    holds_init(&p->holds, s->bundle);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->stop_asked, NULL);
    int number = pthread_create(&p->thread, NULL, run, p);
    p->started = number == 0;
    if (!p->started) {
        pager_stop(out);
        return err_errno(e, ERR_FATAL, "run.thread", number, "start", "a thread");
    }
    return true;
}

void pager_stop(struct pager **out)
{
    struct pager *p = *out;
    *out = NULL;
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_broadcast(&p->stop_asked);
    pthread_mutex_unlock(&p->lock);
    if (p->started)
        pthread_join(p->thread, NULL);
    audit_follow_close(&p->audit);
    holds_release(&p->holds);
    pthread_cond_destroy(&p->stop_asked);
    pthread_mutex_destroy(&p->lock);
    mem_free(p);
}
