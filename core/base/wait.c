/* wait.c - condition variables by the monotonic clock. */
#include "base/wait.h"

#include <assert.h>
#include <time.h>

#include "base/clock.h"

#define NS_PER_MS 1000000
#define NS_PER_S 1000000000

void wait_init(pthread_cond_t *c)
{
    pthread_condattr_t steady;
    int failed = pthread_condattr_init(&steady) ||
                 pthread_condattr_setclock(&steady, CLOCK_MONOTONIC) || pthread_cond_init(c, &steady);
    assert(!failed);
    pthread_condattr_destroy(&steady);
}

int64_t wait_end_ns(int64_t ms)
{
    int64_t now = clock_mono_ns(), end;
    if (ms < 0)
        ms = 0;
    return ms > INT64_MAX / NS_PER_MS || __builtin_add_overflow(now, ms * NS_PER_MS, &end) ? INT64_MAX
                                                                                           : end;
}

bool wait_until(pthread_cond_t *c, pthread_mutex_t *lock, int64_t end_ns)
{
    const struct timespec end = { .tv_sec = end_ns / NS_PER_S, .tv_nsec = end_ns % NS_PER_S };
    return pthread_cond_timedwait(c, lock, &end) == 0;
}
