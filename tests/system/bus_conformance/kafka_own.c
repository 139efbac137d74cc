/* kafka_own.c - what the Kafka backend promises beyond the conformance suite. */
#include "kafka_own.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "between.h"
#include "conformance_fixture.h"

struct sight {
    struct bus_reader *r;
    size_t n;
    bool end, ok;
};

/* The output may still be on its way to the broker: until it is there, the end is the end. */
static bool look(void *ctx)
{
    struct sight *s = ctx;
    const struct bus_record *got;
    int64_t until_ns = clock_mono_ns() + PATIENCE_MS * (int64_t)1000000;
    s->ok = bus_reader_open(f.b, "out", 0, 0, &s->r, &f.e);
    while (s->ok && s->end && s->n == 0 && clock_mono_ns() < until_ns)
        s->ok = bus_reader_next(s->r, 100, &got, &s->n, &s->end, &f.e);
    return true;
}

/* Under read_committed the broker itself calls the last stable offset the end. */
static void does_not_say_the_end_before_an_open_transaction_is_decided(void)
{
    struct sight s = { .end = true };
    const struct bus_record *got = NULL;
    size_t n = 0;
    join_as("router-0");
    between_commits(look, &s);
    CU_ASSERT_TRUE_FATAL(must(commit_one("decided", 1)));
    CU_ASSERT_TRUE_FATAL(must(s.ok));
    CU_ASSERT_EQUAL(s.n, 0);
    CU_ASSERT_FALSE(s.end);
    while (n == 0 && !s.end)
        CU_ASSERT_TRUE_FATAL(must(bus_reader_next(s.r, 1000, &got, &n, &s.end, &f.e)));
    CU_ASSERT_EQUAL_FATAL(n, 1);
    CU_ASSERT_TRUE(slice_equal_text(got[0].value, "decided"));
    bus_reader_close(&s.r);
}

static void refuses_to_read_from_beyond_the_end(void)
{
    struct bus_reader *r;
    CU_ASSERT_FALSE_FATAL(bus_reader_open(f.b, "in", 0, 1, &r, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.position");
}

/* Another worker of the name takes over while a transaction is open; then it fails. */
static bool take_over_and_fail(void *ctx)
{
    static const char *const fetched[] = { "in", "more", NULL };
    struct bus_join j = { .id = "router-0", .topics = fetched, .partitions = 2 };
    (void)must(bus_join(f.b, &j, ctx, &f.e));
    return false;
}

/* Going back needs an abort, and that fails: going on would pass over what was fetched. */
static void a_worker_that_cannot_go_back_ends(void)
{
    struct bus_worker *second = NULL;
    struct bus_record r = record("out", 0, "k", "zombie");
    struct bus_position p = position("in", 1, "");
    publish_numbers("in", 1);
    join_as("router-0");
    CU_ASSERT_STRING_EQUAL(fetch_values(1), "0 ");
    between_commits(take_over_and_fail, &second);
    CU_ASSERT_FALSE(bus_commit(f.w, &r, 1, &p, 1, &f.e));
    CU_ASSERT_EQUAL(f.e.fate, ERR_FATAL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(second);
    err_clear(&f.e);
    bus_leave(&f.w);
    f.w = second;
    CU_ASSERT_STRING_EQUAL(fetch_values(1), "0 ");
}

static rd_kafka_t *administrator(void)
{
    char text[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    CU_ASSERT_EQUAL_FATAL(
        rd_kafka_conf_set(conf, "bootstrap.servers", strchr(f.url, ':') + 3, text, sizeof text),
        RD_KAFKA_CONF_OK);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rk);
    return rk;
}

/* What retention does: the first records of in/0 are no more. */
static void trim(int64_t before)
{
    char name[100];
    rd_kafka_t *rk = administrator();
    snprintf(name, sizeof name, "%sin", f.prefix);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, name, 0)->offset = before;
    rd_kafka_DeleteRecords_t *order = rd_kafka_DeleteRecords_new(list);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_DeleteRecords(rk, &order, 1, NULL, queue);
    rd_kafka_event_t *done = rd_kafka_queue_poll(queue, PATIENCE_MS);
    CU_ASSERT_PTR_NOT_NULL_FATAL(done);
    CU_ASSERT_EQUAL(rd_kafka_event_error(done), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(done);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteRecords_destroy(order);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(rk);
}

static void delete_topic(const char *topic)
{
    char name[100];
    rd_kafka_t *rk = administrator();
    snprintf(name, sizeof name, "%s%s", f.prefix, topic);
    rd_kafka_DeleteTopic_t *order = rd_kafka_DeleteTopic_new(name);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_DeleteTopics(rk, &order, 1, NULL, queue);
    rd_kafka_event_t *done = rd_kafka_queue_poll(queue, PATIENCE_MS);
    CU_ASSERT_PTR_NOT_NULL_FATAL(done);
    CU_ASSERT_EQUAL(rd_kafka_event_error(done), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(done);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteTopic_destroy(order);
    rd_kafka_destroy(rk);
}

/* librdkafka's consumer never says so, and cannot be destroyed from then on. */
static void a_worker_names_the_topic_that_was_deleted_and_ends(void)
{
    const struct bus_record *in;
    size_t n;
    int64_t until_ns = clock_mono_ns() + PATIENCE_MS * (int64_t)1000000;
    publish("more", 0, "k", "one");
    join_as("router-0");
    CU_ASSERT_STRING_EQUAL(fetch_values(1), "one ");
    delete_topic("in");
    while (clock_mono_ns() < until_ns && bus_fetch(f.w, 100, &in, &n, &f.e))
        ;
    CU_ASSERT_EQUAL(f.e.fate, ERR_FATAL);
    CU_ASSERT_STRING_EQUAL_FATAL(f.e.code ? f.e.code : "", "bus.topic");
    CU_ASSERT_PTR_NOT_NULL(strstr(f.e.text, "'in'"));
    int64_t left_ns = clock_mono_ns();
    bus_leave(&f.w);
    CU_ASSERT(clock_mono_ns() - left_ns < PATIENCE_MS * (int64_t)1000000);
    err_clear(&f.e);
    reopen_bus();
    CU_ASSERT_TRUE_FATAL(must(bus_topics(f.b, topics, TOPICS, &f.e)));
    join_as("router-0");
    publish("in", 0, "k", "anew");
    CU_ASSERT_STRING_EQUAL(read_values("in", 0, 0), "anew ");
}

/* One that stands at its end asks only where that is. */
static void a_reader_at_its_end_names_the_topic_that_was_deleted_and_sees_it_when_it_is_back(void)
{
    const struct bus_record *got;
    struct bus_reader *r = NULL;
    struct bus_end back = { .next = 9 };
    size_t n;
    bool end = false, good = true;
    int64_t until_ns = clock_mono_ns() + PATIENCE_MS * (int64_t)1000000;
    publish_numbers("in", 3);
    CU_ASSERT_TRUE_FATAL(must(bus_reader_open(f.b, "in", 0, 0, &r, &f.e)));
    while (!end)
        CU_ASSERT_TRUE_FATAL(must(bus_reader_next(r, 100, &got, &n, &end, &f.e)));
    delete_topic("in");
    while (good && clock_mono_ns() < until_ns)
        good = bus_reader_next(r, 100, &got, &n, &end, &f.e);
    CU_ASSERT_EQUAL(f.e.fate, ERR_FATAL);
    CU_ASSERT_STRING_EQUAL(f.e.code ? f.e.code : "", "bus.topic");
    err_clear(&f.e);
    bus_reader_close(&r);
    CU_ASSERT_TRUE_FATAL(must(bus_topics(f.b, topics, TOPICS, &f.e)));
    CU_ASSERT_TRUE(must(bus_end(f.b, "in", 0, &back, &f.e)));
    CU_ASSERT_EQUAL(back.next, 0);
}

static void reads_a_trimmed_topic_from_where_it_begins(void)
{
    struct bus_reader *r = NULL;
    publish_numbers("in", 6);
    trim(4);
    CU_ASSERT_STRING_EQUAL(read_values("in", 0, 0), "4 5 ");
    CU_ASSERT_STRING_EQUAL(read_values("in", 0, 4), "4 5 ");
    CU_ASSERT_FALSE_FATAL(bus_reader_open(f.b, "in", 0, 2, &r, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.aged");
    CU_ASSERT_PTR_NOT_NULL(strstr(f.e.text, "at 2: it begins at 4; up to 2"));
}

static void stops_a_worker_before_a_gap(void)
{
    static const char *const fetched[] = { "in", NULL };
    struct bus_join j = { .id = "router-0", .topics = fetched, .partitions = 2 };
    struct bus_worker *w = NULL;
    publish_numbers("in", 6);
    join_as("router-0");
    CU_ASSERT_STRING_EQUAL(fetch_values(6), numbers(6));
    CU_ASSERT_TRUE(must(commit_one("first", 1)));
    bus_leave(&f.w);
    trim(4);
    CU_ASSERT_FALSE_FATAL(bus_join(f.b, &j, &w, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.aged");
    CU_ASSERT_PTR_NOT_NULL(strstr(f.e.text, "at 1: it begins at 4; up to 3"));
    err_clear(&f.e);
    j.past_gaps = true;
    CU_ASSERT_TRUE_FATAL(must(bus_join(f.b, &j, &f.w, &f.e)));
    CU_ASSERT_STRING_EQUAL(fetch_values(2), "4 5 ");
}

/* Of what this process has published the word costs nothing, and tells it from what stands there
 * later. */
static void knows_what_it_published_by_when_it_was_accepted(void)
{
    struct bus_end end, none;
    bool still = false;
    publish_numbers("in", 3);
    CU_ASSERT_TRUE_FATAL(must(bus_published(f.b, "in", 0, &end, &f.e)));
    CU_ASSERT_TRUE_FATAL(must(bus_published(f.b, "in", 1, &none, &f.e)));
    CU_ASSERT(end.next == 3 && end.stamp > 0 && none.next == 0);
    CU_ASSERT_TRUE(must(bus_still_has(f.b, "in", 0, &end, &still, &f.e)) && still);
    publish_numbers("in", 2);
    CU_ASSERT_TRUE(must(bus_still_has(f.b, "in", 0, &end, &still, &f.e)) && still);
    end.stamp++;
    CU_ASSERT_TRUE(must(bus_still_has(f.b, "in", 0, &end, &still, &f.e)) && !still);
    end.next = 6;
    CU_ASSERT_TRUE(must(bus_still_has(f.b, "in", 0, &end, &still, &f.e)) && !still);
}

/* One record fetched and committed with the time at which it was accepted, or `off` from that. */
static void commit_with_time(int64_t off)
{
    const struct bus_record *r = NULL;
    size_t n = 0;
    while (n == 0)
        CU_ASSERT_TRUE_FATAL(must(bus_fetch(f.w, 1000, &r, &n, &f.e)));
    struct bus_position p = position("in", r[n - 1].offset + 1, "");
    p.at_ms = r[n - 1].accepted_ms + off;
    CU_ASSERT_TRUE_FATAL(must(bus_commit(f.w, NULL, 0, &p, 1, &f.e)));
    bus_leave(&f.w);
}

static void begins_anew_where_another_record_stands_than_it_read(void)
{
    const char *note;
    publish("in", 0, "k", "first");
    join_as("router-0");
    commit_with_time(0);
    publish("in", 0, "k", "second");
    join_as("router-0");
    CU_ASSERT_EQUAL(committed("in", &note), 1);
    CU_ASSERT_STRING_EQUAL(note, "");
    commit_with_time(-1);
    publish("in", 0, "k", "third");
    join_as("router-0");
    CU_ASSERT_STRING_EQUAL(fetch_values(3), "first second third ");
}

/* ---- topics that others made ---- */

/* Takes the event of an administrator's order. */
static void must_be_done(rd_kafka_queue_t *queue)
{
    rd_kafka_event_t *done = rd_kafka_queue_poll(queue, PATIENCE_MS);
    CU_ASSERT_PTR_NOT_NULL_FATAL(done);
    CU_ASSERT_EQUAL_FATAL(rd_kafka_event_error(done), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(done);
    rd_kafka_queue_destroy(queue);
}

/* settings: name, value, name, value .. NULL. */
static void make_by_hand(const char *topic, const char *const *settings)
{
    char name[100], why[200];
    rd_kafka_t *rk = administrator();
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    snprintf(name, sizeof name, "%s%s", f.prefix, topic);
    rd_kafka_NewTopic_t *order = rd_kafka_NewTopic_new(name, 1, 1, why, sizeof why);
    for (; *settings; settings += 2)
        rd_kafka_NewTopic_set_config(order, settings[0], settings[1]);
    rd_kafka_CreateTopics(rk, &order, 1, NULL, queue);
    must_be_done(queue);
    rd_kafka_NewTopic_destroy(order);
    rd_kafka_destroy(rk);
}

/* What the sentence's command does; all others of the topic's own settings go. */
static void set_by_hand(const char *topic, const char *const *settings)
{
    char name[100];
    rd_kafka_t *rk = administrator();
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    snprintf(name, sizeof name, "%s%s", f.prefix, topic);
    rd_kafka_ConfigResource_t *order = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name);
    for (; *settings; settings += 2)
        rd_kafka_ConfigResource_set_config(order, settings[0], settings[1]);
    rd_kafka_AlterConfigs(rk, &order, 1, NULL, queue);
    must_be_done(queue);
    rd_kafka_ConfigResource_destroy(order);
    rd_kafka_destroy(rk);
}

#define ROOMY "max.message.bytes", "4325376"
#define STAMPED "message.timestamp.type", "LogAppendTime", ROOMY

static void refuses_a_topic_that_is_kept_so_that_a_law_breaks(void)
{
    static const struct {
        struct bus_topic t;
        const char *wrong[9], *right[9], *says;
    } rows[] = {
        { { .name = "events.a", .partitions = 1 },
          { NULL },
          { STAMPED, NULL },
          "message.timestamp.type is CreateTime and must be LogAppendTime" },
        { { .name = "facts", .partitions = 1, .compacted = true },
          { STAMPED, NULL },
          { STAMPED, "cleanup.policy", "compact", NULL },
          "cleanup.policy is delete and must be compact" },
        { { .name = "links.a", .partitions = 1, .compacted = true },
          { STAMPED, "cleanup.policy", "compact,delete", NULL },
          { STAMPED, "cleanup.policy", "compact", NULL },
          "cleanup.policy is compact,delete and must be compact" },
        { { .name = "receipts.a", .partitions = 1 },
          { STAMPED, "cleanup.policy", "compact", NULL },
          { STAMPED, "retention.ms", "60000", NULL },
          "cleanup.policy is compact and must be delete" },
        { { .name = "control", .partitions = 1 },
          { STAMPED, NULL },
          { STAMPED, "retention.ms", "-1", NULL },
          "retention.ms is 604800000 and must be -1" },
        { { .name = "audit.x", .partitions = 1 },
          { STAMPED, "retention.bytes", "99999", NULL },
          { STAMPED, "retention.bytes", "99999", NULL },
          NULL }, /* not for ever */
        { { .name = "events.b", .partitions = 1 },
          { "message.timestamp.type", "LogAppendTime", "max.message.bytes", "4325375", NULL },
          { "message.timestamp.type", "LogAppendTime", "max.message.bytes", "9999999", NULL },
          "max.message.bytes is 4325375 and must be at least 4325376" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        make_by_hand(rows[i].t.name, rows[i].wrong);
        bool good = bus_topics(f.b, &rows[i].t, 1, &f.e);
        CU_ASSERT_EQUAL_FATAL(good, rows[i].says == NULL);
        CU_ASSERT(good || (f.e.fate == ERR_FATAL && strcmp(f.e.code, "bus.settings") == 0));
        CU_ASSERT(good || strstr(f.e.text, rows[i].says));
        CU_ASSERT(good || strstr(f.e.text, rows[i].t.name));
        err_clear(&f.e);
        set_by_hand(rows[i].t.name, rows[i].right);
        CU_ASSERT_TRUE(must(bus_topics(f.b, &rows[i].t, 1, &f.e)));
    }
}

/* The record itself tells, whatever this login may see of settings. */
static void ends_before_a_record_that_its_sender_dated(void)
{
    static const char *const fetched[] = { "events.a", NULL };
    static const char *const dated[] = { "message.timestamp.type", "CreateTime", ROOMY, NULL };
    const struct bus_topic t = { .name = "events.a", .partitions = 1 };
    struct bus_join j = { .id = "router-0", .topics = fetched, .partitions = 1 };
    const struct bus_record *in = NULL;
    size_t n = 0;
    int64_t until_ns = clock_mono_ns() + PATIENCE_MS * (int64_t)1000000;
    CU_ASSERT_TRUE_FATAL(must(bus_topics(f.b, &t, 1, &f.e)));
    publish("events.a", 0, "k", "by the bus");
    set_by_hand("events.a", dated);
    CU_ASSERT_FALSE_FATAL(bus_topics(f.b, &t, 1, &f.e));
    err_clear(&f.e);
    publish("events.a", 0, "k", "by its sender");
    CU_ASSERT_TRUE_FATAL(must(bus_join(f.b, &j, &f.w, &f.e)));
    CU_ASSERT_STRING_EQUAL(fetch_values(1), "by the bus ");
    CU_ASSERT_TRUE(must(commit_one("decided", 1)));
    while (clock_mono_ns() < until_ns && bus_fetch(f.w, 100, &in, &n, &f.e))
        CU_ASSERT_EQUAL(n, 0);
    CU_ASSERT_EQUAL(f.e.fate, ERR_FATAL);
    CU_ASSERT_STRING_EQUAL_FATAL(f.e.code ? f.e.code : "", "bus.dated");
    CU_ASSERT_PTR_NOT_NULL(strstr(f.e.text, "'events.a' 0 at 1:"));
    err_clear(&f.e);
}

/* Text that no compression makes small. */
static const char *large_text(void)
{
    static char text[60001];
    uint32_t x = 1;
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        x = x * 1664525 + 1013904223;
        text[i] = (char)('!' + (x >> 24) % 90);
    }
    return text;
}

/* Nothing of it is lost, and it goes on by itself. */
static void says_that_a_topic_takes_no_record_of_that_size_and_goes_on_once_it_does(void)
{
    static const char *const narrow[] = { "message.timestamp.type", "LogAppendTime",
                                          "max.message.bytes", "10000", NULL };
    static const char *const wide[] = { STAMPED, NULL };
    const struct bus_record large = record("out", 0, "k", large_text());
    const struct bus_position p = position("in", 1, "");
    publish_numbers("in", 1);
    join_as("router-0");
    CU_ASSERT_STRING_EQUAL(fetch_values(1), "0 ");
    set_by_hand("out", narrow);
    for (int i = 0; i < 2; i++) {
        bool by_worker = i == 1;
        CU_ASSERT_FALSE(by_worker ? bus_commit(f.w, &large, 1, &p, 1, &f.e)
                                  : bus_publish(f.b, &large, 1, &f.e));
        CU_ASSERT_EQUAL(f.e.fate, ERR_RETRY);
        CU_ASSERT_STRING_EQUAL(f.e.code ? f.e.code : "", "bus.limit");
        CU_ASSERT_PTR_NOT_NULL(strstr(f.e.text,
                                      "out': a record is larger than its max.message.bytes, "
                                      "which must be at least 4325376"));
        err_clear(&f.e);
    }
    set_by_hand("out", wide);
    CU_ASSERT_TRUE(must(bus_publish(f.b, &large, 1, &f.e)));
    CU_ASSERT_STRING_EQUAL(fetch_values(1), "0 ");
    bool taken = bus_commit(f.w, &large, 1, &p, 1,
                            &f.e); /* one behind a lost record may fail for its number */
    if (!taken) {
        CU_ASSERT_EQUAL(f.e.fate, ERR_RETRY);
        err_clear(&f.e);
        CU_ASSERT_STRING_EQUAL(fetch_values(1), "0 ");
        CU_ASSERT_TRUE(must(bus_commit(f.w, &large, 1, &p, 1, &f.e)));
    }
    const char *note;
    CU_ASSERT_EQUAL(committed("in", &note), 1);
}

CU_TestInfo kafka_own_cases[] = {
    { "does not say the end before an open transaction is decided",
      does_not_say_the_end_before_an_open_transaction_is_decided },
    { "refuses to read from beyond the end", refuses_to_read_from_beyond_the_end },
    { "a worker that cannot go back ends", a_worker_that_cannot_go_back_ends },
    { "reads a trimmed topic from where it begins", reads_a_trimmed_topic_from_where_it_begins },
    { "a worker names the topic that was deleted, and ends",
      a_worker_names_the_topic_that_was_deleted_and_ends },
    { "a reader at its end names the topic that was deleted, and sees it when it is back",
      a_reader_at_its_end_names_the_topic_that_was_deleted_and_sees_it_when_it_is_back },
    { "stops a worker before a gap", stops_a_worker_before_a_gap },
    { "knows what it published by when it was accepted",
      knows_what_it_published_by_when_it_was_accepted },
    { "refuses a topic that is kept so that a law breaks",
      refuses_a_topic_that_is_kept_so_that_a_law_breaks },
    { "ends before a record that its sender dated", ends_before_a_record_that_its_sender_dated },
    { "says that a topic takes no record of that size, and goes on once it does",
      says_that_a_topic_takes_no_record_of_that_size_and_goes_on_once_it_does },
    { "begins anew where another record stands than it read",
      begins_anew_where_another_record_stands_than_it_read },
    CU_TEST_INFO_NULL
};
