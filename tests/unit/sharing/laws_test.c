/* laws_test.c - facts out of order, consents, catching up, retractions, doors, holds, identity. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "sharing/rules/compiled.h"
#include "sharing/judge/notice.h"
#include "sharing/rules/clause.h"
#include "world.h"

#define SAY(event, source, fields) CU_ASSERT_FATAL(world_say(&world, event, source, fields))
#define STAY                                                                                       \
    "header.episode=V1;name=TESTPATIENT;stay.ward=ELM;stay.site=ZX9;subject.nhs_number="           \
    "9990000026;"

static void make_known(void)
{
    SAY("Caseload.declared", TEAM, "header.episode=C1;at=-100");
}

static struct slice field(const char *service, size_t n, const char *path)
{
    struct view v;
    return world_got(&world, service, n, &v, NULL) ? view_text_at(&v, path) : (struct slice){ 0 };
}

/* ---- facts ---- */

static void a_known_person_reaches_the_responsible_team(void)
{
    make_known();
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
    CU_ASSERT(world_decided(&world, ROTA, "no-relationship"));
    CU_ASSERT(world_got_text(&world, TEAM, "TESTPATIENT"));
    CU_ASSERT_EQUAL(world.out.disclosure_count, 1);
}

static void an_ended_case_is_known_no_more(void)
{
    make_known();
    SAY("Caseload.ended", TEAM, "header.episode=C1;at=-50");
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT(world_decided(&world, TEAM, "no-relationship"));
}

static void an_end_that_arrives_first_still_ends(void)
{
    SAY("Caseload.ended", TEAM, "header.episode=C1;at=-50");
    make_known();
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT(world_decided(&world, TEAM, "no-relationship"));
}

static size_t open_relationships(const char *kind)
{
    size_t n = 0;
    for (size_t i = 0; i < world.facts.relationship_count; i++)
        n += world.facts.relationships[i].is_open &&
             slice_equal_text(world.facts.relationships[i].kind, kind);
    return n;
}

static void a_discharge_before_its_admission_leaves_the_stay_closed(void)
{
    SAY("HospitalStay.discharged", WARDS, STAY "at=10");
    SAY("HospitalStay.admitted", WARDS, STAY "at=1");
    CU_ASSERT_EQUAL(open_relationships("inpatient"), 0);
    SAY("HospitalStay.discharged", WARDS, STAY "at=10;header.action=retracts");
    CU_ASSERT_EQUAL(open_relationships("inpatient"), 1);
}

static void cancelling_undoes_what_was_made_known(void)
{
    SAY("HospitalStay.admitted", WARDS, STAY "at=1");
    CU_ASSERT_EQUAL(open_relationships("inpatient"), 1);
    SAY("HospitalStay.discharged", WARDS, STAY "at=5");
    CU_ASSERT_EQUAL(open_relationships("inpatient"), 0);
    SAY("HospitalStay.discharged", WARDS, STAY "header.action=retracts"); /* A13 */
    CU_ASSERT_EQUAL(open_relationships("inpatient"), 1);
    SAY("HospitalStay.admitted", WARDS, STAY "header.action=retracts"); /* A11 */
    CU_ASSERT_EQUAL(world.facts.relationship_count, 0);
}

static void another_episode_is_another_stay(void)
{
    SAY("HospitalStay.admitted", WARDS, "header.episode=V1");
    SAY("HospitalStay.admitted", WARDS, "header.episode=V2");
    SAY("HospitalStay.discharged", WARDS, "header.episode=V1");
    CU_ASSERT_EQUAL(open_relationships("inpatient"), 1);
}

#define ASK "case.to=" GRANTS ";name=TESTPATIENT;case.works[]=ramp"
#define MAY "consent.purpose=housing-adaptation;consent.recipient=" GRANTS ";"

static void the_last_word_on_consent_is_the_last_that_was_said(void)
{
    world.now_ms += 10 * HOUR;
    SAY("Consent.revoked", HUB, MAY "at=5");
    SAY("Consent.granted", HUB, MAY "at=1"); /* said earlier, arrives later */
    SAY("HousingCase.adaptation_requested", HUB, ASK);
    CU_ASSERT(world_decided(&world, GRANTS, "no-consent"));
    SAY("Consent.granted", HUB, MAY "at=9");
    SAY("HousingCase.adaptation_requested", HUB, ASK);
    CU_ASSERT(world_decided(&world, GRANTS, "disclose"));
}

static void consent_holds_through_its_last_day(void)
{
    SAY("Consent.granted", HUB, MAY "consent.expires=2026-03-02");
    world.now_ms = T0 + 24 * HOUR - 1;
    SAY("HousingCase.adaptation_requested", HUB, ASK);
    CU_ASSERT(world_decided(&world, GRANTS, "disclose"));
    world.now_ms = T0 + 24 * HOUR;
    SAY("HousingCase.adaptation_requested", HUB, ASK);
    CU_ASSERT(world_decided(&world, GRANTS, "no-consent"));
}

static void consent_that_ended_when_1970_began_has_ended(void)
{
    SAY("Consent.granted", HUB, MAY "consent.expires=1970-01-01T00:00Z");
    SAY("HousingCase.adaptation_requested", HUB, ASK);
    CU_ASSERT(world_decided(&world, GRANTS, "no-consent"));
}

static void a_refusal_without_a_purpose_refuses_all(void)
{
    SAY("Consent.granted", HUB, MAY "at=1");
    SAY("Consent.revoked", HUB, "at=2");
    SAY("HousingCase.adaptation_requested", HUB, ASK);
    CU_ASSERT(world_decided(&world, GRANTS, "no-consent"));
}

static void an_objection_stops_and_its_lifting_lets_through(void)
{
    make_known();
    SAY("Consent.objection_recorded", HUB, "");
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT(world_decided(&world, TEAM, "objection"));
    SAY("Consent.objection_lifted", HUB, "");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
    CU_ASSERT(world_decision(&world, TEAM, true) != NULL);
}

/* ---- law 9 ---- */

static void the_admission_catches_up_when_the_person_becomes_known(void)
{
    const struct disclosure *late;
    struct view v;
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT(world_decided(&world, TEAM, "no-relationship"));
    SAY("DischargePlan.referred", HUB, "referral.to=" TEAM ";name=SPECIMEN");
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
    CU_ASSERT_EQUAL_FATAL(world_count(&world, TEAM), 2);
    CU_ASSERT_FATAL(world_got(&world, TEAM, 1, &v, &late));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "header.kind"), "admitted"));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "stay.ward"), "ELM"));
    SAY("DischargePlan.referred", HUB, "referral.to=" TEAM ";name=SPECIMEN");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1); /* nobody gets the admission twice */
}

static void what_catches_up_has_the_id_it_would_have_had(void)
{
    const struct disclosure *d;
    struct view v;
    char first[21] = "";
    make_known();
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, &d));
    memcpy(first, d->id.text, sizeof first);
    unsigned said = world.serial;
    world_close(&world);
    world_setup();
    world.serial = said - 1; /* the same event id, before anybody knows the person */
    SAY("HospitalStay.admitted", WARDS, STAY);
    SAY("Caseload.declared", TEAM, "header.episode=C1");
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, &d));
    CU_ASSERT_STRING_EQUAL(d->id.text, first);
}

static void a_request_catches_up_with_the_consent_to_it(void)
{
    SAY("HousingCase.adaptation_requested", HUB, ASK);
    CU_ASSERT(world_decided(&world, GRANTS, "no-consent"));
    SAY("Consent.granted", HUB, MAY);
    CU_ASSERT_EQUAL(world_count(&world, GRANTS), 1);
    CU_ASSERT(world_got_text(&world, GRANTS, "ramp"));
}

static void nothing_catches_up_of_a_closed_or_cancelled_episode(void)
{
    SAY("HospitalStay.admitted", WARDS, STAY);
    SAY("HospitalStay.discharged", WARDS, STAY);
    make_known();
    CU_ASSERT_EQUAL(world.out.disclosure_count, 0);
    SAY("HousingCase.adaptation_requested", HUB, ASK);
    SAY("HousingCase.adaptation_requested", HUB, "header.action=retracts");
    SAY("Consent.granted", HUB, MAY);
    CU_ASSERT_EQUAL(world.out.disclosure_count, 0);
}

/* ---- law 10 ---- */

static void a_retraction_follows_to_exactly_the_receivers(void)
{
    struct view v;
    const struct disclosure *d;
    make_known();
    SAY("SocialCare.package_started", TEAM, "header.episode=S1;service.provider=" ROTA);
    SAY("HospitalStay.admitted", WARDS, STAY);
    SAY("HospitalStay.discharged", WARDS, STAY "header.contact_team=Hub");
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, &d));
    const struct disclosure_id original = d->id;
    SAY("Consent.objection_recorded", HUB, ""); /* whatever is so now */
    SAY("Caseload.ended", TEAM, "header.episode=C1");
    SAY("HospitalStay.discharged", WARDS, STAY "header.action=retracts");
    CU_ASSERT_EQUAL(world.out.disclosure_count, 2);
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, &d));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "header.original"), original.text));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "header.action"), "retracts"));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "header.agreement"), "hospital-discharge"));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "TESTPATIENT"));
    CU_ASSERT_FALSE(world_got_text(&world, ROTA, "TESTPATIENT"));
    CU_ASSERT(strcmp(d->id.text, original.text) != 0);
}

static void who_did_not_get_the_original_gets_no_retraction(void)
{
    SAY("HospitalStay.admitted", WARDS, STAY);
    SAY("HospitalStay.admitted", WARDS, STAY "header.action=retracts");
    CU_ASSERT(world_decided(&world, TEAM, "retraction-follows"));
    CU_ASSERT_EQUAL(world.out.disclosure_count, 0);
    SAY("HospitalStay.admitted", WARDS, STAY "header.action=retracts");
    CU_ASSERT(world_decided(&world, TEAM, "retraction-without-original"));
}

static void a_retraction_cancels_its_original_at_the_door(void)
{
    struct notice_view n;
    struct view v;
    const struct disclosure *d;
    make_known();
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, &d));
    const struct disclosure_id original = d->id;
    SAY("HospitalStay.admitted", WARDS, STAY "header.action=retracts");
    CU_ASSERT_FATAL(world_notice(&world, TEAM, &n));
    CU_ASSERT(slices_have(n.cancelled, n.cancelled_count, original.text));
}

static void a_replacement_names_what_it_replaces(void)
{
    struct notice_view n;
    struct view v;
    const struct disclosure *d;
    make_known();
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, &d));
    const struct disclosure_id original = d->id;
    SAY("HospitalStay.admitted", WARDS, STAY "header.action=replaces");
    CU_ASSERT(slice_equal_text(field(TEAM, 0, "header.original"), original.text));
    SAY("Restriction.raised", WARDS, "restriction.kind=location");
    CU_ASSERT_FATAL(world_notice(&world, TEAM, &n));
    CU_ASSERT_EQUAL(n.cancelled_count, 0); /* it was corrected, not taken back */
    SAY("HospitalStay.admitted", WARDS, STAY "header.action=retracts");
    CU_ASSERT_FATAL(world_notice(&world, TEAM, &n));
    CU_ASSERT(slices_have(n.cancelled, n.cancelled_count, original.text));
}

/* ---- law 6 ---- */

static void a_hidden_location_is_told_to_every_door_and_lifted_again(void)
{
    struct notice_view n;
    make_known();
    SAY("HospitalStay.admitted", WARDS, STAY);
    SAY("Restriction.raised", WARDS, "restriction.kind=location");
    CU_ASSERT_FATAL(world_notice(&world, TEAM, &n));
    CU_ASSERT(slices_have(n.withhold, n.withhold_count, "stay.ward"));
    CU_ASSERT(slices_have(n.withhold, n.withhold_count, "location.address"));
    CU_ASSERT_FALSE(slices_have(n.withhold, n.withhold_count, "identity.nhs-number"));
    CU_ASSERT(slice_equal_text(n.tell, "restricted-ask-the-source"));
    CU_ASSERT_FALSE(slices_have(n.stop, n.stop_count, "hospital-discharge"));
    SAY("Restriction.lifted", WARDS, "restriction.kind=location");
    CU_ASSERT_FATAL(world_notice(&world, TEAM, &n));
    CU_ASSERT_EQUAL(n.withhold_count, 0);
    CU_ASSERT(slice_is_empty(n.tell));
}

/* A hospital that says of everybody that it hides nothing must not undo what another hides. */
static void only_who_raised_a_restriction_lifts_it(void)
{
    struct notice_view n;
    make_known();
    SAY("HospitalStay.admitted", WARDS, STAY);
    SAY("Restriction.raised", TEAM, "restriction.kind=location");
    SAY("Restriction.lifted", WARDS, "restriction.kind=location");
    SAY("Restriction.lifted", HUB, "restriction.kind=location");
    CU_ASSERT_FATAL(world_notice(&world, TEAM, &n));
    CU_ASSERT(slices_have(n.withhold, n.withhold_count, "stay.ward"));
    SAY("Restriction.lifted", TEAM, "restriction.kind=location");
    CU_ASSERT_FATAL(world_notice(&world, TEAM, &n));
    CU_ASSERT_EQUAL(n.withhold_count, 0);
}

static void a_door_hears_all_that_stands(void)
{
    struct notice_view n;
    make_known();
    SAY("HospitalStay.admitted", WARDS, STAY);
    SAY("Restriction.raised", WARDS, "restriction.kind=location");
    SAY("Consent.objection_recorded", HUB, "consent.recipient=" TEAM);
    CU_ASSERT_FATAL(world_notice(&world, TEAM, &n));
    CU_ASSERT(slices_have(n.withhold, n.withhold_count, "stay.ward"));
    CU_ASSERT(slices_have(n.stop, n.stop_count, "hospital-discharge"));
    CU_ASSERT_FALSE(slices_have(n.stop, n.stop_count, "duty-to-refer"));
}

/* The same bundle, but that agreement no longer names anybody. */
static const struct bundle *without(const char *agreement)
{
    struct bundle *b = arena_alloc(&world.arena, sizeof *b);
    struct clause *list = ARENA_ARRAY(&world.arena, world.bundle->clause_count, struct clause);
    *b = *world.bundle;
    for (size_t i = 0; i < b->clause_count; i++) {
        list[i] = b->clauses[i];
        if (slice_equal_text(clause_agreement(b, (uint32_t)i)->name, agreement))
            list[i].to = (struct services){ .bits = { 0 } };
    }
    b->clauses = list;
    return b;
}

static void what_went_by_a_clause_that_is_gone_is_stopped_too(void)
{
    struct notice_view n;
    make_known();
    SAY("HospitalStay.admitted", WARDS, STAY);
    world.bundle = without("hospital-discharge");
    SAY("Consent.objection_recorded", HUB, "consent.recipient=" TEAM);
    CU_ASSERT_FATAL(world_notice(&world, TEAM, &n));
    CU_ASSERT(slices_have(n.stop, n.stop_count, "hospital-discharge"));
}

static void withdrawn_consent_stops_what_is_queued(void)
{
    struct notice_view n;
    SAY("Consent.granted", HUB, MAY);
    SAY("HousingCase.adaptation_requested", HUB, ASK);
    SAY("Consent.revoked", HUB, MAY);
    CU_ASSERT_FATAL(world_notice(&world, GRANTS, &n));
    CU_ASSERT(slices_have(n.stop, n.stop_count, "adaptations"));
}

static void a_restricted_person_is_shared_without_location(void)
{
    struct view v;
    make_known();
    SAY("Restriction.raised", WARDS, "restriction.kind=location");
    SAY("HospitalStay.admitted", WARDS, STAY "header.contact_phone=01632 960777");
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, NULL));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "header.notice"), "restricted-ask-the-source"));
    CU_ASSERT(world_got_text(&world, TEAM, "TESTPATIENT"));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "ELM"));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "ZX9"));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "960777"));
}

/* ---- holds ---- */

/* Known, but nobody has said who is responsible. */
static void hold_an_admission(void)
{
    SAY("SocialCare.package_started", TEAM, "header.episode=S1");
    SAY("HospitalStay.admitted", WARDS, STAY);
}

static void what_cannot_be_told_is_held_for_a_human(void)
{
    hold_an_admission();
    CU_ASSERT(world_decided(&world, TEAM, "unknown"));
    CU_ASSERT_EQUAL(world_decision(&world, TEAM, false)->outcome, OUTCOME_HOLD);
    CU_ASSERT_EQUAL_FATAL(world.facts.hold_count, 1);
    CU_ASSERT(slice_equal_text(world.facts.holds[0].clause,
                               "hospital-discharge/3/stay-to-the-social-worker"));
    CU_ASSERT(slice_equal(world.facts.holds[0].bytes, world.in.framed));
}

static void a_released_hold_is_decided_again_with_unknowns_true(void)
{
    struct judge_input in;
    struct judged out;
    hold_an_admission();
    const struct hold held = world.facts.holds[0];
    in = world.in;
    in.facts = &world.facts;
    in.release = &held;
    CU_ASSERT_FATAL(world_judge(&world, &in, &out));
    CU_ASSERT_EQUAL(out.disclosure_count, 1);
    CU_ASSERT_EQUAL_FATAL(out.decision_count, 1);
    CU_ASSERT_EQUAL(out.decisions[0].outcome, OUTCOME_DISCLOSE);
    CU_ASSERT_EQUAL(out.after->hold_count, 0);
    in.facts = out.after;
    CU_ASSERT_FATAL(world_judge(&world, &in, &out));
    CU_ASSERT_STRING_EQUAL(out.error, "duplicate");
    CU_ASSERT_EQUAL(out.disclosure_count, 0);
}

static void a_hold_ends_when_the_answer_comes(void)
{
    hold_an_admission();
    SAY("Caseload.declared", TEAM, "header.episode=C1");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
    CU_ASSERT_EQUAL(world.facts.hold_count, 0);
}

static void a_retracted_event_is_held_no_more(void)
{
    hold_an_admission();
    SAY("HospitalStay.admitted", WARDS, STAY "header.action=retracts");
    CU_ASSERT_EQUAL(world.facts.hold_count, 0);
}

/* ---- identity, refusals ---- */

#define UNSURE "header.identity_confidence=unverified;header.birth_hash="

static void an_unverified_number_is_held_until_a_birth_date_agrees(void)
{
    SAY("Caseload.declared", TEAM, "header.birth_hash=bb");
    SAY("HospitalStay.admitted", WARDS, STAY UNSURE "aa");
    CU_ASSERT(world_decided(&world, TEAM, "identity-unverified"));
    CU_ASSERT_EQUAL(open_relationships("inpatient"), 0);
    SAY("HospitalStay.moved", WARDS,
        STAY "header.identity_confidence=verified;header.birth_hash=bb");
    SAY("HospitalStay.admitted", WARDS, STAY UNSURE "aa");
    CU_ASSERT(world_decided(&world, TEAM, "identity-unverified"));
    SAY("HospitalStay.admitted", WARDS, STAY UNSURE "bb");
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
}

static void an_unverified_word_on_consent_is_refused(void)
{
    SAY("Consent.granted", HUB, MAY UNSURE "aa");
    CU_ASSERT_STRING_EQUAL_FATAL(world.out.error, "identity-unverified");
    CU_ASSERT_EQUAL(world.facts.consent_count, 0);
}

static void the_wrong_environment_is_refused(void)
{
    SAY("HospitalStay.admitted", WARDS, STAY "header.environment=test");
    CU_ASSERT_STRING_EQUAL_FATAL(world.out.error, "wrong-environment");
    CU_ASSERT_FALSE(world.out.facts_changed);
    world.test = true;
    SAY("HospitalStay.admitted", WARDS, STAY "header.environment=test");
    CU_ASSERT(world.out.error == NULL);
}

static void the_same_event_again_is_a_duplicate(void)
{
    make_known();
    SAY("HospitalStay.admitted", WARDS, STAY);
    world.serial--;
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT_STRING_EQUAL_FATAL(world.out.error, "duplicate");
    CU_ASSERT_EQUAL(world.out.disclosure_count, 0);
}

static void a_foreign_source_is_refused(void)
{
    SAY("HospitalStay.admitted", "elsewhere/wards", STAY);
    CU_ASSERT_STRING_EQUAL_FATAL(world.out.error, "unknown-source");
}

/* ---- links ---- */

static void an_agencys_own_id_goes_to_each_of_its_services_once(void)
{
    SAY("HospitalStay.admitted", WARDS, STAY "subject.local_id=A1234521");
    CU_ASSERT_EQUAL(world.out.link_count, 2); /* wards and transfer hub */
    SAY("HospitalStay.moved", WARDS, STAY "subject.local_id=A1234521");
    CU_ASSERT_EQUAL(world.out.link_count, 0);
    SAY("HospitalStay.moved", WARDS, STAY "subject.local_id=B77");
    CU_ASSERT_EQUAL(world.out.link_count, 2);
    SAY("HospitalStay.moved", WARDS, STAY "subject.local_id=C1;header.identity_confidence=local");
    CU_ASSERT_EQUAL(world.out.link_count, 0);
}

static void a_reply_links_housings_own_number(void)
{
    uint8_t key[ID_BYTES];
    bool found = false;
    SAY("Person.linked", GRANTS, "link.local_id=TEN-1");
    judge_link_key(SLICE(GRANTS), SLICE("TEN-1"), key);
    for (size_t i = 0; i < world.out.link_count; i++)
        found |= memcmp(world.out.links[i].local_key, key, ID_BYTES) == 0;
    CU_ASSERT(found);
    CU_ASSERT_EQUAL(world.out.link_count, 3);
}

static void all_but_the_end_is_forgotten_ninety_days_after_it(void)
{
    SAY("HospitalStay.admitted", WARDS, STAY);
    SAY("HospitalStay.discharged", WARDS, STAY);
    world.now_ms += 89 * 24 * HOUR;
    SAY("HospitalStay.moved", WARDS, "header.episode=V9");
    CU_ASSERT_EQUAL(world.facts.event_count, 3);
    world.now_ms += 2 * 24 * HOUR;
    SAY("HospitalStay.moved", WARDS, "header.episode=V9");
    CU_ASSERT_EQUAL_FATAL(world.facts.event_count, 3); /* a clause counts its days from the end */
    CU_ASSERT(slice_equal_text(world.facts.events[0].kind, "discharged"));
    CU_ASSERT_EQUAL(world.facts.events[0].bytes.n, 0);
    CU_ASSERT_EQUAL(open_relationships("inpatient"), 0);
}

static void a_clause_lapses_after_its_days(void)
{
    make_known();
    SAY("HospitalStay.admitted", WARDS, STAY);
    SAY("HospitalStay.discharged", WARDS, STAY);
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
    world.now_ms += 15 * 24 * HOUR;
    SAY("HospitalStay.moved", WARDS, STAY "at=0");
    CU_ASSERT(world_decided(&world, TEAM, "lapsed"));
    world.now_ms += 90 * 24 * HOUR;
    SAY("HospitalStay.moved", WARDS, STAY "at=1");
    SAY("HospitalStay.moved", WARDS, STAY "at=2");
    CU_ASSERT(world_decided(&world, TEAM, "lapsed"));
}

static CU_TestInfo cases[] = {
    { "a known person reaches the responsible team", a_known_person_reaches_the_responsible_team },
    { "an ended case is known no more", an_ended_case_is_known_no_more },
    { "an end that arrives first still ends", an_end_that_arrives_first_still_ends },
    { "a discharge before its admission leaves the stay closed",
      a_discharge_before_its_admission_leaves_the_stay_closed },
    { "cancelling undoes what was made known", cancelling_undoes_what_was_made_known },
    { "another episode is another stay", another_episode_is_another_stay },
    { "the last word on consent is the last that was said",
      the_last_word_on_consent_is_the_last_that_was_said },
    { "consent holds through its last day", consent_holds_through_its_last_day },
    { "consent that ended when 1970 began has ended",
      consent_that_ended_when_1970_began_has_ended },
    { "a refusal without a purpose refuses all", a_refusal_without_a_purpose_refuses_all },
    { "an objection stops, and its lifting lets through",
      an_objection_stops_and_its_lifting_lets_through },
    { "law 9: the admission catches up when the person becomes known",
      the_admission_catches_up_when_the_person_becomes_known },
    { "law 9: what catches up has the id it would have had",
      what_catches_up_has_the_id_it_would_have_had },
    { "law 9: a request catches up with the consent to it",
      a_request_catches_up_with_the_consent_to_it },
    { "law 9: nothing catches up of a closed or cancelled episode",
      nothing_catches_up_of_a_closed_or_cancelled_episode },
    { "law 10: a retraction follows to exactly the receivers",
      a_retraction_follows_to_exactly_the_receivers },
    { "law 10: who did not get the original gets no retraction",
      who_did_not_get_the_original_gets_no_retraction },
    { "law 10: a retraction cancels its original at the door",
      a_retraction_cancels_its_original_at_the_door },
    { "a replacement names what it replaces", a_replacement_names_what_it_replaces },
    { "law 6: a hidden location is told to every door, and lifted again",
      a_hidden_location_is_told_to_every_door_and_lifted_again },
    { "law 6: only who raised a restriction lifts it", only_who_raised_a_restriction_lifts_it },
    { "law 6: a door hears all that stands", a_door_hears_all_that_stands },
    { "law 6: withdrawn consent stops what is queued", withdrawn_consent_stops_what_is_queued },
    { "law 6: what went by a clause that is gone is stopped too",
      what_went_by_a_clause_that_is_gone_is_stopped_too },
    { "a restricted person is shared without location",
      a_restricted_person_is_shared_without_location },
    { "what cannot be told is held for a human", what_cannot_be_told_is_held_for_a_human },
    { "a released hold is decided again with unknowns true",
      a_released_hold_is_decided_again_with_unknowns_true },
    { "a hold ends when the answer comes", a_hold_ends_when_the_answer_comes },
    { "a retracted event is held no more", a_retracted_event_is_held_no_more },
    { "an unverified number is held until a birth date agrees",
      an_unverified_number_is_held_until_a_birth_date_agrees },
    { "an unverified word on consent is refused", an_unverified_word_on_consent_is_refused },
    { "the wrong environment is refused", the_wrong_environment_is_refused },
    { "the same event again is a duplicate", the_same_event_again_is_a_duplicate },
    { "a foreign source is refused", a_foreign_source_is_refused },
    { "an agency's own id goes to each of its services once",
      an_agencys_own_id_goes_to_each_of_its_services_once },
    { "a reply links housing's own number", a_reply_links_housings_own_number },
    { "all but the end is forgotten ninety days after it",
      all_but_the_end_is_forgotten_ninety_days_after_it },
    { "a clause lapses after its days", a_clause_lapses_after_its_days },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_laws = { "laws", NULL, NULL, world_setup, world_teardown, cases };
