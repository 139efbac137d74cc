/* worker_test.c - joining, fetching and committing on a broker that fails.
 *
 * The mock forgets offsets that are sent in a transaction, and shows what was aborted: what is read
 * afterwards is asked of a real broker. */
#include <string.h>

#include "rig.h"

static void fresh(void)
{
    rig_fresh();
    CU_ASSERT_TRUE_FATAL(rig_must(rig_publish("1") && rig_publish("2")));
}

static void join(void)
{
    CU_ASSERT_TRUE_FATAL(rig_must(rig_join()));
    CU_ASSERT_STRING_EQUAL(rig_fetch(2), "1 2 ");
}

static void a_coordinator_that_is_not_ready_is_asked_again(void)
{
    FAIL(FIND_COORDINATOR, WHY(COORDINATOR_NOT_AVAILABLE), WHY(_TRANSPORT));
    FAIL(INIT_PRODUCER_ID, WHY(COORDINATOR_LOAD_IN_PROGRESS), WHY(NOT_COORDINATOR),
         WHY(CONCURRENT_TRANSACTIONS));
    FAIL(OFFSET_FETCH, WHY(COORDINATOR_LOAD_IN_PROGRESS), WHY(NOT_COORDINATOR));
    join();
}

static void who_may_not_join_is_told(void)
{
    FAIL(INIT_PRODUCER_ID, WHY(TRANSACTIONAL_ID_AUTHORIZATION_FAILED));
    CU_ASSERT_FALSE(rig_join());
    CU_ASSERT(rig_failed(ERR_FATAL, "bus.fatal"));
    CU_ASSERT_PTR_NULL(rig.worker);
    CU_ASSERT_TRUE(rig_must(rig_join()));
}

static void a_commit_goes_on_behind_a_coordinator_that_moved(void)
{
    join();
    rig_move_coordinator("transaction", "router-0", 2);
    rig_move_coordinator("group", "router", 1);
    CU_ASSERT_TRUE(rig_must(rig_commit("a", 1)));
    rig_move_coordinator("transaction", "router-0", 1);
    rig_move_coordinator("group", "router", 2);
    CU_ASSERT_TRUE(rig_must(rig_commit("b", 2)));
    CU_ASSERT_STRING_EQUAL(rig_read("out"), "a b ");
}

/* At each of its steps. */
static void a_commit_makes_its_requests_again(void)
{
    static const enum request steps[] = { ADD_PARTITIONS, ADD_OFFSETS, SEND_POSITIONS,
                                          END_TRANSACTION };
    join();
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        FAIL(steps[i], WHY(COORDINATOR_LOAD_IN_PROGRESS), WHY(NOT_COORDINATOR));
        CU_ASSERT_TRUE(rig_must(rig_commit("x", 1)));
    }
    FAIL(PRODUCE, WHY(NOT_LEADER_FOR_PARTITION), WHY(_TRANSPORT));
    CU_ASSERT_TRUE(rig_must(rig_commit("y", 2)));
    CU_ASSERT_STRING_EQUAL(rig_read("out"), "x x x x y ");
}

/* What fails in the transaction alone: it is aborted, the same is fetched again, and goes. */
static void a_commit_that_fails_is_aborted_and_fetched_again(void)
{
    static const struct {
        enum request step;
        rd_kafka_resp_err_t why;
        const char *code;
    } rows[] = {
        { ADD_PARTITIONS, WHY(TOPIC_AUTHORIZATION_FAILED), "bus.down" },
        { ADD_OFFSETS, WHY(GROUP_AUTHORIZATION_FAILED), "bus.down" },
        { PRODUCE, WHY(MSG_SIZE_TOO_LARGE), "bus.limit" },
        { SEND_POSITIONS, WHY(GROUP_AUTHORIZATION_FAILED), "bus.down" },
        { SEND_POSITIONS, WHY(FENCED_INSTANCE_ID), "bus.down" },
        { PRODUCE, WHY(MSG_SIZE_TOO_LARGE), "bus.limit" },
    };
    join();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        FAIL(rows[i].step, rows[i].why);
        CU_ASSERT_FALSE(rig_commit("refused", 2));
        CU_ASSERT(rig_failed(ERR_RETRY, rows[i].code));
        CU_ASSERT_STRING_EQUAL(rig_fetch(2), "1 2 ");
        rd_kafka_mock_clear_request_errors(rig.cluster, (int16_t)rows[i].step);
    }
    bool taken = rig_commit(
        "taken", 2); /* the first behind a lost record may fail once more, for its number */
    CU_ASSERT_TRUE(taken || (rig.e.fate == ERR_RETRY && rig_must(rig_commit("taken", 2))));
}

static void another_of_its_name_ends_it(void)
{
    static const rd_kafka_resp_err_t why[] = { WHY(PRODUCER_FENCED), WHY(INVALID_PRODUCER_EPOCH) };
    for (size_t i = 0; i < sizeof why / sizeof why[0]; i++) {
        join();
        FAIL(END_TRANSACTION, why[i]);
        CU_ASSERT_FALSE(rig_commit("zombie", 2));
        CU_ASSERT(rig_failed(ERR_FATAL, "bus.fenced"));
        bus_leave(&rig.worker);
        rd_kafka_mock_clear_request_errors(rig.cluster, END_TRANSACTION);
    }
    join();
    CU_ASSERT_TRUE(rig_must(rig_commit("heir", 2)));
}

static void a_commit_that_cannot_be_told_ends_it(void)
{
    join();
    FAIL(END_TRANSACTION, WHY(INVALID_TXN_STATE));
    CU_ASSERT_FALSE(rig_commit("who knows", 2));
    CU_ASSERT(rig_failed(ERR_FATAL, "bus.fatal"));
}

/* Whoever went on would fetch what comes behind, and commit past what nobody decided. */
static void an_abort_that_fails_ends_it(void)
{
    join();
    FAIL(SEND_POSITIONS, WHY(GROUP_AUTHORIZATION_FAILED));
    FAIL(END_TRANSACTION, WHY(TRANSACTIONAL_ID_AUTHORIZATION_FAILED));
    CU_ASSERT_FALSE(rig_commit("refused", 2));
    CU_ASSERT_EQUAL(rig.e.fate, ERR_FATAL);
}

static void what_may_pass_is_fetched_again(void)
{
    CU_ASSERT_TRUE_FATAL(rig_must(rig_join()));
    FAIL(FETCH, WHY(NOT_LEADER_FOR_PARTITION), WHY(_TRANSPORT));
    CU_ASSERT_STRING_EQUAL(rig_fetch(2), "1 2 ");
}

static CU_TestInfo cases[] = {
    { "a coordinator that is not ready is asked again",
      a_coordinator_that_is_not_ready_is_asked_again },
    { "who may not join is told", who_may_not_join_is_told },
    { "a commit goes on behind a coordinator that moved",
      a_commit_goes_on_behind_a_coordinator_that_moved },
    { "a commit makes its requests again", a_commit_makes_its_requests_again },
    { "a commit that fails is aborted, and fetched again",
      a_commit_that_fails_is_aborted_and_fetched_again },
    { "another of its name ends it", another_of_its_name_ends_it },
    { "a commit that cannot be told ends it", a_commit_that_cannot_be_told_ends_it },
    { "an abort that fails ends it", an_abort_that_fails_ends_it },
    { "what may pass is fetched again", what_may_pass_is_fetched_again },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_worker = { "worker", rig_open, rig_close, fresh, rig_done, cases };
