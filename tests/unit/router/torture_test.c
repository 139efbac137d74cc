/* torture_test.c - law 3 when memory fails at any point: all of a record or nothing, then on as
 * if nothing had been. */
#include <CUnit/CUnit.h>

#include "world.h"

#define POINTS 120

static void say_the_story(void)
{
    for (int i = 0; i < 3; i++) {
        world_admit("ada", "v1");
        world_admit("cara", "v1");
        world_say(&(struct say){ .who = "dora", .feed = "pas", .feed_seq = i });
        world_publish("events.hosp", 1, SLICE("x"), SLICE("junk"));
    }
}

/* Memory fails at the n-th allocation of a step; then the rest goes through. */
static void every_point_of_a_step_may_fail(void)
{
    int failed = 0;
    world_known("ada");
    world_known("cara");
    for (size_t n = 1; n <= POINTS; n++) {
        size_t done = 0;
        say_the_story();
        mem_fail_after(n);
        bool good = router_step(world.router, 0, &done, &world.e);
        mem_fail_after(0);
        failed += !good || done < 12;
        CU_ASSERT_TRUE_FATAL(good || world.e.fate == ERR_RETRY);
        err_clear(&world.e);
        CU_ASSERT_TRUE_FATAL(world_run());
    }
    CU_ASSERT_TRUE(failed > 10);
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world.report.entries, 2 + POINTS * 12);
    CU_ASSERT_EQUAL(world.report.disclosures, POINTS * 6);
    CU_ASSERT_EQUAL(world_replay(), 0);
}

static void opening_may_fail_at_any_point(void)
{
    const struct router_options o = {
        .bus = world.bus, .bundle = world.bundle, .keys = &world.keys, .worker = "router-0"
    };
    world_known("ada");
    world_admit("ada", "v1");
    CU_ASSERT_TRUE_FATAL(world_run());
    router_close(&world.router);
    for (size_t n = 1; !world.router; n++) {
        mem_fail_after(n);
        bool good = router_open(&o, &world.router, &world.e);
        mem_fail_after(0);
        CU_ASSERT_EQUAL_FATAL(good, world.router != NULL);
        CU_ASSERT_TRUE_FATAL(n < 10000);
        err_clear(&world.e);
    }
    world_admit("ada", "v2");
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT_EQUAL(world_verify(), 0);
}

static void counts_are_of_what_was_committed(void)
{
    struct router_counts n;
    size_t done = 0;
    say_the_story();
    mem_fail_after(30);
    (void)!router_step(world.router, 0, &done, &world.e);
    mem_fail_after(0);
    err_clear(&world.e);
    CU_ASSERT_TRUE_FATAL(world_run());
    router_counts(world.router, &n);
    CU_ASSERT_EQUAL(n.events, 9);
    CU_ASSERT_EQUAL(n.refused, 3);
    CU_ASSERT_EQUAL(n.withheld, 9);
}

static CU_TestInfo cases[] = {
    { "every point of a step may fail", every_point_of_a_step_may_fail },
    { "opening may fail at any point", opening_may_fail_at_any_point },
    { "counts are of what was committed", counts_are_of_what_was_committed },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_torture = {
    "torture", world_load, world_unload, world_fresh, world_done, cases
};
