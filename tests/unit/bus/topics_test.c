/* topics_test.c - the region's topic names, and how a worker's id names its group. */
#include <CUnit/CUnit.h>

#include "bus/backend.h"
#include "bus/topics.h"

static void names_topics_by_agency_and_service(void)
{
    struct arena a;
    arena_init(&a, 4096);
    CU_ASSERT_STRING_EQUAL(topic_events(&a, SLICE("wexbridge")), "events.wexbridge");
    CU_ASSERT_STRING_EQUAL(topic_receipts(&a, SLICE("wexbridge")), "receipts.wexbridge");
    CU_ASSERT_STRING_EQUAL(topic_quarantine(&a, SLICE("wexbridge")), "quarantine.wexbridge");
    CU_ASSERT_STRING_EQUAL(topic_links(&a, SLICE("wexbridge")), "links.wexbridge");
    CU_ASSERT_STRING_EQUAL(topic_disclosures(&a, SLICE("wexbridge/grants")),
                           "disclosures.wexbridge.grants");
    CU_ASSERT_STRING_EQUAL(topic_restrictions(&a, SLICE("wexbridge/grants")),
                           "restrictions.wexbridge.grants");
    arena_release(&a);
}

static void says_no_name_when_the_arena_is_full(void)
{
    struct arena a;
    arena_init(&a, 8);
    CU_ASSERT_PTR_NULL(topic_events(&a, SLICE("wexbridge")));
    arena_release(&a);
}

static void never_lets_audit_and_control_age_away(void)
{
    CU_ASSERT_TRUE(topic_is_for_ever(TOPIC_AUDIT));
    CU_ASSERT_TRUE(topic_is_for_ever(TOPIC_CONTROL));
    CU_ASSERT_FALSE(topic_is_for_ever("events.wexbridge"));
}

static void takes_the_number_off_a_worker_for_its_group(void)
{
    static const struct {
        const char *id;
        size_t length;
    } table[] = { { "router-0", 6 }, { "router-12", 6 },   { "router", 6 }, { "hub-inbox", 9 },
                  { "-1", 2 },       { "hub-inbox-3", 9 }, { "router-", 7 } };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        CU_ASSERT_EQUAL(bus_name_group_length(table[i].id), table[i].length);
}

static void refuses_an_address_of_no_known_bus(void)
{
    struct err e = { 0 };
    struct bus *b;
    struct bus_options o = { .url = "amqp://host" };
    CU_ASSERT_FALSE_FATAL(bus_open(&o, &b, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "bus.url");
    CU_ASSERT_PTR_NULL(b);
}

static CU_TestInfo cases[] = {
    { "names topics by agency and service", names_topics_by_agency_and_service },
    { "says no name when the arena is full", says_no_name_when_the_arena_is_full },
    { "never lets audit and control age away", never_lets_audit_and_control_age_away },
    { "takes the number off a worker for its group", takes_the_number_off_a_worker_for_its_group },
    { "refuses an address of no known bus", refuses_an_address_of_no_known_bus },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_topics = { "topics", NULL, NULL, NULL, NULL, cases };
