/* errors_test.c - what the Kafka backend does when its client cannot. */
#include <CUnit/CUnit.h>

#include "client.h"

static struct bus *bus;
static struct bus_worker *worker;
static struct err e;

static void fresh(void)
{
    struct bus_options o = { .url = "kafka://127.0.0.1:1", .prefix = "", .client = "test" };
    broker = (struct broker){ .first = 0, .next = 6, .committed = 2 };
    err_clear(&e);
    CU_ASSERT_TRUE_FATAL(bus_open(&o, &bus, &e));
}

static void done(void)
{
    bus_leave(&worker);
    bus_close(&bus);
}

static void join(void)
{
    static const char *const topics[] = { "in", NULL };
    struct bus_join j = { .id = "router-0", .topics = topics, .partitions = 1 };
    CU_ASSERT_TRUE_FATAL(bus_join(bus, &j, &worker, &e));
}

/* Offset of the first of what is fetched next; -1: nothing. */
static int64_t fetch(void)
{
    const struct bus_record *in = NULL;
    size_t n = 0;
    CU_ASSERT_TRUE_FATAL(bus_fetch(worker, 0, &in, &n, &e));
    return n ? in[0].offset : -1;
}

static bool commit(void)
{
    struct bus_record r = { .topic = "out", .value = SLICE("decided") };
    struct bus_position p = { .topic = "in", .next = 6, .note = SLICE("") };
    err_clear(&e);
    return bus_commit(worker, &r, 1, &p, 1, &e);
}

static void what_was_not_committed_is_fetched_again(void)
{
    join();
    CU_ASSERT_EQUAL(fetch(), 2);
    CU_ASSERT_EQUAL(fetch(), -1);
    broker.commit_fails = ERR_RETRY;
    CU_ASSERT_FALSE(commit());
    CU_ASSERT_EQUAL(e.fate, ERR_RETRY);
    CU_ASSERT_EQUAL(broker.aborts, 1);
    CU_ASSERT_EQUAL(fetch(), 2);
    broker.commit_fails = ERR_NONE;
    CU_ASSERT_TRUE(commit());
}

/* Whoever went on would fetch what comes behind, and commit past what nobody decided. */
static void a_worker_that_cannot_go_back_ends(void)
{
    for (int row = 0; row < 2; row++) {
        join();
        CU_ASSERT_EQUAL(fetch(), 2);
        broker.commit_fails = ERR_RETRY;
        *(row ? &broker.assign_fails : &broker.abort_fails) = ERR_RETRY;
        CU_ASSERT_FALSE(commit());
        CU_ASSERT_EQUAL(e.fate, ERR_FATAL);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.text, row ? "cannot assign" : "cannot abort"));
        bus_leave(&worker);
        broker = (struct broker){ .first = 0, .next = 6, .committed = 2 };
    }
}

/* Whether it was committed cannot be told: a restart will. */
static void a_commit_that_cannot_be_told_is_not_aborted(void)
{
    join();
    CU_ASSERT_EQUAL(fetch(), 2);
    broker.commit_fails = ERR_FATAL;
    CU_ASSERT_FALSE(commit());
    CU_ASSERT_EQUAL(e.fate, ERR_FATAL);
    CU_ASSERT_EQUAL(broker.aborts, 0);
    CU_ASSERT_EQUAL(broker.assigns, 1);
}

static void a_trimmed_topic_is_read_from_where_it_begins(void)
{
    struct bus_reader *r = NULL;
    const struct bus_record *got = NULL;
    size_t n = 0;
    bool end = false;
    broker.first = 4;
    CU_ASSERT_TRUE_FATAL(bus_reader_open(bus, "in", 0, 0, &r, &e));
    CU_ASSERT_TRUE(bus_reader_next(r, 0, &got, &n, &end, &e));
    CU_ASSERT_EQUAL_FATAL(n, 2);
    CU_ASSERT_EQUAL(got[0].offset, 4);
    CU_ASSERT_TRUE(end);
    bus_reader_close(&r);
    CU_ASSERT_FALSE(bus_reader_open(bus, "in", 0, 2, &r, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "bus.aged");
}

static CU_TestInfo cases[] = {
    { "what was not committed is fetched again", what_was_not_committed_is_fetched_again },
    { "a worker that cannot go back ends", a_worker_that_cannot_go_back_ends },
    { "a commit that cannot be told is not aborted", a_commit_that_cannot_be_told_is_not_aborted },
    { "a trimmed topic is read from where it begins",
      a_trimmed_topic_is_read_from_where_it_begins },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_errors = { "errors", NULL, NULL, fresh, done, cases };
