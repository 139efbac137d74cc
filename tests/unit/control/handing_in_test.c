/* handing_in_test.c - what is done where it is handed in is judged by the bus's time of its record,
 * and done by one only. */
#include <CUnit/CUnit.h>

#include "base/clock.h"
#include "bus/topics.h"
#include "control/acts_publish.h"
#include "office.h"

static struct office office;
static struct err e;

static void fresh(void)
{
    office_open(&office);
    err_clear(&e);
}

static void done(void)
{
    office_close(&office);
}

/* So old; of a demo, so that a name is enough. */
static struct act typed(const char *word, int64_t age_ms)
{
    return (struct act){ .region = office.site->bundle->region,
                         .verb = slice_text(word),
                         .on = SLICE("parked inbox id 7"),
                         .reason = SLICE("somebody asked"),
                         .typed = SLICE("njeri"),
                         .at_ms = clock_wall_ms() - age_ms };
}

static int64_t on_record(void)
{
    struct bus_end end;
    static const struct subject_key none;
    int partition = subject_partition(&none, office.site->bundle->partitions);
    CU_ASSERT_FATAL(bus_end(office.bus, TOPIC_CONTROL, partition, &end, &e));
    return end.next;
}

static void what_is_good_by_the_bus_is_done(void)
{
    struct act x = typed("payload", ACT_AGE_MAX_MS / 2);
    CU_ASSERT_TRUE(acts_publish(office.bus, office.site, &x, &e));
    CU_ASSERT_EQUAL(on_record(), 1);
}

/* Tried, it is on record all the same. */
static void what_is_too_old_by_the_bus_is_not_done(void)
{
    static const char *const words[] = { "payload", "skip", "again", "drop" };
    for (int i = 0; i < 4; i++) {
        struct act x = typed(words[i], ACT_AGE_MAX_MS + 1);
        err_clear(&e);
        CU_ASSERT_FALSE(acts_publish(office.bus, office.site, &x, &e));
        CU_ASSERT_STRING_EQUAL(e.code, "act.time");
        CU_ASSERT_EQUAL(on_record(), i + 1);
    }
}

static void a_word_on_a_hold_is_for_the_router_to_judge(void)
{
    struct act x = typed("release", ACT_AGE_MAX_MS + 1);
    CU_ASSERT_TRUE(acts_publish(office.bus, office.site, &x, &e));
    CU_ASSERT_EQUAL(on_record(), 1);
}

static bool asked(bool (*of)(struct bus *, const struct site *, const struct act *, struct err *),
                  const struct act *x)
{
    bool good = of(office.bus, office.site, x, &e);
    CU_ASSERT(good || strcmp(e.code, "act.again") == 0);
    err_clear(&e);
    return good;
}

/* Each host asks, puts it there, and asks again; step by step, in every order in which two can
 * meet. */
static void of_two_at_once_at_most_one_goes_on(void)
{
    for (unsigned order = 0; order < 64; order++) {
        int step[2] = { 0, 0 }, went_on = 0;
        bool alone = true;
        struct act x = typed("payload", (int64_t)(order + 1) * 1000);
        for (int turn = 0; turn < 6; turn++) {
            int host = order >> turn & 1;
            alone = alone && (turn == 0 || step[!host] == 0 || step[!host] == 3);
            if (step[host] == 0)
                step[host] = asked(acts_unused, &x) ? 1 : 3;
            else if (step[host] == 1)
                step[host] = acts_publish(office.bus, office.site, &x, &e) ? 2 : 3;
            else if (step[host] == 2) {
                went_on += asked(acts_used_once, &x);
                step[host] = 3;
            }
        }
        CU_ASSERT(went_on <= 1);
        CU_ASSERT(!alone || went_on == (step[0] == 3 || step[1] == 3));
    }
}

static void what_is_on_no_record_is_not_done(void)
{
    struct act x = typed("payload", 1000), other = typed("payload", 2000);
    CU_ASSERT_TRUE(acts_publish(office.bus, office.site, &other, &e));
    CU_ASSERT_FALSE(asked(acts_used_once, &x));
}

static CU_TestInfo tests[] = {
    { "what is good by the bus is done", what_is_good_by_the_bus_is_done },
    { "what is too old by the bus is not done", what_is_too_old_by_the_bus_is_not_done },
    { "of two at once at most one goes on", of_two_at_once_at_most_one_goes_on },
    { "what is on no record is not done", what_is_on_no_record_is_not_done },
    { "a word on a hold is for the router to judge", a_word_on_a_hold_is_for_the_router_to_judge },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_handing_in = {
    "handing_in", office_install, office_uninstall, fresh, done, tests
};
