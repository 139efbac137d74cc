/* kafka_ask.c - puts questions to a library that blocks. */
#include "bus/kafka_ask.h"

#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/wait.h"

#define LEAVE_MS 1000 /* for its threads to end */

/* Its `of` stands behind it. */
struct asked {
    struct asked *next;
    struct kafka_question q;
    bool answered, left; /* left: nobody waits for it */
    max_align_t of[];
};

struct kafka_asker {
    pthread_mutex_t lock;  /* all below */
    pthread_cond_t come;   /* for the threads: a question, or the end */
    pthread_cond_t change; /* for all others: an answer, hurry, a thread that ended */
    struct asked *first, *last;
    size_t waiting, idle, threads;
    int64_t hurry_ns; /* since when; 0: nobody has to */
    bool over, left;  /* left: nobody else has it, the last thread ends it */
};

struct kafka_asker *kafka_asker_new(void)
{
    struct kafka_asker *a = mem_alloc(sizeof *a);
    if (!a)
        return NULL;
    *a = (struct kafka_asker){ .first = NULL };
    pthread_mutex_init(&a->lock, NULL);
    wait_init(&a->come);
    wait_init(&a->change);
    return a;
}

static void end(struct kafka_asker *a)
{
    pthread_cond_destroy(&a->come);
    pthread_cond_destroy(&a->change);
    pthread_mutex_destroy(&a->lock);
    mem_free(a);
}

void kafka_asker_release(struct kafka_asker *a)
{
    int64_t end_ns = wait_end_ns(LEAVE_MS);
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->over = true;
    pthread_cond_broadcast(&a->come);
    while (a->threads > 0 && wait_until(&a->change, &a->lock, end_ns))
        ;
    bool kept = a->left = a->threads > 0;
    pthread_mutex_unlock(&a->lock);
    if (!kept)
        end(a);
}

void kafka_asker_hurry(struct kafka_asker *a)
{
    pthread_mutex_lock(&a->lock);
    if (a->hurry_ns == 0)
        a->hurry_ns = clock_mono_ns();
    pthread_cond_broadcast(&a->change);
    pthread_mutex_unlock(&a->lock);
}

bool kafka_asker_hurries(struct kafka_asker *a)
{
    pthread_mutex_lock(&a->lock);
    bool hurries = a->hurry_ns != 0;
    pthread_mutex_unlock(&a->lock);
    return hurries;
}

/* Lock held. */
static int64_t end_of(const struct kafka_asker *a, int64_t start_ns, int64_t end_ns, int grace_ms)
{
    if (a->hurry_ns == 0)
        return end_ns;
    int64_t from_ns = start_ns > a->hurry_ns ? start_ns : a->hurry_ns;
    int64_t hurried_ns = from_ns + grace_ms * INT64_C(1000000);
    return hurried_ns < end_ns ? hurried_ns : end_ns;
}

int64_t kafka_asker_end(struct kafka_asker *a, int64_t start_ns, int64_t end_ns, int grace_ms)
{
    pthread_mutex_lock(&a->lock);
    int64_t end = end_of(a, start_ns, end_ns, grace_ms);
    pthread_mutex_unlock(&a->lock);
    return end;
}

/* ---- its threads ---- */

/* Lock held; NULL: the asker is over. */
static struct asked *take_next(struct kafka_asker *a)
{
    while (!a->first && !a->over) {
        a->idle++;
        pthread_cond_wait(&a->come, &a->lock);
        a->idle--;
    }
    struct asked *one = a->first;
    if (!one)
        return NULL;
    a->first = one->next;
    a->waiting--;
    return one;
}

static void *serve(void *ctx)
{
    struct kafka_asker *a = ctx;
    struct asked *one;
    pthread_mutex_lock(&a->lock);
    while ((one = take_next(a))) {
        pthread_mutex_unlock(&a->lock);
        one->q.put(one->of);
        pthread_mutex_lock(&a->lock);
        one->answered = true;
        if (one->left && one->q.drop)
            one->q.drop(one->of);
        --*one->q.open;
        if (one->left)
            mem_free(one);
        pthread_cond_broadcast(&a->change);
    }
    bool ends = --a->threads == 0 && a->left;
    pthread_cond_broadcast(&a->change);
    pthread_mutex_unlock(&a->lock);
    if (ends)
        end(a);
    return NULL;
}

/* Lock held. Another thread when all are busy; false: there is none at all. */
static bool has_thread(struct kafka_asker *a)
{
    pthread_t thread;
    if (a->waiting < a->idle)
        return true;
    if (pthread_create(&thread, NULL, serve, a) != 0)
        return a->threads > 0;
    pthread_detach(thread);
    a->threads++;
    return true;
}

/* ---- whoever wants to know ---- */

/* Lock held. */
static void put_last(struct kafka_asker *a, struct asked *one)
{
    if (a->first)
        a->last->next = one;
    else
        a->first = one;
    a->last = one;
    a->waiting++;
    ++*one->q.open;
    pthread_cond_signal(&a->come);
}

/* Lock held. Whether the answer is there. */
static bool wait_for(struct kafka_asker *a, const struct asked *one, int wait_ms)
{
    int64_t start_ns = clock_mono_ns(), end_ns = wait_end_ns(wait_ms);
    while (!one->answered) {
        int64_t until_ns = end_of(a, start_ns, end_ns, KAFKA_HURRY_MS);
        if (clock_mono_ns() >= until_ns)
            return false;
        (void)wait_until(&a->change, &a->lock, until_ns);
    }
    return true;
}

bool kafka_ask(struct kafka_asker *a, const struct kafka_question *q, void *of, int wait_ms)
{
    struct asked *one = mem_alloc(sizeof *one + q->bytes);
    bool asked = false, answered = false;
    pthread_mutex_lock(&a->lock);
    if (one && has_thread(a)) {
        asked = true;
        *one = (struct asked){ .q = *q };
        memcpy(one->of, of, q->bytes);
        put_last(a, one);
        answered = wait_for(a, one, wait_ms);
        one->left = !answered;
    }
    pthread_mutex_unlock(&a->lock);
    if (answered)
        memcpy(of, one->of, q->bytes);
    if (answered || !asked)
        mem_free(one);
    if (!asked && q->drop)
        q->drop(of);
    return answered;
}

bool kafka_asker_settles(struct kafka_asker *a, const int *open, int wait_ms)
{
    int64_t end_ns = wait_end_ns(wait_ms);
    pthread_mutex_lock(&a->lock);
    while (*open > 0 && wait_until(&a->change, &a->lock, end_ns))
        ;
    bool settled = *open == 0;
    pthread_mutex_unlock(&a->lock);
    return settled;
}
