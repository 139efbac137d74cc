/* settled_test.c - what named people settled is settled for that question alone: that purpose, that
 * recipient, consent or objection. */
#include <CUnit/CUnit.h>

#include "sharing/facts/person.h"
#include "sharing/rules/when.h"
#include "world.h"

#define CARE SLICE("individual-care")
#define HOUSING SLICE("housing")

static const struct event_id yes[] = { { { 1 } }, { { 2 } } }, no = { { 3 } };

/* The hub takes all back, whatever for and whoever to; the team says yes, of each purpose. */
static enum truth may(const struct settlement *settled, struct slice purpose, uint16_t who)
{
    const struct consent_fact words[] = {
        { .recipient = -1, .occurred_ms = 1, .until_ms = NEVER_MS, .by = no, .source = SLICE(HUB) },
        { .recipient = -1,
          .granted = true,
          .occurred_ms = 2,
          .until_ms = NEVER_MS,
          .by = yes[0],
          .purpose = CARE,
          .source = SLICE(TEAM) },
        { .recipient = -1,
          .granted = true,
          .occurred_ms = 2,
          .until_ms = NEVER_MS,
          .by = yes[1],
          .purpose = HOUSING,
          .source = SLICE(TEAM) },
    };
    const struct person p = { .consents = words,
                              .consent_count = 3,
                              .settlements = settled,
                              .settlement_count = settled != NULL };
    return facts_consent(&p, &(struct sharing_question){ .purpose = purpose, .who = who }, 3);
}

static enum truth objects(const struct settlement *settled, uint16_t who)
{
    const struct objection_fact words[] = {
        { .recipient = -1, .stands = true, .occurred_ms = 1, .by = no, .source = SLICE(HUB) },
        { .recipient = -1, .occurred_ms = 2, .by = yes[0], .source = SLICE(TEAM) },
    };
    const struct person p = {
        .objections = words, .objection_count = 2, .settlements = settled, .settlement_count = 1
    };
    return facts_objection(&p, &(struct sharing_question){ .is_objection = true, .who = who });
}

static void a_no_that_was_overruled_for_one_purpose_stands_for_another(void)
{
    const struct settlement s = {
        .purpose = CARE, .recipient = 1, .yes = true, .overruled = slice_of(no.b, ID_BYTES)
    };
    CU_ASSERT_EQUAL(may(NULL, CARE, 1), TRUTH_UNKNOWN);
    CU_ASSERT_EQUAL(may(&s, CARE, 1), TRUTH_TRUE);
    CU_ASSERT_EQUAL(may(&s, HOUSING, 1), TRUTH_UNKNOWN);
}

static void and_for_another_recipient(void)
{
    const struct settlement s = {
        .purpose = CARE, .recipient = 1, .yes = true, .overruled = slice_of(no.b, ID_BYTES)
    };
    const struct settlement of_objection = {
        .is_objection = true, .recipient = 1, .yes = true, .overruled = slice_of(no.b, ID_BYTES)
    };
    CU_ASSERT_EQUAL(may(&s, CARE, 2), TRUTH_UNKNOWN);
    CU_ASSERT_EQUAL(objects(&of_objection, 1), TRUTH_FALSE);
    CU_ASSERT_EQUAL(objects(&of_objection, 2), TRUTH_UNKNOWN);
}

static void what_was_settled_of_consent_is_nothing_to_an_objection(void)
{
    const struct settlement s = { .recipient = 1,
                                  .yes = true,
                                  .overruled = slice_of(no.b, ID_BYTES) };
    const struct settlement of_objection = { .is_objection = true,
                                             .purpose = CARE,
                                             .recipient = 1,
                                             .yes = true,
                                             .overruled = slice_of(no.b, ID_BYTES) };
    CU_ASSERT_EQUAL(objects(&s, 1), TRUTH_UNKNOWN);
    CU_ASSERT_EQUAL(may(&of_objection, CARE, 1), TRUTH_UNKNOWN);
}

static CU_TestInfo tests[] = {
    { "a no that was overruled for one purpose stands for another",
      a_no_that_was_overruled_for_one_purpose_stands_for_another },
    { "and for another recipient", and_for_another_recipient },
    { "what was settled of consent is nothing to an objection",
      what_was_settled_of_consent_is_nothing_to_an_objection },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_settled = { "settled", NULL, NULL, world_setup, world_teardown, tests };
