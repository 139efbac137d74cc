/* wait.c - condition variables by the monotonic clock. */
#include "base/wait.h"

#include <assert.h>
#include <time.h>

#include "base/clock.h"

#define NS_PER_MS 1000000
#define NS_PER_S 1000000000

void wait_init(pthread_cond_t *c)
{
    pthread_condattr_t monotonic;
    int failed = pthread_condattr_init(&monotonic);
    assert(!failed);
    failed = pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    assert(!failed);
    failed = pthread_cond_init(c, &monotonic);
    assert(!failed);
    pthread_condattr_destroy(&monotonic);
}

int64_t wait_end_ns(int64_t ms)
{
    int64_t ns, end;
    if (ms < 0)
        ms = 0;
    if (__builtin_mul_overflow(ms, NS_PER_MS, &ns))
        return INT64_MAX;
    if (__builtin_add_overflow(clock_mono_ns(), ns, &end))
        return INT64_MAX;
    return end;
}

bool wait_until(pthread_cond_t *c, pthread_mutex_t *lock, int64_t end_ns)
{
    const struct timespec end = { .tv_sec = end_ns / NS_PER_S, .tv_nsec = end_ns % NS_PER_S };
    return pthread_cond_timedwait(c, lock, &end) == 0;
}
