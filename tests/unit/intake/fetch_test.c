/* fetch_test.c - a transport that cannot fetch is told with since when, how often, why and when
 * next, until it can. */
#include <CUnit/CUnit.h>

#include "world.h"

static struct world w;
static int64_t clock_ms;
static const struct err refused = { .fate = ERR_FATAL,
                                    .code = "x.site",
                                    .text = "the partner answered 401" };
static const struct err busy = { .fate = ERR_RETRY, .code = "x.busy", .text = "it answered 503" };

static int64_t now_ms(void)
{
    return clock_ms;
}

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_JSON));
    log_set_level((enum log_level) - 1);
    clock_ms = 1700000000000;
    w.options.now_ms = now_ms;
    w.options.fetches = true;
    CU_ASSERT_FATAL(world_open_feed(&w));
}

static void done(void)
{
    world_done(&w);
}

static void tell_at(int64_t ms, const struct err *why, int64_t again_ms)
{
    struct intake up = feed_intake(w.feed);
    clock_ms = ms;
    intake_fetched(&up, why, again_ms);
}

static struct spool_fetch kept(void)
{
    struct feed_counts c;
    CU_ASSERT_TRUE_FATAL(feed_counts_read(w.spool, &c, &w.e));
    return c.fetch;
}

static void says_since_when_how_often_why_and_when_next(void)
{
    CU_ASSERT_EQUAL(kept().tries, 0);
    tell_at(1700000001000, &refused, 60000);
    tell_at(1700000061000, &busy, 10000);
    struct spool_fetch told = kept();
    CU_ASSERT_EQUAL(told.since_ms, 1700000001000);
    CU_ASSERT_EQUAL(told.tries, 2);
    CU_ASSERT_STRING_EQUAL(told.code, "x.busy");
    CU_ASSERT_EQUAL(told.again_ms, 1700000071000);
}

static void is_over_when_it_fetches(void)
{
    tell_at(1700000001000, &refused, 60000);
    tell_at(1700000002000, NULL, 0);
    CU_ASSERT_EQUAL(kept().tries, 0);
    CU_ASSERT_EQUAL(kept().since_ms, 0);
    tell_at(1700000003000, &busy, 60000);
    CU_ASSERT_EQUAL(kept().since_ms, 1700000003000);
    CU_ASSERT_EQUAL(kept().tries, 1);
}

static void goes_on_counting_after_a_restart(void)
{
    tell_at(1700000001000, &refused, 60000);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(kept().tries, 1);
    tell_at(1700000009000, &refused, 60000);
    CU_ASSERT_EQUAL(kept().since_ms, 1700000001000);
    CU_ASSERT_EQUAL(kept().tries, 2);
}

/* Nobody would ever say that it is over. */
static void is_forgotten_where_the_feed_has_another_transport(void)
{
    tell_at(1700000001000, &refused, 60000);
    feed_close(&w.feed);
    w.options.fetches = false;
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(kept().tries, 0);
}

static CU_TestInfo cases[] = { { "says since when, how often, why, and when next",
                                 says_since_when_how_often_why_and_when_next },
                               { "is over when it fetches", is_over_when_it_fetches },
                               { "goes on counting after a restart",
                                 goes_on_counting_after_a_restart },
                               { "is forgotten where the feed has another transport",
                                 is_forgotten_where_the_feed_has_another_transport },
                               CU_TEST_INFO_NULL };
CU_SuiteInfo suite_fetch = { "fetch", NULL, NULL, fresh, done, cases };
