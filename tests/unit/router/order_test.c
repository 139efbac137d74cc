/* order_test.c - what waited is decided in the order in which it was accepted. */
#include <CUnit/CUnit.h>

#include "base/clock.h"
#include "router/order.h"
#include "world.h"

static struct order order;

static void done(void)
{
    order_release(&order);
    mem_fail_after(0);
}

/* Offsets in the order wanted, "topic:offset topic:offset ..." */
static const char *sorted(const struct bus_record *r, size_t n)
{
    static char text[200];
    struct err e = { .fate = ERR_NONE };
    CU_ASSERT_TRUE_FATAL(order_batch(&order, r, n, &e));
    text[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        size_t at = strlen(text);
        snprintf(text + at, sizeof text - at, "%s%s%d:%d", i ? " " : "",
                 order.list[i].record->topic, order.list[i].record->partition,
                 (int)order.list[i].record->offset);
    }
    return text;
}

static void the_earlier_accepted_comes_first(void)
{
    const struct bus_record r[] = {
        { .topic = "a", .offset = 0, .accepted_ms = 5 },
        { .topic = "a", .offset = 1, .accepted_ms = 9 },
        { .topic = "b", .offset = 0, .accepted_ms = 7 },
        { .topic = "b", .offset = 1, .accepted_ms = 8 },
    };
    CU_ASSERT_STRING_EQUAL(sorted(r, 4), "a0:0 b0:0 b0:1 a0:1");
}

static void those_of_the_same_time_stay_as_they_came(void)
{
    const struct bus_record r[] = {
        { .topic = "b", .offset = 0, .accepted_ms = 5 },
        { .topic = "a", .offset = 0, .accepted_ms = 5 },
        { .topic = "b", .partition = 1, .offset = 0, .accepted_ms = 5 },
    };
    CU_ASSERT_STRING_EQUAL(sorted(r, 3), "b0:0 a0:0 b1:0");
}

static void a_lane_keeps_its_order_when_the_clock_goes_back(void)
{
    const struct bus_record r[] = {
        { .topic = "a", .offset = 0, .accepted_ms = 9 },
        { .topic = "a", .offset = 1, .accepted_ms = 2 },
        { .topic = "b", .offset = 0, .accepted_ms = 5 },
        { .topic = "a", .offset = 2, .accepted_ms = 7 },
    };
    CU_ASSERT_STRING_EQUAL(sorted(r, 4), "b0:0 a0:0 a0:1 a0:2");
}

static void without_memory_it_may_be_tried_again(void)
{
    const struct bus_record r = { .topic = "a", .offset = 3, .accepted_ms = 9 };
    for (size_t n = 1; n <= 2; n++) {
        struct err e = { .fate = ERR_NONE };
        mem_fail_after(n);
        CU_ASSERT_FALSE(order_batch(&order, &r, 1, &e));
        CU_ASSERT_EQUAL(e.fate, ERR_RETRY);
    }
    mem_fail_after(0);
    CU_ASSERT_STRING_EQUAL(sorted(&r, 1), "a0:3");
}

/* council's word came before the admission of another agency: it counts. */
static void an_earlier_word_of_another_agency_counts(void)
{
    const struct say known = {
        .source = "council/social", .type = "Caseload", .kind = "declared", .who = "ada"
    };
    world_load();
    world_fresh();
    world_say(&known);
    for (int64_t now = clock_wall_ms(); clock_wall_ms() == now;)
        ;
    world_admit("ada", "v1");
    CU_ASSERT_TRUE(world_run());
    world_read();
    const struct audit_read *second = world_entry("event", 1);
    CU_ASSERT(second && slice_equal_text(second->source, "hosp/wards"));
    CU_ASSERT_EQUAL(world_replay(), 0);
    world_done();
    world_unload();
}

static CU_TestInfo cases[] = {
    { "the earlier accepted comes first", the_earlier_accepted_comes_first },
    { "those of the same time stay as they came", those_of_the_same_time_stay_as_they_came },
    { "a lane keeps its order when the clock goes back",
      a_lane_keeps_its_order_when_the_clock_goes_back },
    { "without memory it may be tried again", without_memory_it_may_be_tried_again },
    { "an earlier word of another agency counts", an_earlier_word_of_another_agency_counts },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_order = { "order", NULL, NULL, NULL, done, cases };
