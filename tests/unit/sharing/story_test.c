/* story_test.c - Ada, Ben, Cara and Dora (deploy/example/story) under the example's agreements. */
#include <CUnit/CUnit.h>

#include "world.h"
#include "sharing/judge/notice.h"

#define SAY(event, source, fields) CU_ASSERT_FATAL(world_say(&world, event, source, fields))
#define STAY                                                                                       \
    "header.episode=V1;name=TESTPATIENT;subject.nhs_number=9990000026;stay.ward=ELM;stay.site="    \
    "ZX9;"                                                                                         \
    "stay.reason=FALL;person.postcode=WX1 2AB;"

static void known_at_home(void)
{
    SAY("Caseload.declared", TEAM, "header.episode=P1;at=-500");
    SAY("SocialCare.package_started", TEAM, "header.episode=S1;at=-400;service.provider=" ROTA);
    CU_ASSERT_EQUAL(world.out.disclosure_count, 0);
}

static void ada_is_admitted(void)
{
    known_at_home();
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT_EQUAL(world.out.disclosure_count, 2);
    CU_ASSERT(world_got_text(&world, TEAM, "9990000026"));
    CU_ASSERT(world_got_text(&world, TEAM, "ELM"));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "FALL"));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "WX1"));
    CU_ASSERT(world_got_text(&world, ROTA, "TESTPATIENT"));
    CU_ASSERT_FALSE(world_got_text(&world, ROTA, "9990000026"));
    CU_ASSERT_FALSE(world_got_text(&world, ROTA, "ELM"));
}

static void adas_provider_hears_when_she_is_expected_home(void)
{
    ada_is_admitted();
    SAY("HospitalStay.expected_discharge_changed", WARDS,
        STAY "stay.expected_discharge=2026-02-10");
    CU_ASSERT(world_got_text(&world, TEAM, "2026-02-10"));
    CU_ASSERT(world_got_text(&world, ROTA, "2026-02-10"));
    CU_ASSERT_FALSE(world_got_text(&world, ROTA, "ELM"));
}

#define ASK                                                                                        \
    "case.to=" GRANTS ";name=TESTPATIENT;person.postcode=WX1 2AB;subject.nhs_number=9990000026"

static void adas_home_is_adapted_with_her_consent(void)
{
    ada_is_admitted();
    SAY("Restriction.lifted", WARDS, "restriction.kind=location"); /* somebody has looked */
    SAY("HousingCase.adaptation_requested", HUB, ASK);
    CU_ASSERT(world_decided(&world, GRANTS, "no-consent"));
    SAY("Consent.granted", HUB, "consent.purpose=housing-adaptation;consent.recipient=" GRANTS);
    CU_ASSERT_EQUAL(world.out.disclosure_count, 1);
    CU_ASSERT(world_got_text(&world, GRANTS, "WX1 2AB"));
    CU_ASSERT_FALSE(world_got_text(&world, GRANTS, "9990000026"));
    SAY("HousingCase.adaptation_decided", GRANTS, "case.status=approved");
    CU_ASSERT_EQUAL(world.out.disclosure_count, 2);
    CU_ASSERT(world_got_text(&world, HUB, "approved"));
    CU_ASSERT(world_got_text(&world, TEAM, "approved"));
    SAY("HousingCase.works_scheduled", GRANTS, "case.scheduled=2026-02-09");
    CU_ASSERT(world_got_text(&world, HUB, "2026-02-09"));
}

static void adas_cancelled_discharge_reaches_the_same(void)
{
    ada_is_admitted();
    SAY("HospitalStay.discharged", WARDS, STAY);
    CU_ASSERT_EQUAL(world.out.disclosure_count, 2);
    SAY("HospitalStay.discharged", WARDS, STAY "header.action=retracts");
    CU_ASSERT_EQUAL(world.out.disclosure_count, 2);
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
    CU_ASSERT_EQUAL(world_count(&world, ROTA), 1);
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "TESTPATIENT"));
}

static void ben_is_referred_where_he_chose_and_only_with_consent(void)
{
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT_EQUAL(world.out.disclosure_count, 0);
    SAY("Homelessness.referred", HUB, "referral.chosen=" OPTIONS ";person.phones[]=07700 900123");
    CU_ASSERT(world_decided(&world, OPTIONS, "no-consent"));
    CU_ASSERT(world_decided(&world, EASTWEX, "not-responsible"));
    SAY("Consent.granted", HUB, "consent.purpose=duty-to-refer;consent.recipient=" OPTIONS);
    CU_ASSERT_EQUAL(world.out.disclosure_count, 1);
    CU_ASSERT(world_got_text(&world, OPTIONS, "07700 900123"));
    SAY("Homelessness.acknowledged", OPTIONS, "duty.officer=M Dale");
    CU_ASSERT_EQUAL(world.out.disclosure_count, 1);
    CU_ASSERT(world_got_text(&world, HUB, "M Dale"));
}

static void caras_queue_is_told_that_her_location_is_hidden(void)
{
    struct notice_view n;
    known_at_home();
    SAY("HospitalStay.admitted", WARDS, STAY);
    SAY("Restriction.raised", WARDS, "restriction.kind=location");
    CU_ASSERT_EQUAL(world.out.disclosure_count, 0);
    CU_ASSERT_EQUAL(world.out.notice_count, 3); /* team, provider, wards */
    CU_ASSERT_FATAL(world_notice(&world, TEAM, &n));
    CU_ASSERT(slices_have(n.withhold, n.withhold_count, "stay.ward"));
    CU_ASSERT(slices_have(n.withhold, n.withhold_count, "stay.site"));
    CU_ASSERT(slices_have(n.withhold, n.withhold_count, "source.contact"));
}

static void doras_admission_catches_up_with_her_referral(void)
{
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT(world_decided(&world, TEAM, "no-relationship"));
    SAY("DischargePlan.referred", HUB, "referral.to=" TEAM ";referral.needs[]=help-at-home");
    CU_ASSERT_EQUAL(world.out.disclosure_count, 2);
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 2);
    SAY("DischargePlan.accepted", TEAM, "referral.worker=Jo Finch");
    CU_ASSERT(world_got_text(&world, HUB, "Jo Finch"));
    SAY("SocialCare.package_started", TEAM, "header.episode=S9;service.hours_per_week=10.5");
    CU_ASSERT(world_got_text(&world, HUB, "10.5"));
    SAY("HospitalStay.discharged", WARDS, STAY);
    SAY("SocialCare.package_changed", TEAM, "header.episode=S9");
    CU_ASSERT(world_decided(&world, HUB, "no-relationship")); /* she is no inpatient any more */
}

static CU_TestInfo cases[] = {
    { "Ada: the admission reaches her social worker and her provider", ada_is_admitted },
    { "Ada: her provider hears when she is expected home",
      adas_provider_hears_when_she_is_expected_home },
    { "Ada: her home is adapted with her consent", adas_home_is_adapted_with_her_consent },
    { "Ada: the cancelled discharge reaches exactly the same",
      adas_cancelled_discharge_reaches_the_same },
    { "Ben: referred where he chose, and only with consent",
      ben_is_referred_where_he_chose_and_only_with_consent },
    { "Cara: what is queued is told that her location is hidden",
      caras_queue_is_told_that_her_location_is_hidden },
    { "Dora: the admission catches up with her referral",
      doras_admission_catches_up_with_her_referral },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_story = { "story", NULL, NULL, world_setup, world_teardown, cases };
