/* pager.c - looks at what is held every two seconds, and logs what is overdue. It shows reasons as
 * everybody may see them. */
#include "daemon/pager.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/wait.h"
#include "host/log.h"
#include "host/waker.h"

#define LOOK_MS 2000
#define AGAIN_MS ((int64_t)3600000)

struct pager {
    struct tally *tally;
    pthread_t thread;
    struct waker stop_asked;
    bool started;
};

static const struct log_who who = { "router", "holds" };

/* Whether an alarm for x was logged within the last ten minutes. A time in the future does not
 * count: the clock was set back. */
static bool is_told(const struct unread_person *x, int64_t now_ms)
{
    bool is_before = now_ms >= x->told_ms;
    bool is_recent = now_ms < x->told_ms + UNREAD_ALIKE_MS;
    return x->told_ms && is_before && is_recent;
}

/* Notes for each feed and code whether an alarm was logged lately. */
static void mark_told(const struct unread_list *l, int64_t now_ms)
{
    for (struct unread_alike *a = l->alikes; a; a = a->next) {
        a->was_told = false;
        a->is_paged = false;
    }
    for (struct unread_person *x = l->first; x; x = x->next)
        x->alike->was_told = x->alike->was_told || is_told(x, now_ms);
}

/* Logs one alarm for x and for all others of its feed and code. */
static void page_alike(const struct unread_person *x)
{
    const struct unread_alike *a = x->alike;
    if (a->people > 1)
        log_line(LOG_ERROR, &who, "held.unread",
                 "messages of %s that may restrict cannot be read (%s): the events of %zu people "
                 "wait: see concordat held SITE list",
                 a->source, a->code, a->people);
    else
        log_line(LOG_ERROR, &who, "held.unread",
                 "message %s of %s that may restrict cannot be read (%s): its person's events "
                 "wait: see concordat held SITE list",
                 x->reference, a->source, a->code);
}

/* Logs one alarm for each feed and code. People who come within ten minutes of an alarm wait for
 * the next one, which counts them all. So there are few alarms, however fast people come. Returns
 * how many. */
static size_t page_unread(struct unread_list *l, int64_t now_ms)
{
    size_t n = 0;
    mark_told(l, now_ms);
    for (struct unread_person *x = l->first; x; x = x->next) {
        if (x->told_ms || x->alike->was_told)
            continue;
        x->told_ms = now_ms;
        if (x->alike->is_paged)
            continue;
        page_alike(x);
        x->alike->is_paged = true;
        n++;
    }
    return n;
}

size_t pager_page(struct holds *h, int64_t now_ms)
{
    char time[TIME_TEXT_MAX];
    size_t n = 0;
    for (struct held *x = h->first; x; x = x->next) {
        bool is_due = now_ms >= x->due_ms;
        bool was_just_paged = x->paged_ms && now_ms < x->paged_ms + AGAIN_MS;
        if (!is_due || was_just_paged)
            continue;
        struct slice since = time_ms_to_iso(x->since_ms, time);
        struct slice reason = reason_shown(slice_text(x->reason), false);
        log_line(LOG_ERROR, &who, "held.overdue",
                 "%s has waited since %.*s for a named person (%.*s): see concordat held SITE show",
                 x->hold, SHOWN(since), SHOWN(reason));
        x->paged_ms = now_ms;
        n++;
    }
    return n + page_unread(&h->unread, now_ms);
}

/* After a failure the audit is read anew, and what was logged before is logged once more. */
static void look_at_holds(struct pager *p)
{
    struct err e = { .fate = ERR_NONE };
    if (tally_read(p->tally, &e))
        (void)pager_page(tally_holds(p->tally), clock_wall_ms());
    else
        log_err(LOG_WARN, &who, &e);
}

static void *run_pager(void *ctx)
{
    struct pager *p = ctx;
    do
        look_at_holds(p);
    while (waker_wait(&p->stop_asked, -1, 0, wait_end_ns(LOOK_MS)) == WAITED_END);
    return NULL;
}

bool pager_start(struct tally *t, struct pager **out, struct err *e)
{
    struct pager *p = mem_alloc(sizeof *p);
    *out = p;
    if (!p)
        return err_memory(e);
    p->tally = t;
    if (!waker_open(&p->stop_asked, e)) {
        pager_stop(out);
        return false;
    }
    int number = pthread_create(&p->thread, NULL, run_pager, p);
    p->started = number == 0;
    if (!p->started) {
        pager_stop(out);
        return err_errno(e, ERR_FATAL, "run.thread", number, "cannot start", "a thread");
    }
    return true;
}

void pager_stop(struct pager **out)
{
    struct pager *p = *out;
    *out = NULL;
    if (!p)
        return;
    waker_wake(&p->stop_asked);
    if (p->started)
        pthread_join(p->thread, NULL);
    waker_close(&p->stop_asked);
    mem_free(p);
}
