/* wait_test.c - waits that end by the monotonic clock, and what a wall clock set back does. */
#include "base/wait.h"

#include <CUnit/CUnit.h>

#include "base/clock.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* By the wall clock that moment, some days since the start of the machine, would long be over. */
static void a_wait_ends_by_the_monotonic_clock(void)
{
    pthread_cond_t c;
    wait_init(&c);
    int64_t end_ns = wait_end_ns(20);
    pthread_mutex_lock(&lock);
    while (wait_until(&c, &lock, end_ns))
        ;
    pthread_mutex_unlock(&lock);
    CU_ASSERT(clock_mono_ns() >= end_ns);
    pthread_cond_destroy(&c);
}

static void an_end_never_lies_before_now(void)
{
    int64_t now = clock_mono_ns();
    CU_ASSERT(wait_end_ns(-5) >= now);
    CU_ASSERT(wait_end_ns(1000) >= now + 1000000000);
    CU_ASSERT_EQUAL(wait_end_ns(INT64_MAX), INT64_MAX);
    CU_ASSERT_EQUAL(wait_end_ns(INT64_MAX / 1000000), INT64_MAX);
}

static void what_was_done_after_now_was_not_done_a_moment_ago(void)
{
    CU_ASSERT(clock_is_within(1000, 1000, 60));
    CU_ASSERT(clock_is_within(1059, 1000, 60));
    CU_ASSERT_FALSE(clock_is_within(1060, 1000, 60));
    CU_ASSERT_FALSE(clock_is_within(999, 1000, 60));
}

static CU_TestInfo cases[] = {
    { "a wait ends by the monotonic clock", a_wait_ends_by_the_monotonic_clock },
    { "an end never lies before now", an_end_never_lies_before_now },
    { "what was done after now was not done a moment ago",
      what_was_done_after_now_was_not_done_a_moment_ago },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_wait = { "wait", NULL, NULL, NULL, NULL, cases };
