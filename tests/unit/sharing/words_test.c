/* words_test.c - a no lasts: behind a yes that never held, and while its service is out of the
 * region. */
#include <CUnit/CUnit.h>

#include "sharing/facts/person.h"
#include "sharing/rules/when.h"
#include "world.h"

#define CARE SLICE("individual-care")

static uint16_t service(const char *name)
{
    return (uint16_t)bundle_service(world.bundle, slice_text(name));
}

/* Facts that went through their bytes. */
static void keep(const struct person *p, struct person *out)
{
    struct buf b;
    buf_init(&b, 1u << 16);
    CU_ASSERT_FATAL(person_encode(world.bundle, p, &b, &world.e));
    struct slice bytes = arena_copy(&world.arena, buf_slice(&b));
    buf_release(&b);
    CU_ASSERT_FATAL(person_decode(world.bundle, &world.arena, bytes, out, &world.e));
}

/* ---- a yes that never held ---- */

/* The hub says no, then something else; the team says yes. */
static enum truth may_after(struct consent_fact second)
{
    const struct consent_fact words[] = {
        { .recipient = -1,
          .occurred_ms = 1,
          .until_ms = NEVER_MS,
          .purpose = CARE,
          .source = SLICE(HUB) },
        second,
        { .recipient = -1,
          .granted = true,
          .occurred_ms = 9,
          .until_ms = NEVER_MS,
          .purpose = CARE,
          .source = SLICE(TEAM) },
    };
    const struct person p = { .consents = words, .consent_count = 3 };
    return facts_consent(&p, &(struct sharing_question){ .purpose = CARE, .who = 1 }, 10);
}

static struct consent_fact grant(int64_t until_ms, const char *capacity)
{
    return (struct consent_fact){ .recipient = -1,
                                  .granted = true,
                                  .occurred_ms = 5,
                                  .until_ms = until_ms,
                                  .purpose = CARE,
                                  .capacity = slice_text(capacity),
                                  .source = SLICE(HUB) };
}

static void a_yes_that_never_held_takes_no_no_back(void)
{
    CU_ASSERT_EQUAL(may_after(grant(NEVER_MS, "")), TRUTH_TRUE);
    CU_ASSERT_EQUAL(may_after(grant(NEVER_MS, "lacks-capacity")), TRUTH_UNKNOWN);
    CU_ASSERT_EQUAL(may_after(grant(5, "")), TRUTH_UNKNOWN);
    CU_ASSERT_EQUAL(may_after(grant(2, "")), TRUTH_UNKNOWN);
}

static void one_that_held_for_a_while_did(void)
{
    CU_ASSERT_EQUAL(may_after(grant(7, "")), TRUTH_TRUE);
}

static void without_another_agency_it_opens_nothing_either(void)
{
    const struct consent_fact words[] = {
        { .recipient = -1,
          .occurred_ms = 1,
          .until_ms = NEVER_MS,
          .purpose = CARE,
          .source = SLICE(HUB) },
        grant(NEVER_MS, "lacks-capacity"),
    };
    const struct person p = { .consents = words, .consent_count = 2 };
    CU_ASSERT_EQUAL(facts_consent(&p, &(struct sharing_question){ .purpose = CARE, .who = 1 }, 10),
                    TRUTH_FALSE);
}

/* ---- a purpose that no agreement has ---- */

/* Of a purpose for a service, after a yes to it and a no that names it so. */
static enum truth may_for(struct slice purpose, const char *refused)
{
    char *no = arena_format(&world.arena, "consent.purpose=%s;at=20", refused);
    world.facts = (struct person){ .consents = NULL };
    CU_ASSERT_FATAL(world_say(&world, "Consent.granted", HUB,
                              "consent.purpose=housing-adaptation;consent.basis=explicit;at=10"));
    CU_ASSERT_FATAL(world_say(&world, "Consent.revoked", HUB, no));
    const struct sharing_question ask = { .purpose = purpose, .who = service(TEAM) };
    return facts_consent(&world.facts, &ask, NEVER_MS - 1);
}

static void a_no_for_a_purpose_that_nobody_knows_is_for_every_purpose(void)
{
    const struct slice adaptation = SLICE("housing-adaptation");
    CU_ASSERT_EQUAL(may_for(adaptation, "housing-adaptation"), TRUTH_FALSE);
    CU_ASSERT_EQUAL(may_for(adaptation, "Housing-Adaptation"), TRUTH_FALSE);
    CU_ASSERT_EQUAL(may_for(adaptation, "housing_adaptation"), TRUTH_FALSE);
    CU_ASSERT_EQUAL(may_for(adaptation, "duty-to-refer"), TRUTH_TRUE);
    CU_ASSERT_EQUAL(may_for(adaptation, "Duty-To-Refer"), TRUTH_TRUE);
}

static void and_is_taken_back_by_a_later_yes(void)
{
    CU_ASSERT_EQUAL_FATAL(may_for(SLICE("housing-adaptation"), "adaptations"), TRUTH_FALSE);
    CU_ASSERT_FATAL(world_say(&world, "Consent.granted", HUB,
                              "consent.purpose=housing-adaptation;consent.basis=explicit;at=30"));
    const struct sharing_question ask = { .purpose = SLICE("housing-adaptation"),
                                          .who = service(TEAM) };
    CU_ASSERT_EQUAL(facts_consent(&world.facts, &ask, NEVER_MS - 1), TRUTH_TRUE);
}

/* ---- a service that is away ---- */

/* A no to that service, as a bundle that lacks it keeps it; read by one that may have it. */
static void read_words_about(const char *name, struct person *out)
{
    const struct consent_fact consent = { .recipient = SERVICE_AWAY,
                                          .away = slice_text(name),
                                          .purpose = CARE,
                                          .until_ms = NEVER_MS,
                                          .source = SLICE(HUB) };
    const struct objection_fact objection = {
        .recipient = SERVICE_AWAY, .away = slice_text(name), .stands = true, .source = SLICE(HUB)
    };
    const struct settlement settled = { .recipient = SERVICE_AWAY,
                                        .away = slice_text(name),
                                        .purpose = CARE };
    const struct person p = { .consents = &consent,
                              .consent_count = 1,
                              .objections = &objection,
                              .objection_count = 1,
                              .settlements = &settled,
                              .settlement_count = 1 };
    keep(&p, out);
}

static void a_no_stands_again_when_its_service_is_back(void)
{
    struct person p;
    uint16_t team = service(TEAM);
    read_words_about(TEAM, &p);
    CU_ASSERT_EQUAL_FATAL(p.objection_count, 1);
    CU_ASSERT_EQUAL(p.objections[0].recipient, team);
    CU_ASSERT_EQUAL(p.consents[0].recipient, team);
    CU_ASSERT_EQUAL(p.settlements[0].recipient, team);
    CU_ASSERT_EQUAL(
        facts_objection(&p, &(struct sharing_question){ .is_objection = true, .who = team }),
        TRUTH_TRUE);
    CU_ASSERT_EQUAL(facts_objection(&p, &(struct sharing_question){ .is_objection = true,
                                                                    .who = service(HUB) }),
                    TRUTH_FALSE);
}

static void meanwhile_it_is_kept_by_name_and_about_nobody(void)
{
    struct person p, again;
    read_words_about("gone/one", &p);
    keep(&p, &again);
    CU_ASSERT_EQUAL_FATAL(again.objection_count, 1);
    CU_ASSERT_EQUAL_FATAL(again.consent_count, 1);
    CU_ASSERT_EQUAL_FATAL(again.settlement_count, 1);
    CU_ASSERT(slice_equal_text(again.objections[0].away, "gone/one"));
    CU_ASSERT(slice_equal_text(again.consents[0].away, "gone/one"));
    CU_ASSERT(slice_equal_text(again.settlements[0].away, "gone/one"));
    CU_ASSERT_EQUAL(facts_objection(&again, &(struct sharing_question){ .is_objection = true,
                                                                        .who = service(TEAM) }),
                    TRUTH_FALSE);
    CU_ASSERT_FALSE(facts_consent_was_asked(&again, CARE, service(TEAM)));
}

static void who_is_decided_about_meanwhile_keeps_it(void)
{
    read_words_about("gone/one", &world.facts);
    CU_ASSERT_FATAL(world_say(&world, "HospitalStay.admitted", WARDS, "header.episode=V1"));
    CU_ASSERT_EQUAL_FATAL(world.facts.objection_count, 1);
    CU_ASSERT(slice_equal_text(world.facts.objections[0].away, "gone/one"));
}

/* ---- a location that was checked ---- */

static bool is_unchecked(void)
{
    const struct facts_context in = { .bundle = world.bundle, .facts = &world.facts };
    return facts_restricted(&in, SLICE("location-unchecked")) == TRUTH_TRUE;
}

static void who_does_not_check_opens_no_location(void)
{
    CU_ASSERT_FATAL(world_say(&world, "Restriction.lifted", TEAM, "restriction.kind=location"));
    CU_ASSERT(is_unchecked());
    CU_ASSERT_FATAL(world_say(&world, "Restriction.raised", TEAM, "restriction.kind=location"));
    CU_ASSERT_FATAL(
        world_say(&world, "Restriction.lifted", TEAM, "restriction.kind=location;at=1"));
    CU_ASSERT(is_unchecked());
    CU_ASSERT_FATAL(world_say(&world, "Restriction.lifted", WARDS, "restriction.kind=location"));
    CU_ASSERT_FALSE(is_unchecked());
}

static CU_TestInfo tests[] = {
    { "who does not check opens no location", who_does_not_check_opens_no_location },
    { "a yes that never held takes no no back", a_yes_that_never_held_takes_no_no_back },
    { "one that held for a while did", one_that_held_for_a_while_did },
    { "without another agency it opens nothing either",
      without_another_agency_it_opens_nothing_either },
    { "a no for a purpose that nobody knows is for every purpose",
      a_no_for_a_purpose_that_nobody_knows_is_for_every_purpose },
    { "and is taken back by a later yes", and_is_taken_back_by_a_later_yes },
    { "a no stands again when its service is back", a_no_stands_again_when_its_service_is_back },
    { "meanwhile it is kept by name and about nobody",
      meanwhile_it_is_kept_by_name_and_about_nobody },
    { "who is decided about meanwhile keeps it", who_is_decided_about_meanwhile_keeps_it },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_words = { "words", NULL, NULL, world_setup, world_teardown, tests };
