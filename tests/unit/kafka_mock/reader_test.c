/* reader_test.c - reading from a broker that fails. */
#include <string.h>

#include "rig.h"

static void say_three(void)
{
    CU_ASSERT_TRUE_FATAL(rig_must(rig_publish("1") && rig_publish("2") && rig_publish("3")));
}

static void what_may_pass_is_fetched_again(void)
{
    say_three();
    FAIL(FETCH, WHY(NOT_LEADER_FOR_PARTITION), WHY(_TRANSPORT), WHY(UNKNOWN_TOPIC_OR_PART));
    CU_ASSERT_STRING_EQUAL(rig_read("in"), "1 2 3 ");
}

static void the_end_is_asked_for_again(void)
{
    struct bus_end end = { .next = 0 };
    say_three();
    FAIL(LIST_OFFSETS, WHY(NOT_LEADER_FOR_PARTITION), WHY(LEADER_NOT_AVAILABLE));
    CU_ASSERT_TRUE(rig_must(bus_end(rig.bus, "in", 0, &end, &rig.e)));
    CU_ASSERT_EQUAL(end.next, 3);
}

/* The library keeps that it is not there, and does not ask again by itself. */
static void the_end_of_a_topic_that_was_away_is_told_when_it_is_back(void)
{
    struct bus_end end = { .next = 0 };
    say_three();
    CU_ASSERT_TRUE(rig_must(bus_end(rig.bus, "in", 0, &end, &rig.e)));
    rig_spoil("in", WHY(UNKNOWN_TOPIC_OR_PART));
    FAIL(LIST_OFFSETS, WHY(UNKNOWN_TOPIC_OR_PART));
    /* Asked for all topics together, the mock may tell the spoilt one as if it were back. */
    if (!bus_end(rig.bus, "in", 0, &end, &rig.e))
        CU_ASSERT(rig_failed(ERR_FATAL, "bus.topic"));
    err_clear(&rig.e);
    rig_spoil("in", WHY(NO_ERROR));
    end.next = 0;
    CU_ASSERT_TRUE(rig_must(bus_end(rig.bus, "in", 0, &end, &rig.e)));
    CU_ASSERT_EQUAL(end.next, 3);
}

static void a_leader_that_moves_while_it_is_read_is_followed(void)
{
    struct bus_reader *r = NULL;
    const struct bus_record *got = NULL;
    size_t n = 0;
    bool end = false;
    rig_move_leader("in", 1);
    say_three();
    CU_ASSERT_TRUE_FATAL(rig_must(bus_reader_open(rig.bus, "in", 0, 0, &r, &rig.e)));
    for (size_t had = 0; had < 3; had += n)
        CU_ASSERT_TRUE_FATAL(rig_must(bus_reader_next(r, 100, &got, &n, &end, &rig.e)));
    rig_move_leader("in", 2);
    CU_ASSERT_TRUE(rig_must(rig_publish("4")));
    for (n = 0; n == 0;)
        CU_ASSERT_TRUE_FATAL(rig_must(bus_reader_next(r, 100, &got, &n, &end, &rig.e)));
    CU_ASSERT_EQUAL(n, 1);
    CU_ASSERT_EQUAL(got[0].offset, 3);
    bus_reader_close(&r);
}

/* Until the error is told or the time is over. */
static bool read_until_it_fails(void)
{
    struct bus_reader *r = NULL;
    const struct bus_record *got = NULL;
    size_t n = 0;
    bool end = false, good = rig_must(bus_reader_open(rig.bus, "in", 0, 0, &r, &rig.e));
    for (int i = 0; good && i < PATIENCE_MS / 100; i++)
        good = bus_reader_next(r, 100, &got, &n, &end, &rig.e);
    bus_reader_close(&r);
    return !good;
}

static void what_does_not_pass_ends_it(void)
{
    say_three();
    FAIL(FETCH, WHY(TOPIC_AUTHORIZATION_FAILED));
    CU_ASSERT_TRUE(read_until_it_fails());
    CU_ASSERT(rig_failed(ERR_FATAL, "bus.topic"));
    CU_ASSERT_PTR_NOT_NULL(strstr(rig.e.text, ".in'"));
}

static void a_position_that_the_broker_no_longer_has_ends_it(void)
{
    say_three();
    FAIL(FETCH, WHY(OFFSET_OUT_OF_RANGE));
    CU_ASSERT_TRUE(read_until_it_fails());
    CU_ASSERT(rig_failed(ERR_FATAL, "bus.position"));
}

static CU_TestInfo cases[] = {
    { "what may pass is fetched again", what_may_pass_is_fetched_again },
    { "the end is asked for again", the_end_is_asked_for_again },
    { "the end of a topic that was away is told when it is back",
      the_end_of_a_topic_that_was_away_is_told_when_it_is_back },
    { "a leader that moves while it is read is followed",
      a_leader_that_moves_while_it_is_read_is_followed },
    { "what does not pass ends it", what_does_not_pass_ends_it },
    { "a position that the broker no longer has ends it",
      a_position_that_the_broker_no_longer_has_ends_it },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_reader = { "reader", rig_open, rig_close, rig_fresh, rig_done, cases };
