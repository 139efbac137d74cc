/* kafka_ask.c - threads that put questions to a library that blocks. */
#include "bus/kafka_ask.h"

#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/wait.h"

#define LEAVE_MS 1000 /* how long release waits for the asker's threads to end */

/* A question that is with the asker. */
struct pending {
    struct pending *next;
    struct kafka_question q;
    bool answered, abandoned; /* abandoned: no caller waits for the answer */
    max_align_t of[];         /* a copy of the caller's */
};

struct kafka_asker {
    pthread_mutex_t lock;  /* all below */
    pthread_cond_t come;   /* for the asker's threads: a question has come, or the asker is over */
    pthread_cond_t change; /* for all others: an answer, a hurry, a thread that ended */
    struct pending *first, *last; /* the questions that no thread has taken yet */
    size_t waiting;               /* how many those are */
    size_t idle, threads;
    int64_t hurry_ns; /* when a stop was asked for; 0: not yet */
    bool over;        /* threads without a question end */
    bool abandoned;   /* released while threads were still there: the last of them frees it */
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

static void free_asker(struct kafka_asker *a)
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
    bool in_time = true;
    while (in_time && a->threads > 0)
        in_time = wait_until(&a->change, &a->lock, end_ns);
    bool has_threads = a->threads > 0;
    a->abandoned = has_threads;
    pthread_mutex_unlock(&a->lock);
    if (!has_threads)
        free_asker(a);
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

/* As kafka_asker_end. Lock held. */
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

/* Waits for a question; NULL: the asker is over. Lock held. */
static struct pending *take_next(struct kafka_asker *a)
{
    while (!a->first && !a->over) {
        a->idle++;
        pthread_cond_wait(&a->come, &a->lock);
        a->idle--;
    }
    struct pending *one = a->first;
    if (!one)
        return NULL;
    a->first = one->next;
    a->waiting--;
    return one;
}

/* The caller frees the question, unless it has abandoned it. Lock held. */
static void note_answer(struct kafka_asker *a, struct pending *one)
{
    one->answered = true;
    if (one->abandoned && one->q.drop)
        one->q.drop(one->of);
    *one->q.open -= 1;
    if (one->abandoned)
        mem_free(one);
    pthread_cond_broadcast(&a->change);
}

static void *serve_questions(void *ctx)
{
    struct kafka_asker *a = ctx;
    pthread_mutex_lock(&a->lock);
    for (struct pending *one = take_next(a); one; one = take_next(a)) {
        pthread_mutex_unlock(&a->lock);
        one->q.put(one->of);
        pthread_mutex_lock(&a->lock);
        note_answer(a, one);
    }
    a->threads--;
    bool is_last = a->threads == 0 && a->abandoned;
    pthread_cond_broadcast(&a->change);
    pthread_mutex_unlock(&a->lock);
    if (is_last)
        free_asker(a);
    return NULL;
}

/* Starts a thread more when all are busy. False: there is no thread at all. Lock held. */
static bool ensure_thread(struct kafka_asker *a)
{
    pthread_t thread;
    if (a->waiting < a->idle)
        return true;
    if (pthread_create(&thread, NULL, serve_questions, a) != 0)
        return a->threads > 0;
    pthread_detach(thread);
    a->threads++;
    return true;
}

/* ---- the callers ---- */

/* Lock held. */
static void put_last(struct kafka_asker *a, struct pending *one)
{
    if (a->first)
        a->last->next = one;
    else
        a->first = one;
    a->last = one;
    a->waiting++;
    *one->q.open += 1;
    pthread_cond_signal(&a->come);
}

/* Whether the answer comes in time. Lock held. */
static bool wait_for_answer(struct kafka_asker *a, const struct pending *one, int wait_ms)
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
    struct pending *one = mem_alloc(sizeof *one + q->bytes);
    bool asked = false, answered = false;
    pthread_mutex_lock(&a->lock);
    if (one && ensure_thread(a)) {
        asked = true;
        *one = (struct pending){ .q = *q };
        memcpy(one->of, of, q->bytes);
        put_last(a, one);
        answered = wait_for_answer(a, one, wait_ms);
        one->abandoned = !answered;
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
    bool in_time = true;
    while (in_time && *open > 0)
        in_time = wait_until(&a->change, &a->lock, end_ns);
    bool settled = *open == 0;
    pthread_mutex_unlock(&a->lock);
    return settled;
}
