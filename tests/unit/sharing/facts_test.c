/* facts_test.c - what facts say: consents and capacity, restrictions, responsibility, death, and
 * what follows when they change (laws 9 and 10). */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "sharing/facts/draft.h"
#include "sharing/facts/person.h"
#include "sharing/rules/when.h"
#include "world.h"

#define SAY(event, source, fields) CU_ASSERT_FATAL(world_say(&world, event, source, fields))
#define STAY "header.episode=V1;name=TESTPATIENT;stay.ward=ELM;stay.site=ZX901;"

static uint16_t service(const char *name)
{
    return (uint16_t)bundle_service(world.bundle, slice_text(name));
}

static void make_known(void)
{
    SAY("Caseload.declared", TEAM, "header.episode=C1;at=-100");
}

static struct slice field(const char *name, size_t n, const char *path)
{
    struct view v;
    return world_got(&world, name, n, &v, NULL) ? view_text_at(&v, path) : (struct slice){ 0 };
}

/* ---- consent ---- */

static bool consents(void)
{
    const struct sharing_question ask = { .purpose = SLICE("housing-adaptation"),
                                          .who = service(GRANTS) };
    return facts_consent(&world.facts, &ask, world.now_ms) == TRUTH_TRUE;
}

static void capacity_and_basis_decide_whether_consent_holds(void)
{
    static const struct {
        const char *fields;
        bool holds;
    } rows[] = {
        { "consent.basis=explicit", true },
        { "consent.basis=explicit;consent.capacity=has-capacity", true },
        { "consent.basis=explicit;consent.capacity=lacks-capacity", false },
        { "consent.basis=best-interests", true },
        { "consent.basis=best-interests;consent.capacity=lacks-capacity", true },
        { "consent.basis=best-interests;consent.capacity=has-capacity", false },
        { "consent.capacity=lacks-capacity", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char fields[200];
        (void)snprintf(fields, sizeof fields, "consent.purpose=housing-adaptation;%s",
                       rows[i].fields);
        SAY("Consent.granted", HUB, fields);
        CU_ASSERT_EQUAL(consents(), rows[i].holds);
    }
}

static void who_recorded_a_consent_is_kept(void)
{
    SAY("Consent.granted", HUB, "consent.purpose=duty-to-refer;consent.recorded_by=Ward clerk");
    CU_ASSERT_FATAL(world.facts.consent_count == 1);
    CU_ASSERT(slice_equal_text(world.facts.consents[0].recorder, "Ward clerk"));
}

static void a_consent_dated_tomorrow_is_taken_back_today(void)
{
    const struct sharing_question ask = { .purpose = SLICE("duty-to-refer") };
    SAY("Consent.granted", HUB, "consent.purpose=duty-to-refer;at=48");
    CU_ASSERT(facts_consent(&world.facts, &ask, world.now_ms));
    SAY("Consent.revoked", HUB, "consent.purpose=duty-to-refer");
    CU_ASSERT_FALSE(facts_consent(&world.facts, &ask, world.now_ms));
    CU_ASSERT_FALSE(facts_consent(&world.facts, &ask, T0 + 100 * HOUR));
}

/* A yes for a time of which nobody can tell when it is over is no yes; nor is a month an end. */
static void a_consent_whose_end_cannot_be_read_has_ended(void)
{
    static const char *const ends[] = { "soon",    "2026-03-32", "2999-13-01", "2999",
                                        "2999-12", "29991231x",  " " };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        SAY("Consent.granted", HUB,
            "consent.purpose=housing-adaptation;consent.expires=2999-12-31");
        CU_ASSERT(consents());
        SAY("Consent.granted", HUB,
            arena_format(&world.arena, "consent.purpose=housing-adaptation;consent.expires=%s",
                         ends[i]));
        CU_ASSERT_FALSE(consents());
    }
}

/* Who it is for may be none of ours: then a yes helps nobody, and a no is taken as for all. */
static void a_consent_for_a_service_outside_the_region_helps_nobody(void)
{
    SAY("Consent.granted", HUB, "consent.purpose=housing-adaptation;consent.recipient=else/where");
    CU_ASSERT_FALSE(consents());
    CU_ASSERT_EQUAL(world.facts.consent_count, 0);
    SAY("Consent.granted", HUB, "consent.purpose=housing-adaptation;at=-9");
    CU_ASSERT(consents());
    SAY("Consent.revoked", HUB,
        "consent.purpose=housing-adaptation;consent.recipient=else/where;at=-8");
    CU_ASSERT_FALSE(consents());
}

static void say_consent(const char *word, const char *capacity, int at)
{
    char fields[120];
    (void)snprintf(fields, sizeof fields, "consent.purpose=housing-adaptation;at=%d%s", at,
                   capacity);
    SAY(word, HUB, fields);
}

/* In whatever order they come: a no, or a yes that does not hold, is stronger than a yes. */
static void of_a_grant_and_a_refusal_of_one_moment_the_refusal_counts(void)
{
    static const struct {
        const char *word, *capacity;
    } stronger[] = { { "Consent.revoked", "" },
                     { "Consent.granted", ";consent.capacity=lacks-capacity" } };
    for (int i = 0; i < 4; i++) {
        int at = 10 * i - 90;
        if (i % 2)
            say_consent("Consent.granted", "", at);
        say_consent(stronger[i / 2].word, stronger[i / 2].capacity, at);
        if (i % 2 == 0)
            say_consent("Consent.granted", "", at);
        CU_ASSERT_FALSE(consents());
        say_consent("Consent.granted", "", at + 1);
        CU_ASSERT(consents());
    }
}

/* ---- restrictions ---- */

static enum truth restricted(const char *kind)
{
    const struct facts_context in = { .bundle = world.bundle, .facts = &world.facts };
    return facts_restricted(&in, slice_text(kind));
}

static void a_location_that_nobody_has_checked_is_a_state_of_its_own(void)
{
    CU_ASSERT_EQUAL(restricted("location"), TRUTH_FALSE);
    CU_ASSERT_EQUAL(restricted("location-unchecked"), TRUTH_TRUE);
    SAY("Restriction.raised", WARDS, "restriction.kind=record");
    CU_ASSERT_EQUAL(restricted("location-unchecked"), TRUTH_TRUE);
    SAY("Restriction.lifted", WARDS, "restriction.kind=location");
    CU_ASSERT_EQUAL(restricted("location-unchecked"), TRUTH_FALSE);
    SAY("Restriction.raised", WARDS, "restriction.kind=location");
    CU_ASSERT_EQUAL(restricted("location-unchecked"), TRUTH_FALSE);
    CU_ASSERT_EQUAL(restricted("location"), TRUTH_TRUE);
}

/* Extracts date by the day: both of one day are of one moment, in whatever order they come. */
static void of_a_restriction_raised_and_lifted_at_one_moment_the_raise_counts(void)
{
    SAY("Restriction.raised", WARDS, "restriction.kind=location;at=-9");
    SAY("Restriction.lifted", WARDS, "restriction.kind=location;at=-9");
    CU_ASSERT_EQUAL(restricted("location"), TRUTH_TRUE);
    SAY("Restriction.lifted", WARDS, "restriction.kind=record;at=-9");
    SAY("Restriction.raised", WARDS, "restriction.kind=record;at=-9");
    CU_ASSERT_EQUAL(restricted("record"), TRUTH_TRUE);
    SAY("Restriction.lifted", WARDS, "restriction.kind=location;at=-8");
    CU_ASSERT_EQUAL(restricted("location"), TRUTH_FALSE);
    CU_ASSERT_EQUAL(restricted("record"), TRUTH_TRUE);
}

static void an_event_restricted_in_unknown_words_is_held_until_a_human_releases_it(void)
{
    struct judge_input in;
    struct judged out;
    make_known();
    SAY("HospitalStay.admitted", WARDS, STAY "header.unknown_restriction=XYZ");
    CU_ASSERT(world_decided(&world, TEAM, "sender-restriction-unknown"));
    CU_ASSERT_EQUAL(world.out.disclosure_count, 0);
    CU_ASSERT_EQUAL_FATAL(world.facts.hold_count, 1); /* who would not get it is not held */
    in = world.in;
    in.facts = &world.facts;
    in.release = &world.facts.holds[0];
    CU_ASSERT_FATAL(world_judge(&world, &in, &out));
    CU_ASSERT_EQUAL(out.disclosure_count, 1);
    SAY("Consent.objection_lifted", HUB, ""); /* a gate opens no other way */
    CU_ASSERT_EQUAL(world.out.disclosure_count, 0);
    CU_ASSERT_EQUAL(world.facts.hold_count, 1);
}

/* Facts that went through their bytes. */
static bool keep(const struct person *p, struct person *out)
{
    struct err e = { 0 };
    struct buf b;
    buf_init(&b, 1u << 16);
    bool ok = person_encode(world.bundle, p, &b, &e);
    struct slice bytes = arena_copy(&world.arena, buf_slice(&b));
    buf_release(&b);
    return ok && person_decode(world.bundle, &world.arena, bytes, out, &e);
}

static void a_service_that_left_the_region_still_has_its_own_word(void)
{
    struct restriction_fact words[] = {
        { SLICE("location"), true, 1, { { 1 } }, SLICE("gone/one") },
        { SLICE("location"), false, 2, { { 2 } }, SLICE("gone/two") },
    };
    const struct person before = { .restrictions = words, .restriction_count = 2 };
    CU_ASSERT_FATAL(keep(&before, &world.facts));
    CU_ASSERT_EQUAL(restricted("location"), TRUTH_TRUE);
    words[1].source = words[0].source;
    CU_ASSERT_FATAL(keep(&before, &world.facts));
    CU_ASSERT_EQUAL(restricted("location"), TRUTH_FALSE);
}

/* ---- releases ---- */

static const struct hold *hold_for(const char *reason)
{
    for (size_t i = 0; i < world.facts.hold_count; i++)
        if (world.facts.holds[i].service == service(TEAM) &&
            slice_equal_text(world.facts.holds[i].reason, reason))
            return &world.facts.holds[i];
    return NULL;
}

static void a_release_lets_nothing_through_but_its_own_event(void)
{
    struct judge_input in;
    struct judged out;
    SAY("SocialCare.package_started", TEAM, "header.episode=S1");
    SAY("HospitalStay.admitted", WARDS, STAY);
    SAY("HospitalStay.admitted", WARDS,
        "header.episode=V2;subject.nhs_number=9990000026;header.identity_confidence=unverified");
    CU_ASSERT_PTR_NOT_NULL_FATAL(hold_for("unknown"));
    in = world.in;
    in.facts = &world.facts;
    in.release = hold_for("identity-unverified");
    CU_ASSERT_PTR_NOT_NULL_FATAL(in.release);
    CU_ASSERT_FATAL(world_judge(&world, &in, &out)); /* it opens a gate: the first is asked again */
    CU_ASSERT_EQUAL(out.disclosure_count, 1);
    world.facts = *out.after;
    CU_ASSERT_PTR_NOT_NULL(hold_for("unknown"));
}

/* ---- responsibility ---- */

static enum truth responsible_for(struct slice function, uint16_t who)
{
    const struct facts_context in = { .bundle = world.bundle, .facts = &world.facts };
    return facts_responsible(&in, function, who);
}

static enum truth safeguards(void)
{
    return responsible_for(SLICE("safeguarding"), service(TEAM) + 1);
}

static void safeguarding_is_the_duty_of_where_the_adult_is(void)
{
    CU_ASSERT_EQUAL(safeguards(), TRUTH_UNKNOWN);
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT_EQUAL(safeguards(), TRUTH_TRUE);
    SAY("HospitalStay.moved", WARDS, "header.episode=V1;stay.site=SOMEWHERE");
    CU_ASSERT_EQUAL(safeguards(), TRUTH_UNKNOWN);
    SAY("HospitalStay.moved", WARDS, "header.episode=V1;header.action=retracts");
    CU_ASSERT_EQUAL(safeguards(), TRUTH_TRUE);
    SAY("HospitalStay.discharged", WARDS, STAY);
    CU_ASSERT_EQUAL(safeguards(), TRUTH_UNKNOWN);
}

static void the_person_chooses_the_authority_that_is_told_of_homelessness(void)
{
    uint16_t options = service(OPTIONS);
    struct slice homelessness = SLICE("homelessness");
    SAY("Homelessness.referred", WARDS, "");
    CU_ASSERT_EQUAL(responsible_for(homelessness, options), TRUTH_UNKNOWN);
    SAY("Homelessness.referred", WARDS, "referral.chosen=" EASTWEX);
    CU_ASSERT_EQUAL(responsible_for(homelessness, options), TRUTH_FALSE);
    SAY("Homelessness.referred", WARDS, "referral.chosen=an-authority/of-another-region");
    CU_ASSERT_EQUAL(responsible_for(homelessness, service(EASTWEX)), TRUTH_FALSE);
}

static void of_two_named_at_one_moment_nobody_can_tell_who_is_responsible(void)
{
    uint16_t options = service(OPTIONS);
    struct slice homelessness = SLICE("homelessness");
    SAY("Homelessness.referred", WARDS, "at=0;referral.chosen=" OPTIONS);
    SAY("Homelessness.referred", WARDS, "at=0;referral.chosen=" OPTIONS);
    CU_ASSERT_EQUAL(responsible_for(homelessness, options), TRUTH_TRUE);
    SAY("Homelessness.referred", WARDS, "at=0;referral.chosen=" EASTWEX);
    CU_ASSERT_EQUAL(responsible_for(homelessness, options), TRUTH_UNKNOWN);
    CU_ASSERT_EQUAL(responsible_for(homelessness, service(EASTWEX)), TRUTH_UNKNOWN);
    SAY("Homelessness.referred", WARDS, "at=1;referral.chosen=" OPTIONS);
    CU_ASSERT_EQUAL(responsible_for(homelessness, options), TRUTH_TRUE);
}

/* ---- death ---- */

static void a_death_is_unknown_until_it_is_formal_and_can_be_taken_back(void)
{
    CU_ASSERT_EQUAL(restricted("deceased"), TRUTH_FALSE);
    SAY("Person.died", WARDS, "header.episode=death;death.formality=informal");
    CU_ASSERT_EQUAL(restricted("deceased"), TRUTH_UNKNOWN);
    SAY("Person.died", WARDS, "header.episode=death;death.formality=formal");
    CU_ASSERT_EQUAL(restricted("deceased"), TRUTH_TRUE);
    SAY("Person.died", WARDS, "header.episode=death;header.action=retracts");
    SAY("Person.died", WARDS, "header.episode=death;header.action=retracts");
    CU_ASSERT_EQUAL(restricted("deceased"), TRUTH_FALSE);
}

/* ---- law 9 ---- */

static void what_a_lifted_restriction_took_is_sent_again_as_a_correction(void)
{
    const struct disclosure *first, *again;
    struct view v;
    make_known();
    SAY("Restriction.raised", WARDS, "restriction.kind=location");
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, &first));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "ELM"));
    const struct disclosure_id had = first->id;
    SAY("Restriction.lifted", WARDS, "restriction.kind=location");
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, &again));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "stay.ward"), "ELM"));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "header.action"), "replaces"));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "header.original"), had.text));
    CU_ASSERT(strcmp(again->id.text, had.text) != 0);
    SAY("Consent.objection_lifted", HUB, "");
    CU_ASSERT_EQUAL(world.out.disclosure_count, 0); /* and then no more */
}

#define UNSURE                                                                                     \
    STAY "subject.nhs_number=9990000026;header.identity_confidence=unverified;header.birth_hash="  \
         "aa"

static void a_verified_number_lets_in_what_waited_for_it(void)
{
    SAY("Caseload.declared", TEAM, "header.birth_hash=bb");
    SAY("Caseload.declared", TEAM, "header.birth_hash=cc");
    SAY("HospitalStay.admitted", WARDS, UNSURE);
    CU_ASSERT(world_decided(&world, TEAM, "identity-unverified"));
    CU_ASSERT_EQUAL(world.facts.relationship_count, 2);
    SAY("Person.address_changed", WARDS,
        "header.identity_confidence=verified;header.birth_hash=bb"); /* another's birth date */
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    SAY("Person.address_changed", WARDS,
        "header.identity_confidence=verified;header.birth_hash=aa");
    CU_ASSERT_STRING_EQUAL(world_decision(&world, TEAM, true)->reason, "identity-disagrees");
    CU_ASSERT_PTR_NOT_NULL_FATAL(
        world_decision(&world, ROTA, true)); /* it waited for that one too */
    CU_ASSERT_STRING_EQUAL(world_decision(&world, ROTA, true)->reason, "no-relationship");
    SAY("Caseload.declared", TEAM, "header.birth_hash=aa");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
    CU_ASSERT(world_decision(&world, TEAM, true) != NULL);
    CU_ASSERT_EQUAL(world.facts.hold_count, 0);
    CU_ASSERT_EQUAL(world.facts.relationship_count, 4);
}

static void the_one_before_catches_up_when_the_last_was_taken_back(void)
{
    SAY("HospitalStay.expected_discharge_changed", WARDS,
        STAY "stay.expected_discharge=2026-03-09");
    SAY("HospitalStay.expected_discharge_changed", WARDS,
        STAY "stay.expected_discharge=2026-03-12");
    SAY("HospitalStay.expected_discharge_changed", WARDS, STAY "header.action=retracts");
    make_known();
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
    CU_ASSERT(slice_equal_text(field(TEAM, 0, "stay.expected_discharge"), "2026-03-09"));
}

/* Many systems tell the minute only; the later one has the lower id. */
static void of_one_moment_the_one_that_came_later_catches_up(void)
{
    const char *const days[] = { "2026-03-09", "2026-03-12", "2026-03-10" };
    char fields[200];
    for (unsigned i = 0; i < 3; i++) {
        world.serial = 300 - 100 * i;
        (void)snprintf(fields, sizeof fields, STAY "at=5;stay.expected_discharge=%s", days[i]);
        SAY("HospitalStay.expected_discharge_changed", WARDS, fields);
    }
    world.serial = 400;
    make_known();
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
    CU_ASSERT(slice_equal_text(field(TEAM, 0, "stay.expected_discharge"), days[2]));
}

/* ---- law 10 ---- */

/* Two of one kind; only the first reached the home-care provider. */
static void move_twice(char ids[2][21])
{
    const struct disclosure *d;
    struct view v;
    make_known();
    for (size_t i = 0; i < 2; i++) {
        SAY("HospitalStay.moved", WARDS, i ? STAY "at=20" : STAY "at=10");
        CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, &d));
        memcpy(ids[i], d->id.text, 21);
    }
}

static void a_retraction_takes_back_the_one_it_means(void)
{
    char ids[2][21];
    move_twice(ids);
    SAY("HospitalStay.moved", WARDS, STAY "at=12;header.action=retracts"); /* before the second */
    CU_ASSERT_EQUAL_FATAL(world_count(&world, TEAM), 1);
    CU_ASSERT(slice_equal_text(field(TEAM, 0, "header.original"), ids[0]));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "ELM"));
    SAY("HospitalStay.moved", WARDS, STAY "at=30;header.action=retracts");
    CU_ASSERT(slice_equal_text(field(TEAM, 0, "header.original"), ids[1]));
    SAY("HospitalStay.moved", WARDS, STAY "at=31;header.action=retracts");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
}

static void a_retraction_follows_the_event_that_it_names(void)
{
    char ids[2][21], fields[200], id[ID_HEX];
    move_twice(ids);
    id_hex(world.facts.events[1].id.b, id); /* after the caseload: the first move */
    (void)snprintf(fields, sizeof fields, STAY "at=30;header.action=retracts;header.original=%s",
                   id);
    SAY("HospitalStay.moved", WARDS, fields);
    CU_ASSERT(slice_equal_text(field(TEAM, 0, "header.original"), ids[0]));
}

/* The team hears of the first version only, the provider of the second only; the hub of neither. */
static void a_retraction_reaches_everybody_who_got_a_version(void)
{
    SAY("Caseload.declared", TEAM, "header.episode=C1;at=-100");
    SAY("HospitalStay.admitted", WARDS, STAY "at=1");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
    SAY("Caseload.ended", TEAM, "header.episode=C1");
    SAY("HospitalStay.admitted", WARDS, STAY "at=2;header.action=replaces");
    CU_ASSERT(world_decided(&world, TEAM, "no-relationship"));
    SAY("SocialCare.package_started", HUB, "header.episode=P1;service.provider=" ROTA);
    CU_ASSERT_EQUAL(world_count(&world, ROTA), 1); /* caught up */
    SAY("HospitalStay.admitted", WARDS, STAY "at=3;header.action=retracts");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
    CU_ASSERT_EQUAL(world_count(&world, ROTA), 1);
    CU_ASSERT_EQUAL(world.out.disclosure_count, 2);
    CU_ASSERT(slice_equal_text(field(TEAM, 0, "header.action"), "retracts"));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "TESTPATIENT"));
}

/* The door may have sent the first and still hold the second. */
static void each_disclosure_of_a_statement_is_taken_back(void)
{
    const struct disclosure *d;
    struct view v;
    char ids[2][21];
    make_known();
    for (int i = 0; i < 2; i++) {
        SAY("HospitalStay.admitted", WARDS, i ? STAY "header.action=replaces" : STAY);
        CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, &d));
        memcpy(ids[i], d->id.text, 21);
    }
    SAY("HospitalStay.admitted", WARDS, STAY "header.action=retracts");
    CU_ASSERT_EQUAL_FATAL(world_count(&world, TEAM), 2);
    CU_ASSERT(slice_equal_text(field(TEAM, 0, "header.original"), ids[0]));
    CU_ASSERT(slice_equal_text(field(TEAM, 1, "header.original"), ids[1]));
    CU_ASSERT_FALSE(slice_equal(field(TEAM, 0, "header.id"), field(TEAM, 1, "header.id")));
}

static void an_original_that_comes_after_its_retraction_is_shown_to_nobody(void)
{
    make_known();
    SAY("HospitalStay.admitted", WARDS, STAY "at=5;header.action=retracts");
    CU_ASSERT(world_decided(&world, TEAM, "retraction-without-original"));
    SAY("HospitalStay.admitted", WARDS, STAY "at=4");
    CU_ASSERT(world_decided(&world, TEAM, "retracted"));
    CU_ASSERT_EQUAL(world.out.disclosure_count, 0);
    CU_ASSERT_EQUAL(world.facts.relationship_count, 1);
    SAY("HospitalStay.admitted", WARDS, STAY "at=6"); /* admitted after all */
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
}

/* Event n of the story: its id is n in every order. */
static void say_version(unsigned n, const char *action, unsigned original)
{
    char fields[200];
    world.serial = n - 1;
    (void)snprintf(fields, sizeof fields, STAY "at=%u;header.action=%s;header.original=%032x", n,
                   action, original);
    SAY("HospitalStay.admitted", WARDS, fields);
}

static void taking_back_the_first_version_takes_back_the_last_in_any_order(void)
{
    static const unsigned orders[][4] = {
        { 1, 2, 3, 4 }, { 4, 3, 2, 1 }, { 4, 2, 3, 1 },
        { 3, 4, 2, 1 }, { 3, 2, 4, 1 }, { 1, 4, 3, 2 },
    };
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        world.facts = person_unknown;
        for (size_t n = 0; n < 4; n++) {
            unsigned id = orders[i][n];
            say_version(id,
                        id == 1   ? "asserts"
                        : id == 4 ? "retracts"
                                  : "replaces",
                        id == 4 ? 1 : id - 1);
        }
        CU_ASSERT_EQUAL(world.facts.event_count, 3);
        for (size_t n = 0; n < world.facts.event_count; n++)
            CU_ASSERT(facts_taken_back(&world.facts, &world.facts.events[n]));
        CU_ASSERT_EQUAL(world.facts.relationship_count, 0);
    }
}

static void an_original_that_comes_after_its_correction_is_shown_to_nobody(void)
{
    char fields[200];
    make_known();
    (void)snprintf(fields, sizeof fields, STAY "header.action=replaces;header.original=%032x",
                   world.serial + 2);
    SAY("HospitalStay.admitted", WARDS, fields);
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT(world_decided(&world, TEAM, "replaced"));
    CU_ASSERT_EQUAL(world.out.disclosure_count, 0);
}

static void at_the_limit_the_oldest_closed_event_goes_and_is_counted(void)
{
    char fields[100];
    SAY("HospitalStay.admitted", WARDS, "header.episode=OLD;at=-50");
    SAY("HospitalStay.discharged", WARDS, "header.episode=OLD;at=-49");
    SAY("HospitalStay.admitted", WARDS, "header.episode=V1;at=-100");
    for (int i = 0; i < EVENTS_MAX - 2; i++) {
        (void)snprintf(fields, sizeof fields, "header.episode=V1;at=%d", i);
        SAY("HospitalStay.moved", WARDS, fields);
    }
    CU_ASSERT_EQUAL(world.facts.event_count, EVENTS_MAX);
    CU_ASSERT_EQUAL(world.facts.dropped, 1);
    for (size_t i = 0; i < world.facts.event_count; i++)
        CU_ASSERT_FALSE(world.facts.events[i].occurred_ms == T0 - 50 * HOUR);
    SAY("HospitalStay.moved", WARDS, "header.episode=V1;at=-1");
    CU_ASSERT(slice_equal_text(world.facts.events[0].kind, "discharged")); /* days count from it */
}

static CU_TestInfo tests[] = {
    { "capacity and basis decide whether consent holds",
      capacity_and_basis_decide_whether_consent_holds },
    { "a consent dated tomorrow is taken back today",
      a_consent_dated_tomorrow_is_taken_back_today },
    { "who recorded a consent is kept", who_recorded_a_consent_is_kept },
    { "a consent whose end cannot be read has ended",
      a_consent_whose_end_cannot_be_read_has_ended },
    { "a consent for a service outside the region helps nobody",
      a_consent_for_a_service_outside_the_region_helps_nobody },
    { "of a grant and a refusal of one moment the refusal counts",
      of_a_grant_and_a_refusal_of_one_moment_the_refusal_counts },
    { "of a restriction raised and lifted at one moment the raise counts",
      of_a_restriction_raised_and_lifted_at_one_moment_the_raise_counts },
    { "a location that nobody has checked is a state of its own",
      a_location_that_nobody_has_checked_is_a_state_of_its_own },
    { "an event restricted in unknown words is held until a human releases it",
      an_event_restricted_in_unknown_words_is_held_until_a_human_releases_it },
    { "a service that left the region still has its own word",
      a_service_that_left_the_region_still_has_its_own_word },
    { "a release lets nothing through but its own event",
      a_release_lets_nothing_through_but_its_own_event },
    { "safeguarding is the duty of where the adult is",
      safeguarding_is_the_duty_of_where_the_adult_is },
    { "the person chooses the authority that is told of homelessness",
      the_person_chooses_the_authority_that_is_told_of_homelessness },
    { "of two named at one moment nobody can tell who is responsible",
      of_two_named_at_one_moment_nobody_can_tell_who_is_responsible },
    { "a death is unknown until it is formal, and can be taken back",
      a_death_is_unknown_until_it_is_formal_and_can_be_taken_back },
    { "what a lifted restriction took is sent again as a correction",
      what_a_lifted_restriction_took_is_sent_again_as_a_correction },
    { "a verified number lets in what waited for it",
      a_verified_number_lets_in_what_waited_for_it },
    { "of one moment the one that came later catches up",
      of_one_moment_the_one_that_came_later_catches_up },
    { "the one before catches up when the last was taken back",
      the_one_before_catches_up_when_the_last_was_taken_back },
    { "a retraction takes back the one it means", a_retraction_takes_back_the_one_it_means },
    { "a retraction follows the event that it names",
      a_retraction_follows_the_event_that_it_names },
    { "a retraction reaches everybody who got a version",
      a_retraction_reaches_everybody_who_got_a_version },
    { "each disclosure of a statement is taken back",
      each_disclosure_of_a_statement_is_taken_back },
    { "an original that comes after its retraction is shown to nobody",
      an_original_that_comes_after_its_retraction_is_shown_to_nobody },
    { "taking back the first version takes back the last, in any order",
      taking_back_the_first_version_takes_back_the_last_in_any_order },
    { "an original that comes after its correction is shown to nobody",
      an_original_that_comes_after_its_correction_is_shown_to_nobody },
    { "at the limit the oldest closed event goes and is counted",
      at_the_limit_the_oldest_closed_event_goes_and_is_counted },
    CU_TEST_INFO_NULL
};

CU_SuiteInfo suite_facts = { "facts", NULL, NULL, world_setup, world_teardown, tests };
