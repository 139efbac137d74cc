/* publish_test.c - publishing to a broker that fails. */
#include <string.h>

#include "rig.h"

static void what_may_pass_is_sent_again_and_stands_once(void)
{
    FAIL(PRODUCE, WHY(NOT_LEADER_FOR_PARTITION), WHY(_TRANSPORT), WHY(NOT_ENOUGH_REPLICAS));
    CU_ASSERT_TRUE(rig_must(rig_publish("1")));
    FAIL(PRODUCE, WHY(REQUEST_TIMED_OUT), WHY(LEADER_NOT_AVAILABLE));
    CU_ASSERT_TRUE(rig_must(rig_publish("2")));
    CU_ASSERT_TRUE(rig_must(rig_publish("3")));
    CU_ASSERT_STRING_EQUAL(rig_read("in"), "1 2 3 ");
}

static void a_leader_that_moved_is_followed(void)
{
    for (int broker = 1; broker <= 2; broker++) {
        rig_move_leader("in", broker);
        CU_ASSERT_TRUE(rig_must(rig_publish("x")));
    }
    CU_ASSERT_STRING_EQUAL(rig_read("in"), "x x ");
}

/* The producer that it failed on is given up: nothing may follow on it. */
static void what_is_refused_is_told_and_the_next_is_taken(void)
{
    static const rd_kafka_resp_err_t refusals[] = { WHY(TOPIC_AUTHORIZATION_FAILED),
                                                    WHY(INVALID_RECORD),
                                                    WHY(OUT_OF_ORDER_SEQUENCE_NUMBER) };
    CU_ASSERT_TRUE(rig_must(rig_publish("first")));
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        FAIL(PRODUCE, refusals[i]);
        CU_ASSERT_FALSE(rig_publish("refused"));
        CU_ASSERT(rig_failed(ERR_RETRY, "bus.down"));
        CU_ASSERT_TRUE(rig_must(rig_publish("next")));
    }
    CU_ASSERT_STRING_EQUAL(rig_read("in"), "first next next next ");
}

/* Said as what it is, and by the topic's name; tried again it goes on once the topic takes it. */
static void a_record_that_a_topic_does_not_take_for_its_size_is_told(void)
{
    FAIL(PRODUCE, WHY(MSG_SIZE_TOO_LARGE));
    CU_ASSERT_FALSE(rig_publish("large"));
    CU_ASSERT(rig_failed(ERR_RETRY, "bus.limit"));
    CU_ASSERT_PTR_NOT_NULL(strstr(rig.e.text,
                                  ".in': a record is larger than its max.message.bytes, "
                                  "which must be at least 4325376"));
    CU_ASSERT_TRUE(rig_must(rig_publish("large")));
    CU_ASSERT_STRING_EQUAL(rig_read("in"), "large ");
}

static void a_topic_that_it_may_not_use_is_named(void)
{
    static const rd_kafka_resp_err_t why[] = { WHY(UNKNOWN_TOPIC_OR_PART),
                                               WHY(TOPIC_AUTHORIZATION_FAILED) };
    for (size_t i = 0; i < sizeof why / sizeof why[0]; i++) {
        rig_spoil("in", why[i]);
        CU_ASSERT_FALSE(rig_publish("1"));
        CU_ASSERT_STRING_EQUAL(rig.e.code, "bus.topic");
        CU_ASSERT_PTR_NOT_NULL(strstr(rig.e.text, "'in'"));
    }
    rig_spoil("in", WHY(NO_ERROR));
    CU_ASSERT_TRUE(rig_must(rig_publish("2")));
    CU_ASSERT_STRING_EQUAL(rig_read("in"), "2 ");
}

static void a_producer_id_that_is_not_given_yet_is_asked_for_again(void)
{
    FAIL(INIT_PRODUCER_ID, WHY(COORDINATOR_LOAD_IN_PROGRESS), WHY(_TRANSPORT));
    CU_ASSERT_TRUE(rig_must(rig_publish("1")));
    CU_ASSERT_STRING_EQUAL(rig_read("in"), "1 ");
}

static CU_TestInfo cases[] = {
    { "what may pass is sent again, and stands once", what_may_pass_is_sent_again_and_stands_once },
    { "a leader that moved is followed", a_leader_that_moved_is_followed },
    { "what is refused is told, and the next is taken",
      what_is_refused_is_told_and_the_next_is_taken },
    { "a record that a topic does not take for its size is told",
      a_record_that_a_topic_does_not_take_for_its_size_is_told },
    { "a topic that it may not use is named", a_topic_that_it_may_not_use_is_named },
    { "a producer id that is not given yet is asked for again",
      a_producer_id_that_is_not_given_yet_is_asked_for_again },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_publish = { "publish", rig_open, rig_close, rig_fresh, rig_done, cases };
