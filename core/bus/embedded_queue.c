/* embedded_queue.c - the writing of the embedded bus: one commit for all requests that wait.
 *
 * Publishers and workers put their requests into a queue. A thread that finds no leader becomes it:
 * it takes all requests that wait and commits them as one group, with one fsync. */
#include <string.h>

#include "bus/embedded_inside.h"

/* Every lane of the request must exist. */
static bool check_request(struct embedded *b, const struct embedded_request *q, struct err *e)
{
    struct bus_store_topic *t;
    for (size_t i = 0; i < q->n; i++)
        if (!bus_store_want(&b->store, q->r[i].topic, q->r[i].partition, &t, e))
            return false;
    for (size_t i = 0; i < q->m; i++)
        if (!bus_store_want(&b->store, q->done[i].topic, q->done[i].partition, &t, e))
            return false;
    return true;
}

bool embedded_is_fenced(const struct embedded_worker *w, struct err *e)
{
    if (!w || !w->fenced)
        return false;
    err_set(e, ERR_FATAL, "bus.fenced", 0,
            "another process has joined the bus as '%s': a part runs once", w->id);
    return true;
}

static bool write_request(struct embedded *b, struct embedded_request *q, struct err *e)
{
    for (size_t i = 0; i < q->n; i++)
        if (!bus_store_put(&b->store, &q->r[i], e))
            return false;
    for (size_t i = 0; i < q->m; i++)
        if (!bus_store_set_position(&b->store, q->w->group, &q->done[i], e))
            return false;
    return true;
}

/* Commits all requests of the group as one, but those of fenced workers, whose e says so. */
static bool write_group(struct embedded *b, struct embedded_request *group, struct err *e)
{
    if (!bus_store_begin(&b->store, e))
        return false;
    for (struct embedded_request *q = group; q; q = q->next) {
        if (embedded_is_fenced(q->w, &q->e))
            continue;
        if (!write_request(b, q, e)) {
            bus_store_rollback(&b->store);
            return false;
        }
    }
    return bus_store_commit(&b->store, e);
}

static bool is_of_slot(const struct embedded_slot *s, const struct bus_position *p)
{
    return p->partition == s->partition && strcmp(p->topic, s->t->name) == 0;
}

/* After a commit the worker's committed positions move on. */
static void worker_move_on(struct embedded_worker *w, const struct embedded_request *q)
{
    for (size_t i = 0; i < w->count; i++)
        for (size_t k = 0; k < q->m; k++)
            if (is_of_slot(&w->slots[i], &q->done[k]))
                w->slots[i].committed = q->done[k].next;
}

/* After a failure the worker fetches from its committed positions again. */
static void worker_go_back(struct embedded_worker *w)
{
    for (size_t i = 0; i < w->count; i++)
        w->slots[i].at = w->slots[i].committed;
}

static void lead_group(struct embedded *b, struct embedded_request *group)
{
    struct err e = { 0 };
    pthread_mutex_lock(&b->disk);
    bool good = write_group(b, group, &e);
    for (struct embedded_request *q = group; q; q = q->next) {
        q->good = good && q->e.fate == ERR_NONE;
        if (!good && q->e.fate == ERR_NONE)
            q->e = e;
        if (q->w && q->good)
            worker_move_on(q->w, q);
        else if (q->w)
            worker_go_back(q->w);
    }
    pthread_cond_broadcast(&b->news);
    pthread_mutex_unlock(&b->disk);
}

/* Waits until a leader has served q, or leads itself. `queue` is held at call and return. */
static void wait_or_lead(struct embedded *b, struct embedded_request *q)
{
    while (!q->served && b->leading)
        pthread_cond_wait(&b->served, &b->queue);
    if (q->served)
        return;
    struct embedded_request *group = b->first;
    b->first = NULL;
    b->last = &b->first;
    b->leading = true;
    pthread_mutex_unlock(&b->queue);
    lead_group(b, group);
    pthread_mutex_lock(&b->queue);
    b->leading = false;
    for (struct embedded_request *next; group; group = next) {
        next = group->next;
        group->served = true; /* its thread may end it as soon as `queue` is free */
    }
    pthread_cond_broadcast(&b->served);
}

bool embedded_submit(struct embedded *b, struct embedded_request *q, struct err *e)
{
    pthread_mutex_lock(&b->queue);
    bool good = check_request(b, q, e);
    if (good) {
        *b->last = q;
        b->last = &q->next;
        wait_or_lead(b, q);
    }
    pthread_mutex_unlock(&b->queue);
    if (good && !q->good)
        *e = q->e;
    return good && q->good;
}
