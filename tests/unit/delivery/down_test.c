/* down_test.c - that a partner is away is known by trying alone: where nothing is tried any more it
 * is not said any more. */
#include "delivery/asides.h"
#include "desk.h"

#include <CUnit/CUnit.h>

static void later(int64_t ms)
{
    desk.now_ms += ms;
    CU_ASSERT(desk_step());
}

/* Two people's, and the site's key is refused. */
static void two_wait_for_a_partner_that_is_down(void)
{
    desk.partner.mood = MOOD_LOCKED;
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    desk_say(&(struct say){ .n = 2, .who = 'B' });
    CU_ASSERT(desk_step());
    CU_ASSERT_EQUAL(desk_counts().down_since_ms, MAY_2026_MS);
}

static void nothing_is_down(uint64_t stopped)
{
    struct delivery_counts c = desk_counts();
    CU_ASSERT(c.stopped == stopped && c.outstanding == 0);
    CU_ASSERT(!c.down_since_ms && !c.down_by_site);
    CU_ASSERT_FALSE(delivery_is_alarming(&c, ALARM_MS, desk.now_ms));
}

static void drop_beside_it(int n)
{
    const struct way_back w = { .drop = true,
                                .which = { .ids = { slice_text(desk_id(n)) }, .id_count = 1 } };
    uint64_t done = 0;
    delivery_close(&desk.delivery);
    CU_ASSERT(delivery_take_back_alone(desk_database(), &w, &done, &desk.e));
    CU_ASSERT_EQUAL(done, 1);
    desk_reopen();
    later(1);
}

static void it_ends_when_what_waited_is_dropped(void)
{
    two_wait_for_a_partner_that_is_down();
    drop_beside_it(1);
    CU_ASSERT_EQUAL(desk_counts().down_since_ms, MAY_2026_MS); /* the other is still tried */
    drop_beside_it(2);
    nothing_is_down(2);
}

static void it_ends_when_what_waited_is_taken_back_by_its_source(void)
{
    two_wait_for_a_partner_that_is_down();
    desk_say(&(struct say){ .n = 3, .who = 'A', .action = "retracts", .original = 1 });
    later(60 * RETRY_MS);
    CU_ASSERT_EQUAL(desk_counts().down_since_ms, MAY_2026_MS);
    desk_say(&(struct say){ .n = 4, .who = 'B', .action = "retracts", .original = 2 });
    later(60 * RETRY_MS);
    later(60 * RETRY_MS);
    nothing_is_down(4);
}

static CU_TestInfo cases[] = {
    { "it ends when what waited is dropped", it_ends_when_what_waited_is_dropped },
    { "it ends when what waited is taken back by its source",
      it_ends_when_what_waited_is_taken_back_by_its_source },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_down = { "down", desk_load, desk_unload, desk_fresh, desk_done, cases };
