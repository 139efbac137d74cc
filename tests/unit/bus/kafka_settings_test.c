/* kafka_settings_test.c - the address of a Kafka bus, and what clients and topics are made with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "bus/kafka_settings.h"

static struct arena a;
static struct err e;
static const struct kafka_setting *list;

static void fresh(void)
{
    arena_init(&a, 64 * 1024);
    err_clear(&e);
    list = NULL;
}

static void gone(void)
{
    arena_release(&a);
}

static const char *value_of(const struct kafka_setting *in, const char *name)
{
    for (; in->name; in++)
        if (strcmp(in->name, name) == 0)
            return in->value;
    return "";
}

static const char *topics_value_of(const struct kafka_topic_setting *in, const char *name)
{
    for (; in->name; in++)
        if (strcmp(in->name, name) == 0)
            return in->value;
    return "";
}

static void takes_hosts_and_how_to_connect(void)
{
    CU_ASSERT_TRUE_FATAL(
        kafka_settings("k1:9093,k2:9093?security.protocol=SSL&ssl.ca.location=/ca", &a, &list, &e));
    CU_ASSERT_STRING_EQUAL(value_of(list, "bootstrap.servers"), "k1:9093,k2:9093");
    CU_ASSERT_STRING_EQUAL(value_of(list, "security.protocol"), "SSL");
    CU_ASSERT_STRING_EQUAL(value_of(list, "ssl.ca.location"), "/ca");
}

static void reads_a_secret_from_its_file(void)
{
    char path[] = "/tmp/concordat-secret-XXXXXX", address[80];
    int fd = mkstemp(path);
    CU_ASSERT_TRUE_FATAL(fd >= 0 && write(fd, "s3cret\nmore\n", 12) == 12);
    close(fd);
    snprintf(address, sizeof address, "k:9093?sasl.password.file=%s", path);
    CU_ASSERT_FATAL(chmod(path, 0640) == 0);
    CU_ASSERT_FALSE(kafka_settings(address, &a, &list, &e));
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "others may read it"));
    err_clear(&e);
    CU_ASSERT_FATAL(chmod(path, 0600) == 0);
    bool ok = kafka_settings(address, &a, &list, &e);
    unlink(path);
    CU_ASSERT_TRUE_FATAL(ok);
    CU_ASSERT_STRING_EQUAL(value_of(list, "sasl.password"), "s3cret");
    CU_ASSERT_STRING_EQUAL(value_of(list, "sasl.password.file"), "");
}

static void refuses_what_a_site_may_not_set_and_says_no_value(void)
{
    static const char *const bad[] = { "",
                                       "?security.protocol=SSL",
                                       "k:1?isolation.level=read_uncommitted",
                                       "k:1?sasl.password=hunter2",
                                       "k:1?security.protocol",
                                       "k:1?sasl.password.file=/nonexistent",
                                       "k:1?x=1&x=1&x=1" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        err_clear(&e);
        CU_ASSERT_FALSE(kafka_settings(bad[i], &a, &list, &e));
        CU_ASSERT_STRING_EQUAL(e.code, "bus.url");
        CU_ASSERT_EQUAL(e.fate, ERR_FATAL);
        CU_ASSERT_PTR_NULL(strstr(e.text, "hunter2"));
    }
}

/* The site's check would go by the first, the client by the last. */
static void refuses_a_setting_given_twice(void)
{
    CU_ASSERT_FALSE(kafka_settings(
        "k:1?security.protocol=SSL&sasl.username=u&security.protocol=PLAINTEXT", &a, &list, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "bus.url");
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "security.protocol twice"));
}

static void reads_only_what_was_committed_and_looks_at_all(void)
{
    static const char level[] = "isolation.level";
    struct kafka_setting told[KAFKA_ROLE_SETTINGS_MAX];
    CU_ASSERT_STRING_EQUAL(value_of(kafka_role_settings(KAFKA_FETCHER, told), level),
                           "read_committed");
    CU_ASSERT_STRING_EQUAL(value_of(kafka_role_settings(KAFKA_READER, told), level),
                           "read_committed");
    CU_ASSERT_STRING_EQUAL(value_of(kafka_role_settings(KAFKA_LOOKER, told), level),
                           "read_uncommitted");
}

static void sends_one_request_at_a_time_that_a_new_partition_may_refuse(void)
{
    static const char requests[] = "max.in.flight.requests.per.connection";
    struct kafka_setting told[KAFKA_ROLE_SETTINGS_MAX];
    CU_ASSERT_STRING_EQUAL(value_of(kafka_role_settings(KAFKA_PUBLISHER, told), requests), "1");
    CU_ASSERT_STRING_EQUAL(value_of(kafka_role_settings(KAFKA_WRITER, told), requests), "1");
}

static void makes_topics_that_time_records_and_keep_the_audit(void)
{
    struct kafka_topic_setting made[KAFKA_TOPIC_SETTINGS_MAX];
    struct bus_topic facts = { .name = "facts", .partitions = 4, .compacted = true };
    struct bus_topic audit = { .name = "audit", .partitions = 4 };
    struct bus_topic events = { .name = "events.x", .partitions = 4 };
    kafka_topic_settings(&facts, 1, made);
    CU_ASSERT_STRING_EQUAL(topics_value_of(made, "cleanup.policy"), "compact");
    CU_ASSERT_STRING_EQUAL(topics_value_of(made, "message.timestamp.type"), "LogAppendTime");
    kafka_topic_settings(&audit, 3, made);
    CU_ASSERT_STRING_EQUAL(topics_value_of(made, "retention.ms"), "-1");
    CU_ASSERT_STRING_EQUAL(topics_value_of(made, "min.insync.replicas"), "2");
    kafka_topic_settings(&events, 1, made);
    CU_ASSERT_STRING_EQUAL(topics_value_of(made, "retention.ms"), "");
    CU_ASSERT_STRING_EQUAL(topics_value_of(made, "cleanup.policy"),
                           "delete"); /* the broker's default may be another */
}

/* Whoever made it. Of what is only well for a topic nothing is asked. */
static void asks_of_a_topic_that_is_there_what_the_laws_rest_on(void)
{
    static const struct {
        struct bus_topic t;
        const char *policy, *ms, *bytes;
    } rows[] = {
        { { .name = "facts", .compacted = true }, "compact", "", "" },
        { { .name = "events.x" }, "delete", "", "" },
        { { .name = "audit" }, "delete", "-1", "-1" },
        { { .name = "control" }, "delete", "-1", "-1" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct kafka_topic_setting *must = kafka_topic_musts(&rows[i].t);
        CU_ASSERT_STRING_EQUAL(topics_value_of(must, "message.timestamp.type"), "LogAppendTime");
        CU_ASSERT_STRING_EQUAL(topics_value_of(must, "cleanup.policy"), rows[i].policy);
        CU_ASSERT_STRING_EQUAL(topics_value_of(must, "retention.ms"), rows[i].ms);
        CU_ASSERT_STRING_EQUAL(topics_value_of(must, "retention.bytes"), rows[i].bytes);
        CU_ASSERT_STRING_EQUAL(topics_value_of(must, "max.message.bytes"), "4325376");
    }
}

static void a_topic_may_take_larger_records_than_it_must_and_no_smaller_ones(void)
{
    static const struct kafka_topic_setting size = { "max.message.bytes", "4325376" },
                                            policy = { "cleanup.policy", "compact" };
    CU_ASSERT_TRUE(kafka_must_holds(&size, "4325376"));
    CU_ASSERT_TRUE(kafka_must_holds(&size, "10485760"));
    CU_ASSERT_FALSE(kafka_must_holds(&size, "4325375"));
    CU_ASSERT_FALSE(kafka_must_holds(&size, "999999"));
    CU_ASSERT_FALSE(kafka_must_holds(&size, "much"));
    CU_ASSERT_TRUE(kafka_must_holds(&policy, "compact"));
    CU_ASSERT_FALSE(kafka_must_holds(&policy, "compact,delete"));
}

static CU_TestInfo cases[] = {
    { "takes hosts and how to connect", takes_hosts_and_how_to_connect },
    { "reads a secret from its file", reads_a_secret_from_its_file },
    { "refuses what a site may not set and says no value",
      refuses_what_a_site_may_not_set_and_says_no_value },
    { "refuses a setting given twice", refuses_a_setting_given_twice },
    { "reads only what was committed and looks at all",
      reads_only_what_was_committed_and_looks_at_all },
    { "sends one request at a time, that a new partition may refuse",
      sends_one_request_at_a_time_that_a_new_partition_may_refuse },
    { "makes topics that time records and keep the audit",
      makes_topics_that_time_records_and_keep_the_audit },
    { "asks of a topic that is there what the laws rest on",
      asks_of_a_topic_that_is_there_what_the_laws_rest_on },
    { "a topic may take larger records than it must, and no smaller ones",
      a_topic_may_take_larger_records_than_it_must_and_no_smaller_ones },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_kafka_settings = { "kafka_settings", NULL, NULL, fresh, gone, cases };
