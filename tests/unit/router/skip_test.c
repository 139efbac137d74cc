/* skip_test.c - the router's positions behind what the topics still have, and the way on. */
#include <CUnit/CUnit.h>

#include "world.h"

#define OFFSET "(row & ((1 << 40) - 1))"
#define GONE                                                                                       \
    "DELETE FROM records WHERE (row >> 40) >> 10 = (SELECT id FROM topics WHERE name LIKE"         \
    " '%events.hosp') AND " OFFSET " < "

static struct router_options options(void)
{
    return (struct router_options){
        .bus = world.bus, .bundle = world.bundle, .keys = &world.keys, .worker = "router-0"
    };
}

static void admit(int n)
{
    for (int i = 0; i < n; i++)
        world_admit("ada", "v1");
}

static bool opens(void)
{
    const struct router_options o = options();
    err_clear(&world.e);
    return router_open(&o, &world.router, &world.e);
}

static size_t find(struct router_gaps *g)
{
    const struct router_options o = options();
    err_clear(&world.e);
    CU_ASSERT_TRUE_FATAL(router_find_gaps(&o, &world.arena, g, &world.e));
    return g->count;
}

/* Two are decided, and four come while the router does not run; retention takes what lies below. */
static void two_decided_four_wait(const char *gone)
{
    admit(2);
    CU_ASSERT_TRUE_FATAL(world_run());
    admit(4);
    world_tamper(gone);
}

static void what_was_never_read_stops_it_and_is_passed_over_by_a_word(void)
{
    struct router_gaps g;
    two_decided_four_wait(GONE "4");
    CU_ASSERT_FALSE(opens());
    CU_ASSERT_EQUAL(world.e.fate, ERR_FATAL);
    CU_ASSERT_EQUAL_FATAL(find(&g), 1);
    CU_ASSERT_STRING_EQUAL(g.list[0].topic, "events.hosp");
    CU_ASSERT_EQUAL(g.list[0].partition, world_partition("ada"));
    CU_ASSERT_EQUAL(g.list[0].from, 2);
    CU_ASSERT_EQUAL(g.list[0].to, 4);
    router_leave_gaps(&g); /* nobody has said so */
    CU_ASSERT_FALSE(opens());
    CU_ASSERT_EQUAL_FATAL(find(&g), 1);
    CU_ASSERT_TRUE_FATAL(router_skip_gaps(&g, &world.e));
    router_leave_gaps(&g);
    CU_ASSERT_EQUAL(find(&g), 0);
    router_leave_gaps(&g);
    CU_ASSERT_TRUE_FATAL(opens());
    CU_ASSERT_TRUE(world_run());
    world_read();
    CU_ASSERT_EQUAL(world.entry_count, 4); /* the two before, and the two that there still are */
}

static void one_alone_is_a_gap(void)
{
    struct router_gaps g;
    two_decided_four_wait(GONE "3");
    CU_ASSERT_EQUAL_FATAL(find(&g), 1);
    CU_ASSERT_EQUAL(g.list[0].to - g.list[0].from, 1);
    router_leave_gaps(&g);
    CU_ASSERT_FALSE(opens());
}

static void what_was_read_before_it_went_is_no_gap(void)
{
    struct router_gaps g;
    two_decided_four_wait(GONE "2");
    CU_ASSERT_EQUAL(find(&g), 0);
    router_leave_gaps(&g);
    CU_ASSERT_TRUE_FATAL(opens());
    CU_ASSERT_TRUE(world_run());
    world_read();
    CU_ASSERT_EQUAL(world.entry_count, 6);
}

static CU_TestInfo cases[] = {
    { "what was never read stops it, and is passed over by a word",
      what_was_never_read_stops_it_and_is_passed_over_by_a_word },
    { "one alone is a gap", one_alone_is_a_gap },
    { "what was read before it went is no gap", what_was_read_before_it_went_is_no_gap },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_skip = { "skip", world_load, world_unload, world_fresh, world_done, cases };
