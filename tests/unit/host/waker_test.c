/* waker_test.c - a wait that ends when it is told to, when something is ready, or in time. */
#include "host/waker.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/clock.h"
#include "base/wait.h"

static struct waker w;
static int ends[2];

static void fresh(void)
{
    struct err e = { .fate = ERR_NONE };
    CU_ASSERT_FATAL(waker_open(&w, &e));
    CU_ASSERT_FATAL(pipe(ends) == 0);
}

static void done(void)
{
    waker_close(&w);
    close(ends[0]);
    close(ends[1]);
}

static void ends_in_time_and_not_before(void)
{
    int64_t end_ns = wait_end_ns(20);
    CU_ASSERT_EQUAL(waker_wait(&w, -1, 0, end_ns), WAITED_END);
    CU_ASSERT(clock_mono_ns() >= end_ns);
    CU_ASSERT_EQUAL(waker_wait(&w, ends[0], POLLIN, 0), WAITED_END);
}

static void *wake(void *ctx)
{
    waker_wake(ctx);
    return NULL;
}

static void is_ended_by_another_thread_and_stays_so(void)
{
    pthread_t other;
    CU_ASSERT_FALSE(waker_is_awake(&w));
    CU_ASSERT_FATAL(pthread_create(&other, NULL, wake, &w) == 0);
    CU_ASSERT_EQUAL(waker_wait(&w, -1, 0, INT64_MAX), WAITED_AWAKE);
    pthread_join(other, NULL);
    CU_ASSERT_TRUE(waker_is_awake(&w));
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(waker_wait(&w, -1, 0, INT64_MAX), WAITED_AWAKE);
}

static void tells_what_is_ready_but_first_that_it_is_awake(void)
{
    CU_ASSERT_FATAL(write(ends[1], "x", 1) == 1);
    CU_ASSERT_EQUAL(waker_wait(&w, ends[0], POLLIN, INT64_MAX), WAITED_READY);
    waker_wake(&w);
    CU_ASSERT_EQUAL(waker_wait(&w, ends[0], POLLIN, INT64_MAX), WAITED_AWAKE);
}

static void what_hung_up_is_ready(void)
{
    int reader[2];
    CU_ASSERT_FATAL(pipe(reader) == 0);
    close(reader[1]);
    CU_ASSERT_EQUAL(waker_wait(&w, reader[0], POLLIN, INT64_MAX), WAITED_READY);
    close(reader[0]);
}

static void closed_it_waits_for_all_else(void)
{
    waker_close(&w);
    waker_close(&w);
    waker_wake(&w);
    CU_ASSERT_FALSE(waker_is_awake(&w));
    CU_ASSERT_EQUAL(waker_wait(&w, -1, 0, wait_end_ns(1)), WAITED_END);
}

static CU_TestInfo cases[] = { { "ends in time and not before", ends_in_time_and_not_before },
                               { "is ended by another thread and stays so",
                                 is_ended_by_another_thread_and_stays_so },
                               { "tells what is ready, but first that it is awake",
                                 tells_what_is_ready_but_first_that_it_is_awake },
                               { "what hung up is ready", what_hung_up_is_ready },
                               { "closed it waits for all else", closed_it_waits_for_all_else },
                               CU_TEST_INFO_NULL };
CU_SuiteInfo suite_waker = { "waker", NULL, NULL, fresh, done, cases };
